/** What the board asks: windows, users, latencies, changes of prompts, coverage and lag, with "today" held still. */
import fc from 'fast-check';
import type pg from 'pg';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { checkRollups } from '../../adapters/postgres/check-rollups.ts';
import { FOLD_DAYS, foldSpend, freezeRollups } from '../../adapters/postgres/roll-up-spend.ts';
import { refreshUserWindows } from '../../adapters/postgres/user-windows.ts';
import { pinReportingDay } from '../../local/postgres/pin-reporting-day.ts';
import { createOwnedDatabase, type OwnedDatabase } from '../support/owned-database.ts';

const NOW = new Date('2026-11-23T12:00:00Z');

let owned: OwnedDatabase;
let owner: pg.Client;

beforeAll(async () => {
  owned = await createOwnedDatabase(NOW, { monthsBack: 4, monthsAhead: 1 });
  owner = owned.owner;
  await pinReportingDay(owner, NOW);
});
afterAll(() => owned.drop());

beforeEach(async () => {
  await owner.query('truncate tricost.llm_calls, tricost.rejected_calls, tricost.prompt_versions');
  await fold();
});

async function fold(): Promise<void> {
  while ((await foldSpend(owner, { days: FOLD_DAYS, wait: true })) === FOLD_DAYS);
}

interface Call {
  ts: string;
  usd?: string | null;
  user?: string;
  feature?: string;
  environment?: string | null;
  version?: number;
  latency?: number | null;
  received?: string;
}

async function store(...calls: Call[]): Promise<void> {
  await owner.query(
    `insert into tricost.llm_calls (ts, event_id, received_at, user_id, feature, environment, prompt_id, prompt_name, prompt_version,
       provider, model, status, input_tokens, latency_ms, cost_usd, price_status)
     select ts, gen_random_uuid(), coalesce(received, ts), coalesce("user", 'u'), coalesce(feature, 'f'), environment,
       case when version is null then '(none)' else 'p' || version end, case when version is not null then 'reply' end, version,
       'acme', 'm', 'ok', 10, latency, usd, case when usd is null then 'unpriced' else 'priced' end
     from jsonb_to_recordset($1) as c (ts timestamptz, received timestamptz, "user" text, feature text, environment text,
       version int, latency int, usd numeric)`,
    [JSON.stringify(calls.map((call) => ({ usd: '1', ...call })))],
  );
}

async function read(query: string): Promise<Record<string, unknown>[]> {
  return (await owner.query(query)).rows;
}

async function expectRight(): Promise<void> {
  expect((await checkRollups(owner)).filter(({ wrong }) => wrong > 0)).toEqual([]);
}

describe('windows', () => {
  test('are whole days before today, beside as many before, exact before and after a fold', async () => {
    await store(
      { ts: '2026-11-08T23:59:59.999Z', usd: '1000' },
      { ts: '2026-11-09T00:00:00Z', usd: '1' },
      { ts: '2026-11-15T23:59:59.999Z', usd: '2', environment: 'staging' },
      { ts: '2026-11-16T00:00:00Z', usd: '4' },
      { ts: '2026-11-22T23:59:59.999Z', usd: null },
      { ts: '2026-11-23T00:00:00Z', usd: '2000' },
    );
    const week = `select environment, calls::int, unpriced_calls::int as unpriced, cost_usd::float8 as usd,
      previous_calls::int as previous, previous_cost_usd::float8 as previous_usd
      from reporting.feature_windows where window_days = 7 order by environment`;
    const expected = [
      {
        ...{ environment: 'staging', calls: 0, unpriced: 0, usd: null },
        ...{ previous: 1, previous_usd: 2 },
      },
      {
        ...{ environment: null, calls: 2, unpriced: 1, usd: 4 },
        ...{ previous: 1, previous_usd: 1 },
      },
    ];
    expect(await read(week)).toEqual(expected);
    await expectRight();
    await fold();
    expect(await read(week)).toEqual(expected);
    expect(await read(week.replace('feature_windows', 'prompt_windows'))).toEqual(expected);
    await expectRight();
  });
});

describe('users', () => {
  const top = (where = 'window_days = 30 and all_environments') =>
    read(
      `select user_id, calls::int, features_touched as features, cost_usd::float8 as usd, previous_cost_usd::float8 as previous, is_exact
       from reporting.user_windows where ${where} order by rank`,
    );
  const refresh = () => refreshUserWindows(owner, { atMostEverySeconds: 0 });

  test('the costliest first, over all environments and of each, and a feature in two of them counts once', async () => {
    await store(
      { ts: '2026-11-20T10:00:00Z', user: 'a', environment: 'production', usd: '3' },
      { ts: '2026-11-01T10:00:00Z', user: 'a', environment: 'staging', usd: '4', feature: 'f' },
      { ts: '2026-11-20T10:00:00Z', user: 'b', environment: 'production', usd: '5', feature: 'g' },
      { ts: '2026-11-20T10:00:00Z', user: 'c', environment: null, usd: null },
      { ts: '2026-10-20T10:00:00Z', user: 'a', environment: 'production', usd: '9' },
    );
    await fold();
    expect(await refresh()).toBe(true);
    expect(await top()).toEqual([
      { user_id: 'a', calls: 2, features: 1, usd: 7, previous: 9, is_exact: true },
      { user_id: 'b', calls: 1, features: 1, usd: 5, previous: null, is_exact: true },
      { user_id: 'c', calls: 1, features: 1, usd: null, previous: null, is_exact: true },
    ]);
    const production = "window_days = 7 and not all_environments and environment = 'production'";
    expect((await top(production)).map(({ user_id }) => user_id)).toEqual(['b', 'a']);
    await expectRight();
  });

  test('a snapshot says that it is behind until it is made again, and is made no more often than it needs', async () => {
    await store({ ts: '2026-11-20T10:00:00Z', user: 'a' });
    await fold();
    await refresh();
    expect(await refresh()).toBe(false);
    await store({ ts: '2026-11-23T10:00:00Z', user: 'today' });
    await fold();
    expect((await top()).map(({ is_exact }) => is_exact)).toEqual([true]);
    await store({ ts: '2026-11-21T10:00:00Z', user: 'late', usd: '2' });
    expect(await top()).toMatchObject([{ user_id: 'a', is_exact: false }]);
    await fold();
    expect(await top()).toMatchObject([{ user_id: 'a', is_exact: false }]);
    expect(await refreshUserWindows(owner, { atMostEverySeconds: 3_600 })).toBe(false);
    expect(await refresh()).toBe(true);
    expect(await top()).toMatchObject([
      { user_id: 'late', is_exact: true },
      { user_id: 'a', is_exact: true },
    ]);
    await pinReportingDay(owner, new Date('2026-11-24T00:00:00Z'));
    expect((await top()).map(({ is_exact }) => is_exact)).toEqual([false, false]);
    await pinReportingDay(owner, NOW);
  });

  test('another refresh at the same time is left to its work', async () => {
    const { Client } = (await import('pg')).default;
    const other = new Client({ connectionString: owned.database.url });
    await other.connect();
    await other.query('begin; lock table tricost.user_windows in share row exclusive mode');
    const refreshed = await refresh();
    await other.query('rollback');
    await other.end();
    expect(refreshed).toBe(false);
  });
});

describe('latencies', () => {
  test('every millisecond is in one bucket, and within 5 % of what stands for it', async () => {
    const rows = (await read(
      'select from_ms, to_ms, latency_ms::float8 as ms from tricost.latency_buckets order by bucket',
    )) as { from_ms: number; to_ms: number; ms: number }[];
    expect(rows[0]).toEqual({ from_ms: 0, to_ms: 0, ms: 0 });
    expect(rows.at(-1)?.to_ms).toBe(2_147_483_647);
    for (const [index, { from_ms, to_ms, ms }] of rows.entries()) {
      expect(from_ms).toBe((rows[index - 1]?.to_ms ?? -1) + 1);
      if (from_ms === 0) continue;
      expect((ms - from_ms) / from_ms).toBeLessThanOrEqual(0.05 + 1e-9);
      expect((to_ms - ms) / to_ms).toBeLessThanOrEqual(0.05 + 1e-9);
    }
  });

  test('p95 from them is within 5 % of the calls own', async () => {
    const latency = fc.oneof(fc.nat(30), fc.nat(5_000), fc.nat(2_147_483_647));
    await fc.assert(
      fc.asyncProperty(fc.array(latency, { minLength: 1, maxLength: 60 }), async (latencies) => {
        await owner.query('truncate tricost.llm_calls');
        await store(...latencies.map((ms) => ({ ts: '2026-11-20T10:00:00Z', latency: ms })), {
          ts: '2026-11-20T11:00:00Z',
          latency: null,
        });
        const p95 = `select min(latency_ms)::float8 as p95 from (
            select latency_ms, sum(sum(calls)) over (order by latency_ms) as up_to, sum(sum(calls)) over () as all_calls
            from reporting.latency_by_feature_day group by latency_ms
          ) as cumulative where up_to >= 0.95 * all_calls`;
        const [{ p95: reported } = { p95: 0 }] = (await read(p95)) as { p95: number }[];
        const exact =
          latencies.toSorted((a, b) => a - b)[Math.ceil(0.95 * latencies.length) - 1] ?? 0;
        expect(Math.abs(reported - exact)).toBeLessThanOrEqual(0.05 * exact + 1e-9);
      }),
      { numRuns: 20 },
    );
    await fold();
    await expectRight();
  });
});

test('a version takes over when it has more than half of the calls, and comes back when it has them again', async () => {
  const day = (date: string, ...versions: number[]) =>
    versions.map((version, n) => ({ ts: `2026-11-${date}T10:00:0${n}Z`, version }));
  await store(
    ...day('10', 1, 1),
    ...day('11', 1, 2),
    ...day('13', 1, 2, 2),
    ...day('14', 1, 2),
    ...day('15', 2),
    ...day('16', 1),
    { ts: '2026-11-16T11:00:00Z' },
    { ts: '2026-11-16T12:00:00Z' },
  );
  await owner.query(
    "insert into tricost.prompt_versions values ('f', 'reply', 'p2', 2, '2026-11-11T10:00:01Z')",
  );
  const transitions = `select day::text, prompt_name as name, prompt_version as version, previous_version as previous, first_seen_at as seen
    from reporting.prompt_transitions order by day`;
  const expected = [
    { day: '2026-11-10', name: 'reply', version: 1, previous: null, seen: null },
    {
      ...{ day: '2026-11-13', name: 'reply', version: 2, previous: 1 },
      seen: new Date('2026-11-11T10:00:01Z'),
    },
    { day: '2026-11-16', name: 'reply', version: 1, previous: 2, seen: null },
  ];
  expect(await read(transitions)).toEqual(expected);
  await fold();
  expect(await read(transitions)).toEqual(expected);
  await expectRight();
});

test('coverage of a month that was dropped before users were counted is not known, not zero', async () => {
  await store({ ts: '2026-08-10T10:00:00Z' }, { ts: '2026-11-10T10:00:00Z' });
  await fold();
  await freezeRollups(owner, new Date('2026-09-01T00:00:00Z'));
  await owner.query(
    "update tricost.prompt_days set calls_with_user = null, cost_usd_with_user = null where local_day < '2026-09-01'",
  );
  const coverage = await read(
    `select day::text, calls::int, calls_with_user::int as users, calls_with_all::int as all, calls_with_feature::int as features
     from reporting.tag_coverage order by day`,
  );
  expect(coverage).toEqual([
    { day: '2026-08-10', calls: 1, users: null, all: null, features: 1 },
    { day: '2026-11-10', calls: 1, users: 1, all: 0, features: 1 },
  ]);
  await owner.query("update tricost.rollup_state set raw_from = '-infinity'");
});

test('the lag is the time from the end of a call until it was stored', async () => {
  await store(
    { ts: '2026-11-20T10:00:00Z', latency: 2_000, received: '2026-11-20T10:00:07.5Z' },
    { ts: '2026-11-20T10:30:00Z', received: '2026-11-20T10:30:01Z' },
  );
  await owner.query(
    `insert into tricost.rejected_calls (message_id, event_index, received_at, reason, detail, body) values ('m', 0, '2026-11-20T10:59:00Z', 'ts_missing', '', '')`,
  );
  expect(
    await read(
      `select calls::int, lag_ms_p50::int as p50, lag_ms_p95::int as p95, lag_ms_max::int as max, rejected_events::int as rejected
       from reporting.ingest_by_hour where hour = '2026-11-20T10:00:00Z'`,
    ),
  ).toEqual([{ calls: 2, p50: 1_000, p95: 5_500, max: 5_500, rejected: 1 }]);
});
