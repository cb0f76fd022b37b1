/** The price list that ships with tricost. Generated: see scripts/generate-prices.ts. Nothing is fetched at run time. */
import names from './model-names.tsv' with { type: 'text' };
import { PriceBook } from './price-book.ts';
import type { PriceList } from './price-list.ts';
import { parsePriceList } from './price-list-text.ts';
import type { PriceRelease } from './price-release.ts';
import prices from './prices.tsv' with { type: 'text' };
import release from './release.json' with { type: 'json' };

let book: PriceBook | undefined;

export function builtInPrices(): PriceList {
  return parsePriceList(prices, names);
}

export function builtInRelease(): PriceRelease {
  return { ...release, list: builtInPrices() };
}

export function builtInPriceBook(): PriceBook {
  book ??= new PriceBook(builtInPrices());
  return book;
}
