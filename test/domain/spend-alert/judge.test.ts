import { describe, expect, test } from 'vitest';
import { parsePicoUsd } from '../../../domain/money.ts';
import { type FeatureDays, judge, type OpenAlert } from '../../../domain/spend-alert/judge.ts';
import type { Part } from '../../../domain/spend-alert/rules/find.ts';
import type { SpendRule } from '../../../domain/spend-alert/rules/finding.ts';
import { HISTORY_DAYS, type Series } from '../../../domain/spend-alert/rules/series.ts';
import { readSettings } from '../../../domain/spend-alert/rules/settings.ts';
import { spendWindows } from '../../../domain/spend-alert/windows.ts';
import { featureSpend, NOTHING, windowSpend } from './example-spend.ts';
import { days, series, weeks } from './rules/example-series.ts';

const SETTINGS = readSettings({ growthRatio: 0.3, minimumSpendUsd: '5' });
const TODAY = '2026-11-23';
const WINDOWS = spendWindows(TODAY, 'Asia/Kathmandu');
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
  snoozed: undefined,
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

test('what got worse is headed by the rule that found more', () => {
  const open: OpenAlert = {
    ...{ state: 'opened', openedOn: '2026-11-20', toldUsd: parsePicoUsd('8') },
    ...{ snoozedUntil: undefined, snoozed: undefined },
  };
  const snapshot = { features: FEATURES, firstCallAt: new Date(0), lastCallAt: undefined };
  // The week has risen by $28, and this night is of a week that would rise by far more.
  const of = series([...days(HISTORY_DAYS - 7, 10), ...days(7, 14)], [12, 2, 2, 2, 2, 2]);
  const judged = { feature: 'large', series: of, parts: [], settings: SETTINGS };
  const head = (alert: OpenAlert | undefined) => {
    const verdict = judge(snapshot, [{ ...judged, open: alert }], WINDOWS);
    if (verdict.state !== 'judged') throw new Error(verdict.state);
    return verdict.alerts.map(({ transition, finding }) => [transition, finding.rule]);
  };
  expect(head(open)).toEqual([['escalated', 'spike']]);
  expect(head(undefined)).toEqual([['opened', 'growth']]);
});

describe('what is snoozed', () => {
  const snoozed = (
    rule: SpendRule,
    name: string | null,
    snoozedUntil = '2026-12-24',
  ): OpenAlert => ({
    ...{ state: 'snoozed', openedOn: '2026-11-03', toldUsd: parsePicoUsd('1'), snoozedUntil },
    snoozed: { rule, name },
  });
  const upTo = (usual: number, ...last: number[]) =>
    series([...days(HISTORY_DAYS - last.length, usual), ...last]);
  const user = (name: string): Part => ({ rule: 'user', name, series: upTo(1, 20) });
  const told = (of: Pick<FeatureDays, 'series' | 'parts'>, open: OpenAlert, windows = WINDOWS) => {
    const snapshot = { features: FEATURES, firstCallAt: new Date(0), lastCallAt: undefined };
    const all = [{ feature: 'large', ...of, open, settings: SETTINGS }];
    const verdict = judge(snapshot, all, windows);
    if (verdict.state !== 'judged') throw new Error(verdict.state);
    return verdict.alerts.map(
      ({ transition, finding: { rule, name }, weeklyExcessUsd }) =>
        `${transition} ${rule} ${name} ${weeklyExcessUsd / parsePicoUsd('1')}`,
    );
  };

  test.each<[string, OpenAlert, number, string[], string[]]>([
    ['a user that rises further', snoozed('user', 'u'), 100, ['u'], []],
    [
      'a user, and another one rises',
      snoozed('user', 'u'),
      100,
      ['u', 'v'],
      ['escalated user v 133'],
    ],
    [
      'a user, and the feature rises',
      snoozed('user', 'u'),
      400,
      ['u'],
      ['escalated growth null 1967'],
    ],
    ['a user, and the feature rises by it', snoozed('user', 'u'), 119, ['u'], []],
    [
      'a prompt, and a user of its name',
      snoozed('prompt', 'u'),
      100,
      ['u'],
      ['escalated user u 133'],
    ],
    ['a feature, and all of it', snoozed('spike', null), 400, ['u', 'v'], []],
    [
      'a feature until today',
      snoozed('spike', null, TODAY),
      400,
      ['u'],
      ['escalated growth null 2100'],
    ],
  ])('%s', (_case, open, last, users, expected) => {
    expect(told({ series: upTo(100, last), parts: users.map(user) }, open)).toEqual(expected);
  });

  describe('a user that is most of its feature', () => {
    const open = { ...snoozed('user', 'u1'), toldUsd: parsePicoUsd('70') };
    const of = (feature: Series, one: Series) =>
      told({ series: feature, parts: [{ rule: 'user', name: 'u1', series: one }] }, open);

    test('is not told of as the spike of the feature', () => {
      expect(of(upTo(100, 290), upTo(10, 200))).toEqual([]);
    });

    test('nor as its growth, of days that rose by different amounts', () => {
      expect(of(upTo(100, ...days(5, 290), 120), upTo(10, ...days(5, 200), 30))).toEqual([]);
    });

    test('nor once its rise is a week old, and only the growth of the week sees it', () => {
      expect(of(upTo(100, ...days(9, 290)), upTo(10, ...days(9, 200)))).toEqual([]);
    });

    test('nor as hours of the feature, whose part in them nobody has read', () => {
      const hours = [150, 50, 50, 50, 50, 50];
      expect(
        of({ ...upTo(100), hoursUsd: hours.map((usd) => parsePicoUsd(String(usd))) }, upTo(10, 11)),
      ).toEqual([]);
    });

    test('what the others spend more is told of, as much as that is', () => {
      expect(of(upTo(100, 390), upTo(10, 200))).toEqual(['escalated growth null 700']);
    });
  });

  test('goes on when something else has got worse since', () => {
    const rows = { toldUsd: parsePicoUsd('70'), snoozedUntil: '2027-04-01' };
    const first = { ...snoozed('user', 'u1'), ...rows };
    const parts = (u1: number, p: number): Part[] => [
      { rule: 'user', name: 'u1', series: upTo(10, u1) },
      { rule: 'prompt', name: 'p', series: upTo(10, p) },
    ];
    const feature = upTo(1000, 1060);
    const on = (date: string) => spendWindows(date, 'UTC');
    expect(told({ series: feature, parts: parts(20, 60) }, first, on('2027-03-10'))).toEqual([
      'escalated prompt p 350',
    ]);
    const since = { ...first, state: 'escalated', toldUsd: parsePicoUsd('350') } as const;
    const later = { series: feature, parts: parts(120, 10) };
    expect(told(later, since, on('2027-03-11'))).toEqual([]);
    expect(told(later, since, on('2027-03-31'))).toEqual([]);
    expect(told(later, since, on('2027-04-01'))).toEqual(['escalated user u1 770']);
  });
});
