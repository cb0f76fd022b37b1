import { describe, expect, test } from 'vitest';
import { type FeatureDays, judge, type OpenAlert } from '../../../domain/spend-alert/judge.ts';
import type { Part } from '../../../domain/spend-alert/rules/find.ts';
import type { SpendRule } from '../../../domain/spend-alert/rules/finding.ts';
import { readSettings } from '../../../domain/spend-alert/rules/settings.ts';
import { spendWindows } from '../../../domain/spend-alert/windows.ts';
import { featureSpend, NOTHING, windowSpend } from './example-spend.ts';
import { days, series, weeks } from './rules/example-series.ts';

const SETTINGS = readSettings({ growthRatio: 0.3, minimumSpendUsd: '5' });
const WINDOWS = spendWindows('2026-11-23', 'Asia/Kathmandu');
const FEATURES = [
  featureSpend('new', NOTHING, windowSpend('300')),
  featureSpend('large', windowSpend('500.12'), windowSpend('810.20')),
  featureSpend('small', windowSpend('10'), windowSpend('20')),
];
const OPEN = {
  state: 'opened',
  openedOn: '2026-11-03',
  toldUsd: 10n ** 12n,
  snoozedUntil: undefined,
  told: { rule: 'growth', name: null },
} as const;

function feature(name: string, totals: number[], open?: FeatureDays['open']): FeatureDays {
  return { feature: name, series: series(weeks(...totals)), parts: [], open, settings: SETTINGS };
}

const DAYS: FeatureDays[] = [
  feature('small', [10, 10, 10, 10, 10, 20]),
  feature('new', [0, 0, 0, 0, 0, 300]),
  feature('steady', [500, 500, 500, 500, 500, 510]),
  feature('gone', [500, 500, 500, 500, 500, 0]),
  feature('large', [500, 500, 500, 500, 500.12, 810.2]),
  feature('open and over', [80, 80, 80, 80, 80, 80], OPEN),
  feature('open and worse', [10, 10, 10, 10, 10, 400], OPEN),
  { ...feature('open and without calls', []), series: series(days(0, 0)), open: OPEN },
];

function verdictWith(firstCallAt: string) {
  const dates = { firstCallAt: new Date(firstCallAt), lastCallAt: undefined };
  return judge({ features: FEATURES, ...dates }, DAYS, WINDOWS);
}

describe('the first fourteen days', () => {
  test('without a call there is nothing to learn from', () => {
    const none = { features: [], firstCallAt: undefined, lastCallAt: undefined };
    expect(judge(none, [], WINDOWS)).toEqual({ state: 'no-data' });
  });

  test('judging begins on the day that both windows are full, in the zone', () => {
    // In Kathmandu, 2026-11-09 begins at 18:15 UTC on the 8th.
    expect(verdictWith('2026-11-09T18:14:59.999Z').state).toBe('judged');
    expect(verdictWith('2026-11-09T18:15:00.000Z')).toEqual({
      state: 'learning',
      until: '2026-11-24',
    });
  });
});

test('alerts come largest increase first; steady and vanished features never', () => {
  const verdict = verdictWith('2026-01-01T00:00:00Z');
  if (verdict.state !== 'judged') throw new Error(verdict.state);
  const told = verdict.alerts.map(({ transition, finding, spend }) => [
    ...[spend.feature, transition, finding.rule],
    finding.previousUsd,
  ]);
  // By what a week of days like the last one comes to, seven times as much here: all of a week is in its last day.
  expect(told).toEqual([
    ['open and worse', 'escalated', 'growth', 10_000_000_000_000n],
    ['large', 'opened', 'growth', 500_120_000_000_000n],
    ['new', 'opened', 'new', 0n],
    ['small', 'opened', 'growth', 10_000_000_000_000n],
  ]);
  expect(verdict.ended.map(({ spend, openedOn }) => [spend.feature, openedOn])).toEqual([
    ['open and over', '2026-11-03'],
    ['open and without calls', '2026-11-03'],
  ]);
});

describe('what is snoozed', () => {
  const snoozed = (
    rule: SpendRule,
    name: string | null,
    snoozedUntil = '2026-12-24',
  ): OpenAlert => ({
    ...{ state: 'snoozed', openedOn: '2026-11-03', toldUsd: 10n ** 12n, snoozedUntil },
    told: { rule, name },
  });
  const upTo = (usual: number, last: number) => series([...days(41, usual), last]);
  const user = (name: string): Part => ({ rule: 'user', name, series: upTo(1, 20) });

  test.each<[string, OpenAlert, number, string[], string[]]>([
    ['a user that rises further', snoozed('user', 'u'), 100, ['u'], []],
    ['a user, and another one rises', snoozed('user', 'u'), 100, ['u', 'v'], ['user v']],
    ['a user, and the feature rises', snoozed('user', 'u'), 400, ['u'], ['growth null']],
    ['a prompt, and a user of its name', snoozed('prompt', 'u'), 100, ['u'], ['user u']],
    ['a feature, and all of it', snoozed('spike', null), 400, ['u', 'v'], []],
    ['a feature until today', snoozed('spike', null, WINDOWS.date), 400, ['u'], ['growth null']],
  ])('%s', (_case, open, last, users, told) => {
    const parts = users.map(user);
    const of = { feature: 'large', series: upTo(100, last), parts, open, settings: SETTINGS };
    const snapshot = { features: FEATURES, firstCallAt: new Date(0), lastCallAt: undefined };
    const verdict = judge(snapshot, [of], WINDOWS);
    if (verdict.state !== 'judged') throw new Error(verdict.state);
    expect(verdict.alerts.map(({ finding }) => `${finding.rule} ${finding.name}`)).toEqual(told);
    expect(verdict.alerts.every(({ transition }) => transition === 'escalated')).toBe(true);
  });
});
