/** Whether a contract has a price for large calls and none for small ones, which would then have no price at all. */
import { pricedThing } from './first-said.ts';
import { isContracted, priceKey } from './price-book.ts';
import { holdingAt } from './price-history.ts';
import type { PriceRow } from './price-list.ts';

/** @param row about to be added to the prices */
export function leavesSmallCallsOut(prices: readonly PriceRow[], row: PriceRow): boolean {
  const after = [...prices, { ...row, revision: Number.MAX_SAFE_INTEGER }].filter(
    (other) => isContracted(other) && pricedThing(other) === pricedThing(row),
  );
  const sizes = [...Map.groupBy(after, priceKey).values()]
    .map((rows) => holdingAt(rows, row.validFrom))
    .filter((holding) => holding !== undefined && holding.priceUsd !== null)
    .map((holding) => holding?.aboveInputTokens);
  return sizes.length > 0 && !sizes.includes(0);
}
