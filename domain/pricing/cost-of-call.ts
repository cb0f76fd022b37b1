/** What is stored of a call's cost: ingest decides it, and a new pricing decides it again by the same rule. */
import type { CallRow } from '../ingest-calls/call-row.ts';
import { formatPicoUsd, type PicoUsd } from '../money.ts';
import type { NoPrice, Price } from './price-call.ts';

export type StoredCost = Pick<
  CallRow,
  'cost_usd' | 'computed_cost_usd' | 'price_status' | 'price_ids'
>;

/**
 * @param stated what the provider says it charged: that is the cost, and ours stands beside it, to compare
 * @param priced by the price list
 */
export function costOfCall(
  stated: PicoUsd | undefined,
  priced: Price | NoPrice | 'no usage',
): StoredCost {
  const price = priced === 'no usage' || priced.priceStatus === 'unpriced' ? undefined : priced;
  const computed = price === undefined ? null : formatPicoUsd(price.cost);
  // Cached input without a price of its own has that of input: one row for two lines.
  const price_ids = [...new Set(price?.lines.map(({ rate }) => rate.row.id))];
  if (stated !== undefined) {
    return {
      cost_usd: formatPicoUsd(stated),
      computed_cost_usd: computed,
      price_status: 'provider',
      price_ids,
    };
  }
  const unpriced = priced === 'no usage' ? 'no_usage' : 'unpriced';
  return {
    cost_usd: computed,
    computed_cost_usd: null,
    price_status: price?.priceStatus ?? unpriced,
    price_ids,
  };
}
