import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type AlertState, type AlertStatus, advance } from '../../../domain/spend-alert/state.ts';

const DOLLAR = 10n ** 12n;
const DATE = '2026-11-23';

function status(state: AlertState, told = 100n, snoozedUntil?: string): AlertStatus {
  return { state, toldUsd: told * DOLLAR, snoozedUntil };
}

function seen(dollars: bigint | undefined, isClear = false) {
  const weeklyExcessUsd = dollars === undefined ? undefined : dollars * DOLLAR;
  return { date: DATE, weeklyExcessUsd, isClear };
}

describe('one morning', () => {
  test.each([
    ['nothing, and nothing was', undefined, seen(undefined, true), undefined],
    ['something, for the first time', undefined, seen(100n), 'opened'],
    ['something, again after it was over', status('resolved'), seen(100n), 'opened'],
    ['the same as told', status('opened'), seen(100n), undefined],
    ['not twice as much', status('opened'), seen(199n), undefined],
    ['twice as much', status('opened'), seen(200n), 'escalated'],
    ['twice as little', status('opened', 2n), seen(4n), undefined],
    ['twice of what was told last', status('escalated', 200n), seen(399n), undefined],
    ['twice as much of what somebody works on', status('acknowledged'), seen(200n), 'escalated'],
    ['between the thresholds', status('opened'), seen(undefined), undefined],
    ['over', status('opened'), seen(undefined, true), 'resolved'],
    ['over, of what somebody works on', status('acknowledged'), seen(undefined, true), 'resolved'],
    ['much more, snoozed', status('snoozed', 100n, '2026-11-24'), seen(900n), undefined],
    [
      'much more of something else than was told of, snoozed',
      status('snoozed', 100n, '2026-11-24'),
      { ...seen(900n), otherExcessUsd: 200n * DOLLAR },
      'escalated',
    ],
    [
      'a little of something else, snoozed',
      status('snoozed', 100n, '2026-11-24'),
      { ...seen(900n), otherExcessUsd: 199n * DOLLAR },
      undefined,
    ],
    [
      'much more of what was snoozed before something else got worse',
      status('escalated', 100n, '2026-11-24'),
      seen(900n),
      undefined,
    ],
    ['much more, no longer snoozed', status('snoozed', 100n, DATE), seen(900n), 'escalated'],
    ['over while snoozed', status('snoozed', 1n, '2026-12-01'), seen(undefined, true), 'resolved'],
  ])('%s', (_case, before, observation, expected) => {
    expect(advance(before, observation)).toBe(expected);
  });
});

/** Lives through mornings; what is said is remembered, as the table does. */
function told(mornings: readonly (bigint | undefined)[]): string[] {
  let current: AlertStatus | undefined;
  return mornings.flatMap((dollars) => {
    const kind = advance(current, seen(dollars, dollars === undefined));
    if (kind === undefined) return [];
    current = status(kind, dollars ?? 0n);
    return [kind];
  });
}

test('a step that is seen for eight days is one opening and one resolution', () => {
  expect(told([undefined, ...Array.from({ length: 8 }, () => 500n), undefined, undefined])).toEqual(
    ['opened', 'resolved'],
  );
});

test('openings and resolutions alternate, and escalations are few, whatever happens', () => {
  const morning = fc.option(fc.bigInt({ min: 1n, max: 1_000_000n }), { nil: undefined });
  fc.assert(
    fc.property(fc.array(morning, { maxLength: 60 }), (mornings) => {
      const kinds = told(mornings).filter((kind) => kind !== 'escalated');
      for (const [index, kind] of kinds.entries()) {
        expect(kind).toBe(index % 2 === 0 ? 'opened' : 'resolved');
      }
      // From a dollar to a million there are twenty doublings.
      const between = told(mornings).join().split('resolved');
      for (const part of between) expect(part.match(/escalated/g)?.length ?? 0).toBeLessThan(21);
    }),
  );
});
