/** Tags that get lost are one opening and one end; what few calls do by chance, and what days do anyway, is nothing. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  COVERAGE_DAYS,
  type CoverageDay,
  judgeCoverage,
  type OpenCoverage,
} from '../../../domain/spend-alert/tag-coverage.ts';

const PRODUCTION = 'production';

/** Oldest first, ending with yesterday: calls of each day, and the share of them that names its user. */
function daysOf(days: readonly { calls: number; share: number }[]): CoverageDay[] {
  return days.map(({ calls, share }, index) => {
    const user = Math.round(calls * share);
    const daysBack = days.length - index;
    return { daysBack, calls, feature: calls, user, prompt: calls, all: user };
  });
}

const DATE = '2026-11-23';

const judged = (days: readonly CoverageDay[], open?: OpenCoverage) =>
  judgeCoverage(
    new Map([[PRODUCTION, days]]),
    new Map(open === undefined ? [] : [[PRODUCTION, open]]),
    DATE,
  );

const usual = (count: number, calls = 1_000, share = 0.99) =>
  Array.from({ length: count }, () => ({ calls, share }));

test('what fell is told of, with the tag that is missing, and what is usual', () => {
  expect(judged(daysOf([...usual(20), { calls: 1_204, share: 0.71 }]))).toEqual([
    {
      ...{ environment: PRODUCTION, transition: 'opened', tag: 'user', calls: 1_204 },
      ...{ share: 855 / 1_204, usualShare: 0.99 },
    },
  ]);
});

test('five points below are none, and six are', () => {
  const many = (share: number) => judged(daysOf([...usual(20), { calls: 100_000, share }]));
  expect(many(0.941)).toEqual([]);
  expect(many(0.939)).toHaveLength(1);
});

test('few calls say little, and less than twenty nothing', () => {
  const of = (calls: number, share: number) =>
    judged(daysOf([...usual(20, 1_000, 1), { calls, share }]));
  expect(of(20, 0.7)).toEqual([]);
  expect(of(20, 0.5)).toHaveLength(1);
  expect(of(19, 0)).toEqual([]);
});

test('seven days tell what is usual, six do not', () => {
  const after = (count: number) => judged(daysOf([...usual(count), { calls: 1_000, share: 0.5 }]));
  expect(after(6)).toEqual([]);
  expect(after(7)).toHaveLength(1);
});

test('a share that goes up and down anyway must fall further', () => {
  const restless = Array.from({ length: 28 }, (_, n) => ({
    calls: 9_000,
    share: 0.6 + (n % 5) / 20,
  }));
  const last = (share: number) => judged(daysOf([...restless, { calls: 9_000, share }]));
  expect(last(0.5)).toEqual([]);
  expect(last(0.4)).toHaveLength(1);
});

/** Morning by morning. */
function transitions(days: readonly { calls: number; share: number }[]): string[] {
  let open: OpenCoverage | undefined;
  return days.flatMap((_, day) => {
    const known = daysOf(days.slice(Math.max(0, day - COVERAGE_DAYS), day));
    return judged(known, open).map(({ transition, share, usualShare }) => {
      const toldFall = usualShare - share;
      open =
        transition === 'resolved'
          ? undefined
          : { state: transition, snoozedUntil: undefined, toldFall };
      return `${day} ${transition}`;
    });
  });
}

test('a fall that is mended is one opening and one end, the second day after', () => {
  const days = [...usual(30), ...usual(5, 1_000, 0.7), ...usual(30)];
  expect(transitions(days)).toEqual(['31 opened', '37 resolved']);
});

test('one that stays ends when it is what is usual', () => {
  expect(transitions([...usual(30), ...usual(60, 1_000, 0.7)])).toEqual([
    '31 opened',
    '46 resolved',
  ]);
});

test('a fall that goes on is told of when it is twice as far', () => {
  const days = [...usual(30), ...usual(2, 1_000, 0.8), ...usual(2, 1_000, 0.65)];
  expect(transitions([...days, ...usual(3, 1_000, 0.5)])).toEqual(['31 opened', '35 escalated']);
});

test.each<[string, OpenCoverage, string[]]>([
  ['opened', { state: 'opened', snoozedUntil: undefined, toldFall: 0.2 }, ['escalated']],
  ['of few points', { state: 'opened', snoozedUntil: undefined, toldFall: 0.01 }, ['escalated']],
  ['told of as it is', { state: 'escalated', snoozedUntil: undefined, toldFall: 0.3 }, []],
  [
    'acknowledged',
    { state: 'acknowledged', snoozedUntil: undefined, toldFall: 0.2 },
    ['escalated'],
  ],
  ['snoozed', { state: 'snoozed', snoozedUntil: '2026-11-24', toldFall: 0.2 }, []],
  ['snoozed until today', { state: 'snoozed', snoozedUntil: DATE, toldFall: 0.2 }, ['escalated']],
])('a fall of half that was %s', (_case, open, told) => {
  const days = daysOf([...usual(20), { calls: 1_000, share: 0.5 }]);
  expect(judged(days, open).map(({ transition }) => transition)).toEqual(told);
});

test('snoozed, it ends all the same', () => {
  const open = { state: 'snoozed', snoozedUntil: '2026-12-24', toldFall: 0.2 } as const;
  expect(judged(daysOf(usual(21)), open)).toMatchObject([{ transition: 'resolved' }]);
});

test('days without calls change nothing', () => {
  const days = [...usual(30), ...usual(2, 1_000, 0.7), ...usual(5, 3, 0), ...usual(30)];
  expect(transitions(days).map((text) => text.split(' ')[1])).toEqual(['opened', 'resolved']);
});

test('whatever calls do by chance, half a year of one share is quiet', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 2 ** 31 }),
      fc.integer({ min: 20, max: 400 }),
      fc.constantFrom(0.5, 0.9, 0.99, 1),
      (seed, calls, share) => {
        let state = seed;
        const random = () => {
          state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
          return state / 2 ** 32;
        };
        const days = Array.from({ length: 90 }, () => {
          const named = Array.from({ length: calls }, random).filter((value) => value < share);
          return { calls, share: named.length / calls };
        });
        expect(transitions(days).length).toBeLessThanOrEqual(2);
      },
    ),
    { numRuns: 30 },
  );
});

test('each environment is its own, and calls that name none are one of them', () => {
  const fallen = daysOf([...usual(20), { calls: 1_000, share: 0.5 }]);
  const well = daysOf(usual(21));
  const told = judgeCoverage(
    new Map([
      [null, fallen],
      ['staging', well],
    ]),
    new Map(),
    DATE,
  );
  expect(told.map(({ environment }) => environment)).toEqual([null]);
});
