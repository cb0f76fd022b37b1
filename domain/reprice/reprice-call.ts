/** Prices a stored call once more, by the list as it is now and as of the call's own start. */
import { parsePicoUsd } from '../money.ts';
import { costOfCall, type StoredCost } from '../pricing/cost-of-call.ts';
import type { PriceBook } from '../pricing/price-book.ts';
import { priceUsage } from '../pricing/price-usage.ts';
import { askedCall, type StoredCall, storedUsage } from '../pricing/stored-call.ts';

/** @returns undefined when nothing that is stored would change */
export function repriceCall(call: StoredCall, book: PriceBook): StoredCost | undefined {
  const usage = storedUsage(call);
  // Something was used, and what it was is not known any more: what ingest decided with the whole object stays.
  if (usage === undefined && call.flags.includes('usage_unread_keys')) return undefined;
  const isStated = call.price_status === 'provider' && call.cost_usd !== null;
  const stated = isStated ? parsePicoUsd(call.cost_usd ?? '') : undefined;
  const priced = usage === undefined ? 'no usage' : priceUsage(book, askedCall(call), usage);
  const cost = costOfCall(stated, priced);
  return isSame(cost, call) ? undefined : cost;
}

function isSame(cost: StoredCost, call: StoredCall): boolean {
  return (
    cost.cost_usd === call.cost_usd &&
    cost.computed_cost_usd === call.computed_cost_usd &&
    cost.price_status === call.price_status &&
    cost.price_ids.join() === (call.price_ids ?? []).join()
  );
}
