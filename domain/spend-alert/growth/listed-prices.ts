/** What a model's tokens cost next to each other, from the price list. */
import { type Decimal, type PicoUsd, toPicoUsd } from '../../money.ts';
import type { PriceBook, Rate } from '../../pricing/price-book.ts';
import type { PriceUnit } from '../../pricing/price-list.ts';
import type { TokenPricesOf } from './slice.ts';

const TOKENS = 1_000_000n;

/** At an instant, in the standard tier, below every threshold of input size. A model without a price of its cache pays for input. */
export function listedPrices(book: PriceBook, at: Date): TokenPricesOf {
  return (provider, model) => {
    const rates = book.ratesFor({ provider, model, serviceTier: 'standard', region: '', at });
    if (typeof rates === 'string') return undefined;
    const priceOf = (unit: PriceUnit) => lowest(rates.units.get(unit));
    const input = priceOf('input');
    const output = priceOf('output');
    if (input === undefined || input === 0n || output === undefined) return undefined;
    return { input, output, cacheRead: priceOf('cache_read') ?? input };
  };
}

/** Pico-dollars of a million tokens, in the first band. */
function lowest(rates: readonly Rate[] | undefined): PicoUsd | undefined {
  const rate = rates?.reduce((a, b) => (b.row.aboveInputTokens < a.row.aboveInputTokens ? b : a));
  return rate && ofMillion(rate.usdEach);
}

function ofMillion({ digits, scale }: Decimal): PicoUsd {
  return toPicoUsd({ digits: digits * TOKENS, scale });
}
