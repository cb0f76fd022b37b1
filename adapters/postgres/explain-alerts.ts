/** Reads, of the alerts that get a message of their own, why spend grew. */
import type { ClientBase } from 'pg';
import { MESSAGES_A_DAY } from '../../domain/spend-alert/compose.ts';
import { decompose } from '../../domain/spend-alert/growth/decompose.ts';
import { listedPrices } from '../../domain/spend-alert/growth/listed-prices.ts';
import type { Slice } from '../../domain/spend-alert/growth/slice.ts';
import type { SpendAlert } from '../../domain/spend-alert/judge.ts';
import type { Finding } from '../../domain/spend-alert/rules/finding.ts';
import { type SpendWindows, spansOf } from '../../domain/spend-alert/windows.ts';
import type { PriceListReader } from './price-list.ts';
import {
  readSpanSlices,
  readSpanUsers,
  readWeekSlices,
  readWeekUsers,
  type SliceOwner,
  type UserSpend,
} from './spend-slices.ts';

/** @param client in the transaction that the alerts were read in */
export async function explainAlerts(
  client: ClientBase,
  alerts: readonly SpendAlert[],
  windows: SpendWindows,
  asOf: Date,
  prices: PriceListReader,
): Promise<SpendAlert[]> {
  if (alerts.length === 0) return [];
  const book = await prices.read(client);
  const explained: SpendAlert[] = [];
  for (const [index, alert] of alerts.entries()) {
    // Something new has nothing to be compared with.
    const isTold = index < MESSAGES_A_DAY && alert.finding.rule !== 'new';
    const slices = isTold
      ? await readGrowth(client, alert.spend.feature, alert.finding, windows, asOf)
      : undefined;
    const tokenPricesOf = listedPrices(book, windows.currentStart);
    explained.push({ ...alert, why: slices && decompose(slices, tokenPricesOf) });
  }
  return explained;
}

/** What grew, in the spans that the rule compared. */
export function readGrowth(
  client: ClientBase,
  feature: string,
  finding: Pick<Finding, 'rule' | 'name' | 'compared'>,
  windows: SpendWindows,
  asOf: Date,
): Promise<Slice[]> {
  const { compared } = finding;
  if (compared.span === 'week') return readWeekSlices(client, feature, windows);
  const owner = sliceOwner(feature, finding);
  const { previous, current } = spansOf(windows, compared, asOf);
  return readSpanSlices(client, owner, previous, current);
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
