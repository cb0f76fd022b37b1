import fc from 'fast-check';
import { expect, test } from 'vitest';
import { formatDecimal } from '../../../../domain/money.ts';
import { deviationOfDays } from '../../../../domain/spend-alert/rules/deviation.ts';
import { days, series } from './example-series.ts';

function deviation(amounts: readonly number[]): string {
  return formatDecimal(deviationOfDays(series(amounts)));
}

test('is 1.4826 × the median distance of days from the median of their weekday before', () => {
  // 120 against the lower of two medians, 100: a fifth, in 14 of 27 days. In the others 100 against 120: a sixth.
  const alternating = Array.from({ length: 42 }, (_, day) => (day % 14 < 7 ? 120 : 100));
  expect(deviation(days(42, 100))).toBe('0');
  expect(deviation(alternating)).toBe('0.29652');
});

test('does not see yesterday, nor an earlier outlier, nor how much is spent', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 1_000 }), fc.nat({ max: 40 }), (usd, outlier) => {
      const calm = days(42, usd);
      expect(deviation(calm.with(outlier, 100 * usd).with(41, 50 * usd))).toBe('0');
    }),
  );
});

test('of too few days is zero', () => {
  expect(deviation([])).toBe('0');
  expect(deviation([...days(7, 10), ...days(8, 20)])).toBe('0');
});
