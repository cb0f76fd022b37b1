/** Prices what a plan has no price for by a list that has grown since the plan was made. */
import type { BatchPlan } from '../ingest-calls/plan-batch.ts';
import type { PriceBook } from '../pricing/price-book.ts';
import { repriceCall } from './reprice-call.ts';

/** Changes the plan's rows, and says of those that stay without a price that it was this list that had none. */
export function repricePlan(plan: BatchPlan, prices: PriceBook): void {
  for (const { row } of plan.calls) {
    if (row.price_status !== 'unpriced') continue;
    Object.assign(row, repriceCall({ ...row, ts: new Date(row.ts) }, prices));
  }
  plan.prices = prices;
}
