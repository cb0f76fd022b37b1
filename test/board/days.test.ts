/** The numbers at the top on days when little is known of them, each worked out by hand. */
import type pg from 'pg';
import { expect, onTestFinished, test } from 'vitest';
import { setReportingZone } from '../../adapters/postgres/roll-up-spend.ts';
import { refreshUserWindows } from '../../adapters/postgres/user-windows.ts';
import { runCard } from '../../board/card-result.ts';
import { cardOf } from '../../board/cards.ts';
import type { Filters } from '../../board/filters.ts';
import { pinReportingDay } from '../../local/postgres/pin-reporting-day.ts';
import { type StoredCall, storeCalls } from '../sql/stored-calls.ts';
import { createOwnedDatabase } from '../support/owned-database.ts';

/** @param today noon of it, in Kathmandu */
async function databaseOn(
  today: string,
  calls: (StoredCall & { ts: string })[],
): Promise<pg.Client> {
  const now = noon(today);
  const { owner, drop } = await createOwnedDatabase(now, { monthsBack: 3, monthsAhead: 0 });
  onTestFinished(drop);
  await setReportingZone(owner, 'Asia/Kathmandu');
  await pinReportingDay(owner, now);
  await storeCalls(
    owner,
    calls.map((call) => ({ ...call, ts: noon(call.ts) })),
  );
  return owner;
}

const noon = (day: string): Date => new Date(`${day}T12:00:00+05:45`);

async function values(owner: pg.Client, slug: string, column: string, filters: Filters = {}) {
  const rows = await runCard(owner, cardOf(slug), filters);
  return rows.map((row) => (row[column] === null ? null : Number(row[column])));
}

const forecast = (owner: pg.Client, filters: Filters = {}) =>
  values(owner, 'spend-month-forecast', 'forecast_usd', filters);

test('a month with spend and a week without: it will cost what it has cost', async () => {
  const owner = await databaseOn('2026-11-21', [{ ts: '2026-11-02', usd: '500' }]);
  expect(await forecast(owner)).toEqual([500]);
  expect(await values(owner, 'spend-month-forecast', 'usd_per_day')).toEqual([0]);
});

test('the mean is of seven days where there were calls before them, however long ago', async () => {
  const owner = await databaseOn('2026-11-21', [
    { ts: '2026-09-10', usd: '1' },
    { ts: '2026-11-20', usd: '70' },
  ]);
  // 70 so far, and 10 days of 70 / 7.
  expect(await forecast(owner)).toEqual([170]);
});

test('and of fewer where the first call of all is younger, whatever is filtered', async () => {
  const owner = await databaseOn('2026-11-21', [
    { ts: '2026-11-19', usd: '10', feature: 'old' },
    { ts: '2026-11-20', usd: '30', feature: 'new' },
  ]);
  expect(await forecast(owner)).toEqual([40 + (10 * 40) / 2]);
  expect(await forecast(owner, { feature: 'new' })).toEqual([30 + (10 * 30) / 2]);
});

test('only calls without a price make it unknown', async () => {
  const owner = await databaseOn('2026-11-21', [{ ts: '2026-11-20', usd: null }]);
  expect(await forecast(owner)).toEqual([null]);
  expect(await values(owner, 'spend-month-forecast', 'unpriced_calls')).toEqual([1]);
  expect(await values(owner, 'spend-7-days', 'cost_usd')).toEqual([0, null]);
});

test('no calls at all are nothing spent', async () => {
  const owner = await databaseOn('2026-11-21', []);
  for (const slug of ['spend-7-days', 'spend-30-days', 'spend-month-to-date']) {
    expect(await values(owner, slug, 'cost_usd')).toEqual([0, 0]);
  }
  expect(await forecast(owner)).toEqual([0]);
  expect(await values(owner, 'cost-per-1000-calls', 'cost_per_1000_calls_usd')).toEqual([
    null,
    null,
  ]);
});

test('on the first of a month nothing is spent yet', async () => {
  const owner = await databaseOn('2026-11-01', [{ ts: '2026-10-31', usd: '7' }]);
  expect(await values(owner, 'spend-month-to-date', 'cost_usd')).toEqual([0, 0]);
  // One day is known; thirty are to come.
  expect(await forecast(owner)).toEqual([210]);
});

test('users of yesterday are not those of today: a snapshot of another day is not shown', async () => {
  const owner = await databaseOn('2026-11-20', [{ ts: '2026-11-19', usd: '3', user_id: 'ann' }]);
  await refreshUserWindows(owner, { atMostEverySeconds: 0 });
  await storeCalls(owner, [{ ts: noon('2026-11-20'), usd: '9', user_id: 'bob' }]);
  await pinReportingDay(owner, noon('2026-11-21'));
  const rows = await runCard(owner, cardOf('users-7-days'), {});
  expect(rows.map(({ user_id }) => user_id)).toEqual(['bob', 'ann']);
});

test('no change of a user is said where calls of the window before are gone', async () => {
  const owner = await databaseOn('2026-11-20', [
    { ts: '2026-11-08', usd: '1', user_id: 'ann' },
    { ts: '2026-11-15', usd: '2', user_id: 'ann' },
  ]);
  const changes = () => values(owner, 'users-7-days', 'change', { feature: 'f' });
  await refreshUserWindows(owner, { atMostEverySeconds: 0 });
  expect(await changes()).toEqual([1]);
  await owner.query('update tricost.rollup_state set raw_from = $1', [noon('2026-11-10')]);
  // What changes the window makes the snapshot anew.
  await storeCalls(owner, [{ ts: noon('2026-11-16'), usd: '2', user_id: 'ann' }]);
  await refreshUserWindows(owner, { atMostEverySeconds: 0 });
  expect(await changes()).toEqual([null]);
});
