/** Reads, of the alerts that get a message of their own, why spend grew. */
import type { ClientBase } from 'pg';
import type { PriceListReader } from '../../adapters/postgres/price-list.ts';
import {
  readSpanSlices,
  readWeekSlices,
  type SliceOwner,
} from '../../adapters/postgres/spend-slices.ts';
import { MESSAGES_A_DAY } from '../../domain/spend-alert/compose.ts';
import { decompose } from '../../domain/spend-alert/growth/decompose.ts';
import { listedPrices } from '../../domain/spend-alert/growth/listed-prices.ts';
import type { Slice } from '../../domain/spend-alert/growth/slice.ts';
import type { SpendAlert } from '../../domain/spend-alert/judge.ts';
import { type SpendWindows, spansOf } from '../../domain/spend-alert/windows.ts';

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
    const slices = isTold ? await readSlices(client, alert, windows, asOf) : undefined;
    const tokenPricesOf = listedPrices(book, windows.currentStart);
    explained.push({ ...alert, why: slices && decompose(slices, tokenPricesOf) });
  }
  return explained;
}

function readSlices(
  client: ClientBase,
  { finding, spend }: SpendAlert,
  windows: SpendWindows,
  asOf: Date,
): Promise<Slice[]> {
  const { rule, name, compared } = finding;
  if (compared.span === 'week') return readWeekSlices(client, spend.feature, windows);
  const owner: SliceOwner = { feature: spend.feature };
  if (rule === 'prompt') owner.promptName = name;
  if (rule === 'user' && name !== null) owner.userId = name;
  const { previous, current } = spansOf(windows, compared, asOf);
  return readSpanSlices(client, owner, previous, current);
}
