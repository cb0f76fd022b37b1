import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseDecimal } from '../../../domain/money.ts';
import { alertRuleFor, changeRatio, readThresholds } from '../../../domain/spend-alert/rule.ts';
import { anyWindow, featureSpend, NOTHING, windowSpend } from './example-spend.ts';

const RECIPE = readThresholds({ growthRatio: 0.3, minimumSpendUsd: '5' });

describe('the rule: more than +30 % and more than $5', () => {
  test.each([
    // previous, current, verdict
    ['100', '130', undefined],
    ['100', '130.000000000001', 'growth'],
    ['100', '129.999999999999', undefined],
    ['3.84', '5', undefined],
    ['3.84', '5.000000000001', 'growth'],
    ['0.01', '4.99', undefined],
    ['810.20', '500.12', undefined],
    ['0', '5.01', 'growth'],
    [null, '5.01', 'growth'],
    ['100', null, undefined],
    // 0.3 as a float is a little less than three tenths: 1.1 × 1.3 would round the wrong way.
    ['11', '14.3', undefined],
    ['5000000000000.000000000001', '6500000000000.000000000001', undefined],
  ])('%s → %s: %s', (previous, current, expected) => {
    const spend = { previous: windowSpend(previous), current: windowSpend(current) };
    expect(alertRuleFor(spend, RECIPE)).toBe(expected);
  });

  test('a feature without a call the week before is new', () => {
    const spend = { previous: NOTHING, current: windowSpend('5.01') };
    expect(alertRuleFor(spend, RECIPE)).toBe('new');
    expect(alertRuleFor({ ...spend, current: windowSpend('5') }, RECIPE)).toBeUndefined();
  });

  test('a feature that vanished, or whose calls have no known cost, does not alert', () => {
    expect(
      alertRuleFor({ previous: windowSpend('900'), current: NOTHING }, RECIPE),
    ).toBeUndefined();
    expect(alertRuleFor({ previous: NOTHING, current: windowSpend(null) }, RECIPE)).toBeUndefined();
  });

  test('agrees with fractions compared in whole numbers, for any spend and thresholds', () => {
    fc.assert(
      fc.property(
        anyWindow,
        anyWindow,
        fc.integer({ min: 0, max: 5_000 }),
        fc.integer({ min: 0, max: 100_000 }),
        (previous, current, perMille, cents) => {
          const thresholds = readThresholds({
            growthRatio: perMille / 1_000,
            minimumSpendUsd: `${Math.floor(cents / 100)}.${String(cents % 100).padStart(2, '0')}`,
          });
          const before = previous.costUsd ?? 0n;
          const now = current.costUsd ?? 0n;
          const enough = now * 100n > BigInt(cents) * 10n ** 12n;
          const grown = (now - before) * 1_000n > before * BigInt(perMille);
          const expected = !enough
            ? undefined
            : previous.calls === 0
              ? 'new'
              : grown
                ? 'growth'
                : undefined;
          expect(alertRuleFor({ previous, current }, thresholds)).toBe(expected);
        },
      ),
      { numRuns: 2_000 },
    );
  });
});

describe('thresholds', () => {
  test('a ratio is taken as the decimal it is written as', () => {
    expect(RECIPE.growthRatio).toEqual({ digits: 3n, scale: 1 });
    expect(readThresholds({ growthRatio: '0.30', minimumSpendUsd: '0' }).growthRatio).toEqual({
      digits: 30n,
      scale: 2,
    });
    expect(readThresholds({ growthRatio: 1e-7, minimumSpendUsd: '0' }).growthRatio).toEqual(
      parseDecimal('0.0000001'),
    );
  });

  test.each([
    [-0.1, '5'],
    [Number.NaN, '5'],
    ['30 %', '5'],
    [0.3, '-1'],
    [0.3, 'five'],
  ])('%s and %s are refused', (growthRatio, minimumSpendUsd) => {
    expect(() => readThresholds({ growthRatio, minimumSpendUsd })).toThrow(RangeError);
  });
});

describe('the change', () => {
  test.each([
    [500_120_000_000_000n, 810_200_000_000_000n, '0.620011'],
    [100n, 50n, '-0.500000'],
    [3n, 4n, '0.333333'],
    [1n, 1_000_001n, '1000000.000000'],
    [0n, 5n, null],
    [null, 5n, null],
  ])('from %s to %s is %s', (previous, current, expected) => {
    expect(changeRatio(previous, current)).toBe(expected);
  });
});

test('the example of the brief: +62 %', () => {
  const spend = featureSpend('support.reply', windowSpend('500.12'), windowSpend('810.20'));
  expect(alertRuleFor(spend, RECIPE)).toBe('growth');
});
