/** For any usage and any prices, the cost is that of a second reckoning to the last digit, and the sum of its lines. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { PriceBook } from '../../../domain/pricing/price-book.ts';
import { type Price, priceCall } from '../../../domain/pricing/price-call.ts';
import type { PriceRow, PriceUnit } from '../../../domain/pricing/price-list.ts';
import { USAGE_KEYS, type Usage } from '../../../domain/usage/usage.ts';
import { unitPrices, usage } from '../../support/random-usage.ts';
import { referenceLines, type UnitPrices } from '../../support/reference-cost.ts';

const AT = new Date('2026-11-23T13:00:00Z');

function bookOf(...bands: [above: number, prices: UnitPrices][]): PriceBook {
  const rows = bands.flatMap(([aboveInputTokens, prices]) =>
    Object.entries(prices).map(
      ([unit, priceUsd]): PriceRow => ({
        ...{ id: 1, kind: 'list', provider: 'acme', model: 'm', unit: unit as PriceUnit },
        ...{ serviceTier: 'standard', region: '', aboveInputTokens, fromMinute: 0 },
        ...{ untilMinute: 1_440, validFrom: '2026-01-01T00:00:00Z', revision: 1 },
        ...{ priceUsd, source: 'a test' },
      }),
    ),
  );
  return new PriceBook({ prices: rows, names: [] });
}

function priced(book: PriceBook, counts: Usage): Price {
  const price = priceCall(book, { provider: 'acme', model: 'm', at: AT, usage: counts });
  if (price.priceStatus === 'unpriced') throw new Error(price.reason);
  return price;
}

test('the cost is the sum of its lines, and each line that of a second reckoning', () => {
  fc.assert(
    fc.property(usage, unitPrices, (counts, prices) => {
      const { cost, lines } = priced(bookOf([0, prices]), counts);
      const reference = referenceLines(counts, prices);
      expect(new Map(lines.map((line) => [line.unit, line.cost]))).toEqual(reference);
      expect(cost).toBe([...reference.values()].reduce((sum, line) => sum + line, 0n));
    }),
    { numRuns: 500 },
  );
});

test('above a size the whole call has the prices of that size', () => {
  const size = fc.constantFrom(1, 1_000, 200_000);
  fc.assert(
    fc.property(usage, unitPrices, unitPrices, size, (counts, small, large, above) => {
      const { cost } = priced(bookOf([0, small], [above, large]), counts);
      const isLarge = (counts.input_tokens ?? 0) > above;
      const reference = referenceLines(counts, isLarge ? large : small);
      expect(cost).toBe([...reference.values()].reduce((sum, line) => sum + line, 0n));
    }),
  );
});

test('more of anything costs no less', () => {
  const key = fc.constantFrom(...USAGE_KEYS);
  fc.assert(
    fc.property(usage, unitPrices, key, fc.integer({ min: 1, max: 9 }), (counts, prices, of, n) => {
      const total = /^(?:reasoning|audio_output|output)_/.test(of)
        ? 'output_tokens'
        : 'input_tokens';
      const isPart = of !== total && of !== 'web_searches';
      const isCachedAndHeard =
        (of === 'cache_read_tokens' &&
          (counts.audio_input_tokens ?? 0) + (counts.image_input_tokens ?? 0) > 0) ||
        ((of === 'audio_input_tokens' || of === 'image_input_tokens') &&
          (counts.cache_read_tokens ?? 0) > 0);
      fc.pre(!isCachedAndHeard);
      const more = { ...counts, [of]: (counts[of] ?? 0) + n };
      if (isPart) more[total] = (counts[total] ?? 0) + n;
      const book = bookOf([0, prices]);
      expect(priced(book, more).cost >= priced(book, counts).cost).toBe(true);
    }),
  );
});
