/** Reads, of the alerts that get a message of their own, why spend grew: of all of them at once, because mornings on which many features grow are the ones that must not take long. */
import type { ClientBase } from 'pg';
import { decompose } from '../../domain/spend-alert/growth/decompose.ts';
import { listedPrices } from '../../domain/spend-alert/growth/listed-prices.ts';
import type { Slice } from '../../domain/spend-alert/growth/slice.ts';
import type { SpendAlert } from '../../domain/spend-alert/judge.ts';
import type { Finding } from '../../domain/spend-alert/rules/finding.ts';
import { daysOf, type SpendWindows, spansOf } from '../../domain/spend-alert/windows.ts';
import type { PriceListReader } from './price-list.ts';
import {
  type DaysOfOwner,
  readDaySlices,
  readSpanSlices,
  readSpanUsers,
  readWeekUsers,
  type SliceOwner,
  type UserSpend,
} from './spend-slices.ts';

/**
 * @param alerts of a feature each
 * @param told features of those that somebody looks into
 * @param client in the transaction that the alerts were read in
 */
export async function explainAlerts(
  client: ClientBase,
  alerts: readonly SpendAlert[],
  told: ReadonlySet<string>,
  windows: SpendWindows,
  asOf: Date,
  prices: PriceListReader,
): Promise<SpendAlert[]> {
  // Something new has nothing to be compared with.
  const grown = alerts.filter(
    (alert) => told.has(alert.spend.feature) && alert.finding.rule !== 'new',
  );
  if (grown.length === 0) return [...alerts];
  const growths = grown.map(({ spend: { feature }, finding }) => ({ feature, finding }));
  const slices = await readGrowth(client, growths, windows, asOf);
  const tokenPricesOf = listedPrices(await prices.read(client), windows.currentStart);
  return alerts.map((alert) => ({
    ...alert,
    why: grown.includes(alert)
      ? decompose(slices.get(alert.spend.feature) ?? [], tokenPricesOf)
      : undefined,
  }));
}

/** What a rule found of a feature. */
export interface Growth {
  feature: string;
  finding: Pick<Finding, 'rule' | 'name' | 'compared'>;
}

/**
 * What grew, in the spans that the rules compared.
 *
 * @param growths of a feature each
 * @returns by feature
 */
export async function readGrowth(
  client: ClientBase,
  growths: readonly Growth[],
  windows: SpendWindows,
  asOf: Date,
): Promise<Map<string, Slice[]>> {
  const ofDays: DaysOfOwner[] = [];
  // Hours, and users, are in no rollup.
  const ofCalls = new Map<string, { compared: Finding['compared']; owners: SliceOwner[] }>();
  for (const { feature, finding } of growths) {
    const { compared } = finding;
    const owner = sliceOwner(feature, finding);
    const days = daysOf(windows, compared);
    if (days !== undefined && owner.userId === undefined) {
      ofDays.push({ ...owner, ...days });
      continue;
    }
    const key = JSON.stringify([compared, owner.userId !== undefined]);
    const same = ofCalls.get(key) ?? { compared, owners: [] };
    same.owners.push(owner);
    ofCalls.set(key, same);
  }
  const read = [...(await readDaySlices(client, ofDays))];
  for (const { compared, owners } of ofCalls.values()) {
    const { previous, current } = spansOf(windows, compared, asOf);
    read.push(...(await readSpanSlices(client, owners, previous, current)));
  }
  return new Map(read);
}

/** Who spent more, in the spans that the rule compared: the largest increase first, as many as `limit`. */
export function readUsersBehind(
  client: ClientBase,
  feature: string,
  finding: Pick<Finding, 'rule' | 'name' | 'compared'>,
  windows: SpendWindows,
  asOf: Date,
  limit: number,
): Promise<UserSpend[]> {
  const { compared } = finding;
  if (compared.span === 'week') return readWeekUsers(client, feature, windows, limit);
  const { previous, current } = spansOf(windows, compared, asOf);
  return readSpanUsers(client, sliceOwner(feature, finding), previous, current, limit);
}

/** Whose calls the rule looked at. */
function sliceOwner(feature: string, { rule, name }: Pick<Finding, 'rule' | 'name'>): SliceOwner {
  if (rule === 'prompt') return { feature, promptName: name };
  return rule === 'user' && name !== null ? { feature, userId: name } : { feature };
}
