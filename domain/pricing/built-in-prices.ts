/** The price list that ships with the release. Generated: see scripts/generate-prices.ts. Nothing is fetched at run time. */
import names from './model-names.tsv' with { type: 'text' };
import { parsePriceList } from './price-list-text.ts';
import prices from './prices.tsv' with { type: 'text' };

export function builtInPrices() {
  return parsePriceList(prices, names);
}
