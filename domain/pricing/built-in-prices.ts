/** The price list that ships with the release. Generated: see scripts/generate-prices.ts. Nothing is fetched at run time. */
import { createHash } from 'node:crypto';
import names from './model-names.tsv' with { type: 'text' };
import { PriceBook } from './price-book.ts';
import type { PriceList } from './price-list.ts';
import { parsePriceList } from './price-list-text.ts';
import prices from './prices.tsv' with { type: 'text' };

/** Names this very list: the same text, the same digest. */
export const BUILT_IN_DIGEST = createHash('sha256').update(prices).update(names).digest('hex');

let book: PriceBook | undefined;

export function builtInPrices(): PriceList {
  return parsePriceList(prices, names);
}

export function builtInPriceBook(): PriceBook {
  book ??= new PriceBook(builtInPrices());
  return book;
}
