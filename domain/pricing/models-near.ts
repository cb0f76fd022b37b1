/** What a price list has that looks like a name it has not: whoever mistyped one shall see the right one. */
import type { PriceRow } from './price-list.ts';
import { priceListProvider } from './provider-names.ts';

const SHOWN = 5;

/** A sentence, not a list to choose from by program. */
export function modelsNear(
  prices: readonly PriceRow[],
  name: string | undefined,
  model: string,
): string {
  if (name === undefined) return `name its --provider too: ${few(providersOf(prices))}`;
  const provider = priceListProvider(name);
  const providers = providersOf(prices);
  const wanted = model.trim().toLowerCase();
  if (providers.includes(provider)) {
    const models = [...new Set(prices.filter((r) => r.provider === provider).map((r) => r.model))];
    const near = models.sort(
      (a, b) => commonStart(b, wanted) - commonStart(a, wanted) || a.length - b.length,
    );
    return `it has of ${provider}: ${few(near)}`;
  }
  const sellers = [...new Set(prices.filter((r) => r.model === wanted).map((r) => r.provider))];
  if (sellers.length > 0) return `it has a model of that name at ${few(sellers)}`;
  return `it knows no provider ${provider}, but ${providers.join(', ')}`;
}

function providersOf(prices: readonly PriceRow[]): string[] {
  return [...new Set(prices.map((row) => row.provider))].sort();
}

function few(names: readonly string[]): string {
  const more = names.length - SHOWN;
  return names.slice(0, SHOWN).join(', ') + (more > 0 ? ` and ${more} more` : '');
}

function commonStart(a: string, b: string): number {
  let length = 0;
  while (length < a.length && a[length] === b[length]) length += 1;
  return length;
}
