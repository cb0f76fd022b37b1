/** Usage and prices at random, for properties of costs. */
import fc from 'fast-check';
import type { PriceUnit } from '../../domain/pricing/price-list.ts';
import type { Usage } from '../../domain/usage/usage.ts';
import type { UnitPrices } from './reference-cost.ts';

const PRICED_UNITS: readonly PriceUnit[] = [
  ...(['input', 'cache_read', 'cache_write_5m', 'cache_write_1h', 'audio_input'] as const),
  ...(['image_input', 'output', 'reasoning', 'audio_output', 'web_search'] as const),
];

const count = fc.oneof(fc.constant(0), fc.nat(200), fc.nat(5_000_000));

/** Consistent, inclusive, with parts of every kind; what is cached and what is heard or seen never both, for nobody can price that. */
export const usage: fc.Arbitrary<Usage> = fc
  .record({
    ...{ plain: count, read: count, five: count, hour: count, audio: count, image: count },
    ...{ text: count, reasoning: count, spoken: count, searches: fc.nat(30), cached: fc.boolean() },
  })
  .map(({ plain, read, five, hour, audio, image, text, reasoning, spoken, searches, cached }) => {
    const [cacheRead, heard, seen] = cached ? [read, 0, 0] : [0, audio, image];
    return {
      input_tokens: plain + cacheRead + five + hour + heard + seen,
      output_tokens: text + reasoning + spoken,
      cache_read_tokens: cacheRead,
      cache_write_5m_tokens: five,
      cache_write_1h_tokens: hour,
      audio_input_tokens: heard,
      image_input_tokens: seen,
      reasoning_tokens: reasoning,
      audio_output_tokens: spoken,
      web_searches: searches,
    };
  });

/** Dollars with up to twelve decimals: more than any price page has, so that lines are rounded. */
const price = fc
  .tuple(fc.nat(200), fc.nat(999_999_999_999), fc.integer({ min: 0, max: 12 }))
  .map(([whole, fraction, decimals]) =>
    decimals === 0
      ? String(whole)
      : `${whole}.${String(fraction).padStart(12, '0').slice(0, decimals)}`,
  );

export const unitPrices: fc.Arbitrary<UnitPrices> = fc.record(
  Object.fromEntries(PRICED_UNITS.map((unit) => [unit, price])),
);
