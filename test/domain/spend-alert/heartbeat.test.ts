/** The line of every morning: one that can be read aloud, with nothing rounded up to what it is not. */
import { expect, test } from 'vitest';
import { parsePicoUsd } from '../../../domain/money.ts';
import {
  coverageOfWeek,
  type Heartbeat,
  heartbeatMessage,
} from '../../../domain/spend-alert/heartbeat.ts';
import { spendWindows } from '../../../domain/spend-alert/windows.ts';

const QUIET: Heartbeat = {
  features: 41,
  learningUntil: undefined,
  previousUsd: parsePicoUsd('1168.90'),
  currentUsd: parsePicoUsd('1204.10'),
  openAlerts: 0,
  coverage: 0.9929,
  unpricedModels: 0,
};

const REPORT = {
  windows: spendWindows('2026-11-23', 'Europe/Rome'),
  totalUsd: QUIET.currentUsd,
  lastCallAt: new Date('2026-11-23T06:58:00Z'),
  boardUrl: undefined,
  asOf: new Date('2026-11-23T07:00:00Z'),
};

const text = (heartbeat: Partial<Heartbeat>, lastCallAt = REPORT.lastCallAt) =>
  heartbeatMessage({ ...QUIET, ...heartbeat }, { ...REPORT, lastCallAt }).text;

test('a quiet morning', () => {
  expect(text({})).toBe(
    ':green_heart: 41 features checked, $1,204 this week (+3 %), 0 open alerts, coverage 99.2 %, 0 unpriced, data until 07:58',
  );
});

test('one of each, nothing to compare with, and data that stopped on another day', () => {
  const facts = { features: 1, openAlerts: 1, previousUsd: 0n, unpricedModels: 2 };
  expect(text({ ...facts, coverage: undefined }, new Date('2026-11-21T17:00:00Z'))).toBe(
    ':green_heart: 1 feature checked, $1,204 this week, 1 open alert, coverage unknown, 2 unpriced, data until 21 Nov 18:00',
  );
});

test('while the first two weeks are learned from, it says so', () => {
  expect(text({ learningUntil: '2026-12-01', features: 2 })).toBe(
    ':seedling: learning until 1 Dec, 2 features seen, $1,204 this week (+3 %), 0 open alerts, coverage 99.2 %, 0 unpriced, data until 07:58',
  );
});

test('100 % is all of the calls', () => {
  expect(text({ coverage: 0.99999 })).toContain('coverage 99.9 %');
  expect(text({ coverage: 1 })).toContain('coverage 100.0 %');
  expect(text({ coverage: 0.29 })).toContain('coverage 29.0 %');
});

test('coverage is that of the calls of seven days, over all environments', () => {
  const day = (daysBack: number, calls: number, all: number) => ({
    ...{ daysBack, calls, all, feature: all, user: all, prompt: all },
  });
  const days = new Map([
    ['production', [day(1, 90, 90), day(8, 1_000, 0)]],
    [null, [day(7, 10, 0)]],
  ]);
  expect(coverageOfWeek(days)).toBe(0.9);
  expect(coverageOfWeek(new Map())).toBeUndefined();
});
