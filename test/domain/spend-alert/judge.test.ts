import { describe, expect, test } from 'vitest';
import { judge } from '../../../domain/spend-alert/judge.ts';
import { readThresholds } from '../../../domain/spend-alert/rule.ts';
import { spendWindows } from '../../../domain/spend-alert/windows.ts';
import { featureSpend, NOTHING, windowSpend } from './example-spend.ts';

const THRESHOLDS = readThresholds({ growthRatio: 0.3, minimumSpendUsd: '5' });
const WINDOWS = spendWindows('2026-11-23', 'Asia/Kathmandu');
const FEATURES = [
  featureSpend('small', windowSpend('10'), windowSpend('20')),
  featureSpend('new', NOTHING, windowSpend('300')),
  featureSpend('steady', windowSpend('500'), windowSpend('510')),
  featureSpend('gone', windowSpend('500'), NOTHING),
  featureSpend('large', windowSpend('500.12'), windowSpend('810.20')),
  featureSpend('unpriced before', windowSpend(null), windowSpend('15')),
];

function verdictWith(firstCallAt: string) {
  const dates = { firstCallAt: new Date(firstCallAt), lastCallAt: undefined };
  return judge({ features: FEATURES, ...dates }, WINDOWS, THRESHOLDS);
}

describe('the first fourteen days', () => {
  test('without a call there is nothing to learn from', () => {
    const none = { features: [], firstCallAt: undefined, lastCallAt: undefined };
    expect(judge(none, WINDOWS, THRESHOLDS)).toEqual({ state: 'no-data' });
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
  expect(
    verdict.alerts.map(({ rule, spend, previousUsd, changeRatio }) => [
      spend.feature,
      rule,
      previousUsd,
      changeRatio,
    ]),
  ).toEqual([
    ['large', 'growth', 500_120_000_000_000n, '0.620011'],
    ['new', 'new', 0n, null],
    ['unpriced before', 'growth', null, null],
    ['small', 'growth', 10_000_000_000_000n, '1.000000'],
  ]);
});
