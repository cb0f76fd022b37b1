/** Spikes of features, prompts and users, and when an alert is clearly over. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parsePicoUsd } from '../../../../domain/money.ts';
import {
  findAll,
  isClear,
  mayHaveGrown,
  mayHaveRunAway,
} from '../../../../domain/spend-alert/rules/find.ts';
import { sumUsd, weekOf } from '../../../../domain/spend-alert/rules/series.ts';
import { readSettings } from '../../../../domain/spend-alert/rules/settings.ts';
import { spikeOfHours } from '../../../../domain/spend-alert/rules/spike.ts';
import { days, series } from './example-series.ts';

const SETTINGS = readSettings({ growthRatio: 0.3, minimumSpendUsd: '5' });

function rulesOf(...args: Parameters<typeof series>): string[] {
  return findAll(series(...args), [], SETTINGS).map(({ rule }) => rule);
}

describe('a spike', () => {
  test('doubled yesterday', () => {
    expect(findAll(series([...days(41, 100), 200]), [], SETTINGS)).toEqual([
      {
        rule: 'spike',
        name: null,
        compared: { span: 'day', weeksBack: 1 },
        previousUsd: parsePicoUsd('100'),
        currentUsd: parsePicoUsd('200'),
        weeklyExcessUsd: parsePicoUsd('700'),
      },
    ]);
  });

  test('doubled overnight: the hours until the morning are enough', () => {
    expect(findAll(series(days(42, 100), [40, 20, 21, 19, 20, 20]), [], SETTINGS)).toMatchObject([
      { rule: 'spike', compared: { span: 'hours', weeksBack: 1 }, currentUsd: parsePicoUsd('40') },
    ]);
  });

  test('hours of a few calls are none, whatever they would come to in a week', () => {
    const night = (current: number) => rulesOf(days(42, 6), [current, 0.4, 0.4, 0.4, 0.4, 0.4]);
    // 50 cents more, a tenth of the minimum, and one more of the last of twelve decimals.
    expect(night(0.9)).toEqual([]);
    expect(night(0.900000000001)).toEqual(['spike']);
  });

  test('hours after a step come to no more than the step', () => {
    // $10 a day, $23.50 since a week: the night has risen as the days have.
    const stepped = series([...days(35, 10), ...days(7, 23.5)], [2.35, 1, 1, 1, 1, 1]);
    expect(spikeOfHours(stepped, SETTINGS)?.weeklyExcessUsd).toBe(parsePicoUsd('94.5'));
  });

  test('hours weigh as much as the week that rises as they did', () => {
    // $42 a week, twice: by the hours alone it would be $4.20 more.
    expect(rulesOf(days(42, 6), [1.2, 0.6, 0.6, 0.6, 0.6, 0.6])).toEqual(['spike']);
    expect(rulesOf(days(42, 0.6), [1.2, 0.6, 0.6, 0.6, 0.6, 0.6])).toEqual([]);
  });

  test('cents of a quiet night say nothing of a batch job by day', () => {
    expect(rulesOf(days(42, 100), [0.05, 0.01, 0.01, 0.02, 0.01, 0.01])).toEqual([]);
    expect(rulesOf(days(42, 100), [9, 4, 4, 5, 4, 4])).toEqual([]);
    expect(rulesOf(days(42, 100), [12, 6, 6, 5.5, 6, 6])).toEqual(['spike']);
  });

  test('nights that go up and down must rise higher, however steady the days are', () => {
    expect(rulesOf(days(42, 100), [40, 20, 34, 12, 27, 15])).toEqual([]);
    expect(rulesOf(days(42, 100), [70, 20, 34, 12, 27, 15])).toEqual(['spike']);
  });

  test('a restless feature that doubles is one', () => {
    const restless = Array.from({ length: 42 }, (_, day) => [100, 115, 90, 110, 83][day % 5] ?? 0);
    expect(rulesOf([...restless.slice(0, -1), 200])).toContain('spike');
    expect(rulesOf(restless, [40, 20, 21, 19, 20, 20])).toEqual(['spike']);
    expect(rulesOf(restless, [34, 20, 21, 19, 20, 20])).toEqual([]);
  });

  test.each([
    ['a weekend is compared with weekends', [...weekends(5), 20, 20]],
    ['a Monday job that ran last Monday, too', [...days(34, 10), 200, ...days(6, 10), 200]],
    ['a return from a day off', [...days(34, 100), 20, ...days(6, 100), 100]],
    ['cents', [...days(41, 0.1), 0.8]],
  ])('is not: %s', (_case, amounts) => {
    expect(rulesOf(amounts)).toEqual([]);
  });

  test('days that go up and down must rise higher', () => {
    const wild = Array.from({ length: 41 }, (_, day) => [100, 160, 60, 130, 75][day % 5] ?? 0);
    expect(rulesOf([...wild, 210])).toEqual([]);
    expect(rulesOf([...wild, 900])).toContain('spike');
  });

  test('one day weeks ago does not hide the next', () => {
    const amounts = [...days(41, 100), 250];
    amounts[13] = 5_000;
    expect(rulesOf(amounts)).toEqual(['spike']);
  });
});

describe('a part', () => {
  const steady = series(days(42, 100));

  test.each(['prompt', 'user'] as const)('one %s that runs away in a steady feature', (rule) => {
    const part = { rule, name: 'x', series: series([...days(41, 4), 20]) };
    expect(findAll(steady, [part], SETTINGS)).toMatchObject([{ rule, name: 'x' }]);
  });

  test('must rise twice as far as a feature', () => {
    const part = { rule: 'user' as const, name: 'x', series: series([...days(41, 10), 21]) };
    expect(findAll(steady, [part], SETTINGS)).toEqual([]);
  });
});

describe('over', () => {
  test('is a spike two days later, not the day after', () => {
    const spiked = [...days(38, 100), 180, 100, 100, 100];
    expect(isClear(series(spiked.slice(0, -2)), [], SETTINGS)).toBe(false);
    expect(isClear(series(spiked), [], SETTINGS)).toBe(true);
  });

  test('is not what is only a little below its threshold', () => {
    const grown = [...days(35, 100), ...days(7, 125)];
    expect(findAll(series(grown), [], SETTINGS)).toEqual([]);
    expect(isClear(series(grown), [], SETTINGS)).toBe(false);
  });
});

/** Weeks from Monday on, and the five days of one more. */
function weekends(count: number): number[] {
  const week = [...days(5, 100), 20, 20];
  return [...Array.from({ length: count }, () => week).flat(), ...days(5, 100)];
}

test('of several that run away, the one that costs most more comes first', () => {
  const part = (rule: 'prompt' | 'user', name: string, usd: number) => ({
    ...{ rule, name },
    series: series([...days(41, 10), usd]),
  });
  const parts = [part('prompt', 'p', 30), part('user', 'u', 90), part('user', 'v', 40)];
  const found = findAll(series(days(42, 1_000)), parts, SETTINGS);
  expect(found.map(({ name }) => name)).toEqual(['u', 'v', 'p']);
});

/** None at all and what nothing exceeds, too. */
const anySettings = fc
  .record({
    growthRatio: fc.constantFrom(0, 0.1, 0.3, 2),
    spikeRatio: fc.constantFrom(0n, 1n, 6n, 20n),
    minimumSpendUsd: fc.constantFrom('0', '0.000000000001', '5', '100'),
  })
  .map(({ spikeRatio, ...others }) => ({
    ...readSettings(others),
    spikeRatio: { digits: spikeRatio, scale: 1 },
  }));

test('a user that is found may have run away, by the two days that are read first', () => {
  const amount = fc.oneof(fc.integer({ min: 0, max: 30 }), fc.integer({ min: 0, max: 1_000 }));
  let found = 0;
  fc.assert(
    fc.property(
      fc.array(amount, { minLength: 42, maxLength: 42 }),
      anySettings,
      (usd, settings) => {
        const user = { rule: 'user', name: 'u', series: series(usd) } as const;
        const [lastDay = 0n, lastWeek = 0n] = [user.series.usd.at(-1), user.series.usd.at(-8)];
        if (findAll(series(days(42, 0)), [user], settings).length === 0) return;
        found += 1;
        expect(lastDay > settings.minimumSpendUsd).toBe(true);
        expect(mayHaveRunAway(lastDay, lastWeek, settings)).toBe(true);
      },
    ),
    { numRuns: 1_000 },
  );
  expect(found).toBeGreaterThan(20);
});

test('a feature that is found may have grown, by the sums that are read first', () => {
  const amount = fc.oneof(fc.integer({ min: 0, max: 3 }), fc.integer({ min: 0, max: 1_000 }));
  const steady = fc
    .tuple(fc.integer({ min: 0, max: 41 }), amount, amount)
    .map(([at, low, high]) => [...days(at, low), ...days(42 - at, high)]);
  const any = fc.array(amount, { minLength: 42, maxLength: 42 });
  const hours = fc.array(amount, { minLength: 6, maxLength: 6 });
  let found = 0;
  fc.assert(
    fc.property(
      fc.oneof(steady, any),
      fc.option(hours, { nil: [] }),
      anySettings,
      (usd, hoursUsd, settings) => {
        const feature = series(usd, hoursUsd);
        const sumOf = (back: number) => sumUsd(weekOf(feature.usd, back));
        const [today = 0n, lastWeek = 0n] = feature.hoursUsd;
        const mayHave = mayHaveGrown(
          {
            previous: { costUsd: sumOf(7), lastDayUsd: feature.usd.at(-8) ?? 0n },
            current: { costUsd: sumOf(0), lastDayUsd: feature.usd.at(-1) ?? 0n },
          },
          { today, lastWeek },
          settings,
        );
        const isFound = findAll(feature, [], settings).length > 0;
        if (isFound) found += 1;
        // What has no cost in the week is not even among what was summed up.
        expect((mayHave && sumOf(0) > 0n) || !isFound).toBe(true);
      },
    ),
    { numRuns: 2_000 },
  );
  expect(found).toBeGreaterThan(100);
});
