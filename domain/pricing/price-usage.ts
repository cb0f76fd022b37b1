/** The price of what was read from a usage object: the one decision that ingest, `tricost price` and `tricost explain-call` share. */
import type { ReadUsage } from '../usage/read-usage.ts';
import type { PriceBook } from './price-book.ts';
import { type NoPrice, type Price, type PricedCall, priceCall } from './price-call.ts';

/** Of a usage object, what its price depends on. */
export type PricedUsage = Pick<ReadUsage, 'usage' | 'served' | 'unreadKeys' | 'contradictions'>;

export type AskedCall = Omit<PricedCall, 'usage'>;

/** @param asked what is known besides the object; where the object says how the call was served, that counts */
export function priceUsage(
  book: PriceBook,
  asked: AskedCall,
  { usage, served, unreadKeys, contradictions }: PricedUsage,
): Price | NoPrice {
  // Something was used that no bucket holds: the sum of the others would be too low.
  if (unreadKeys.length > 0) {
    return { priceStatus: 'unpriced', reason: 'usage_unread', unreadKeys };
  }
  // Nobody knows which of the counts is wrong.
  if (contradictions.length > 0) {
    return { priceStatus: 'unpriced', reason: 'usage_mismatch', contradictions };
  }
  return priceCall(book, { ...asked, ...served, usage });
}
