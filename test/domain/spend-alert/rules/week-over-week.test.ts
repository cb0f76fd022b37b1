import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parsePicoUsd } from '../../../../domain/money.ts';
import { readSettings } from '../../../../domain/spend-alert/rules/settings.ts';
import { weekOverWeek } from '../../../../domain/spend-alert/rules/week-over-week.ts';
import { days, series, weeks } from './example-series.ts';

const SETTINGS = readSettings({ growthRatio: 0.3, minimumSpendUsd: '5' });

function ruleOf(totals: number[], settings = SETTINGS): string | undefined {
  return weekOverWeek(series(weeks(...totals)), settings)?.rule;
}

describe('growth', () => {
  test.each([
    ['above both thresholds', 100, 130.01, 'growth'],
    ['exactly 30 % more', 100, 130, undefined],
    ['less than 30 % more', 100, 129, undefined],
    ['exactly the minimum', 1, 5, undefined],
    ['above the minimum by the smallest amount', 1, 5.000000000001, 'growth'],
    ['from nothing to more than the minimum', 0, 20, 'growth'],
    ['spends less', 100, 50, undefined],
    ['vanished', 100, 0, undefined],
  ])('%s', (_case, previous, current, expected) => {
    const earlier = previous === 0 ? [100, 0, 0, 0, 0] : [100, 100, 100, 100, previous];
    const usual = previous === 1 ? [1, 1, 1, 1, 1] : earlier;
    expect(ruleOf([...usual, current])).toBe(expected);
  });

  test('is exact to the last decimal of any amount and any ratio', () => {
    fc.assert(
      fc.property(
        fc.bigInt({ min: 10n ** 13n, max: 10n ** 20n }),
        fc.integer({ min: 0, max: 3_000 }),
        (usd, permille) => {
          const settings = readSettings({ growthRatio: permille / 1_000, minimumSpendUsd: '5' });
          const current = (usd * BigInt(1_000 + permille)) / 1_000n;
          const base = series(weeks(1, 1, 1, 1, 1, 1));
          const of = (last: bigint) => {
            const amounts = base.usd.map((amount) => (amount === 0n ? 0n : usd));
            return weekOverWeek({ ...base, usd: [...amounts.slice(0, -1), last] }, settings);
          };
          expect(of(current)).toBeUndefined();
          expect(of(current + 1n)?.rule).toBe('growth');
        },
      ),
    );
  });

  test('the return from a holiday is none; a feature that grows after one is', () => {
    expect(ruleOf([100, 100, 100, 100, 50, 100])).toBeUndefined();
    expect(ruleOf([100, 100, 100, 100, 50, 140])).toBe('growth');
  });

  test('weeks that go up and down by a third do so once more', () => {
    expect(ruleOf([100, 140, 75, 130, 80, 145])).toBeUndefined();
    expect(ruleOf([100, 140, 75, 130, 80, 500])).toBe('growth');
  });

  test('days that go up and down by a third ask for more of a week, though five weeks were alike', () => {
    const restless = Array.from({ length: 35 }, (_, day) => [100, 140, 75, 130, 80][day % 5] ?? 0);
    const grownBy = (factor: number) =>
      weekOverWeek(series([...restless, ...days(7, 105 * factor)]), SETTINGS)?.rule;
    expect(grownBy(1.36)).toBeUndefined();
    expect(grownBy(1.6)).toBe('growth');
  });

  test('with two weeks before it, a week must rise twice as far', () => {
    expect(ruleOf([100, 100, 159])).toBeUndefined();
    expect(ruleOf([100, 100, 161])).toBe('growth');
  });

  test('a week before of calls without a known cost is unknown, not zero', () => {
    const known = series(weeks(10, 10, 10, 0, 20));
    const calls = [...days(21, 10), ...days(7, 10), ...days(7, 10)];
    const pricedCalls = [...days(21, 10), ...days(7, 0), ...days(7, 10)];
    const found = weekOverWeek({ ...known, calls, pricedCalls }, SETTINGS);
    expect(found).toMatchObject({ rule: 'growth', previousUsd: null });
  });
});

describe('new', () => {
  test.each([
    ['more than the minimum', [0, 0, 0, 300], 'new'],
    ['exactly the minimum', [0, 0, 0, 5], undefined],
    ['back after some weeks', [300, 0, 0, 300], 'growth'],
  ])('%s', (_case, totals, expected) => {
    expect(ruleOf(totals)).toBe(expected);
  });
});

test('what a step that began yesterday comes to in a week is what it is told by', () => {
  const grown = series([...days(35, 10), ...days(6, 10), 40]);
  expect(weekOverWeek(grown, SETTINGS)?.weeklyExcessUsd).toBe(parsePicoUsd('210'));
});

test.each([
  [{ growthRatio: -0.1, minimumSpendUsd: '5' }],
  [{ growthRatio: Number.NaN, minimumSpendUsd: '5' }],
  [{ growthRatio: 0.3, minimumSpendUsd: 'five' }],
  [{ growthRatio: 0.3, minimumSpendUsd: '-1' }],
])('%o is refused', (settings) => {
  expect(() => readSettings(settings)).toThrow(RangeError);
});
