/** Rollups against the calls themselves: the same to the last digit, whatever happens meanwhile, in whatever zone. */
import fc from 'fast-check';
import pg from 'pg';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { checkRollups } from '../../adapters/postgres/check-rollups.ts';
import { ensurePartitionsBetween } from '../../adapters/postgres/create-partitions.ts';
import {
  countMarked,
  FOLD_DAYS,
  foldSpend,
  freezeRollups,
  setReportingZone,
} from '../../adapters/postgres/roll-up-spend.ts';
import { localDateOf } from '../../domain/reporting-days.ts';
import { createTestDatabase, type TestDatabase } from '../support/postgres.ts';

let database: TestDatabase;
let owner: pg.Client;

beforeAll(makeDatabase);
afterAll(dropDatabase);
beforeEach(async () => {
  await owner.query('truncate tricost.llm_calls');
  await setReportingZone(owner, 'UTC');
  while ((await fold()) !== 0);
});

async function makeDatabase(): Promise<void> {
  database = await createTestDatabase();
  owner = await connected();
  await ensurePartitionsBetween(owner, '2026-09-01', '2026-11-01');
}

async function dropDatabase(): Promise<void> {
  await owner.end();
  await database.drop();
}

async function connected(): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: database.url });
  await client.connect();
  return client;
}

let made = 0;

interface Call {
  ts: string;
  usd?: string | null;
  feature?: string;
  environment?: string | null;
  prompt?: number;
  table?: string;
}

/** As text, so that a test may take it to any connection. */
function insert({ ts, usd = '1', feature = 'f', environment = null, prompt, table }: Call): string {
  made += 1;
  const id = `00000000-0000-7000-8000-${String(made).padStart(12, '0')}`;
  const text = (value: string | null) => (value === null ? 'null' : `'${value}'`);
  return `insert into tricost.${table ?? 'llm_calls'}
    (ts, event_id, user_id, feature, environment, prompt_id, prompt_version, provider, model, status, input_tokens, latency_ms, cache_hit, cost_usd, price_status)
    values ('${ts}', '${id}', 'u${made % 5}', '${feature}', ${text(environment)}, 'p${prompt ?? 0}', ${prompt ?? 'null'}, 'acme', 'm${made % 2}', 'ok',
      ${made}, ${made % 3 === 0 ? 'null' : made}, ${made % 2 === 0}, ${usd ?? 'null'}, '${usd === null ? 'unpriced' : 'priced'}')`;
}

const SUMS = `count(*) as calls, count(cost_usd) as priced_calls, count(*) filter (where price_status = 'unpriced') as unpriced_calls,
  count(*) filter (where status <> 'ok') as failed_calls, count(*) filter (where cache_hit) as cache_hits,
  sum(input_tokens) as input_tokens, sum(output_tokens) as output_tokens, sum(cache_read_tokens) as cache_read_tokens,
  count(latency_ms) as latency_calls, sum(latency_ms) as latency_ms, sum(cost_usd) as cost_usd`;
const RAW_FROM = '(select raw_from from tricost.rollup_state)';
/** Each view beside what it must say, reckoned from the calls. */
const VIEWS: Record<string, string> = {
  'select * from reporting.spend_by_feature_hour': `
    select h.starts_at as hour, h.local_day as day, environment, feature, provider, model, ${SUMS}
    from tricost.llm_calls join tricost.reporting_hours as h on ts >= h.starts_at and ts < h.ends_at
    where ts >= ${RAW_FROM} group by 1, 2, 3, 4, 5, 6`,
  'select * from reporting.spend_by_feature_day': `
    select d.local_day as day, environment, feature, provider, model, ${SUMS}
    from tricost.llm_calls join tricost.reporting_days as d on ts >= d.starts_at and ts < d.ends_at
    where ts >= ${RAW_FROM} group by 1, 2, 3, 4, 5`,
  'select * from reporting.spend_by_prompt_day': `
    select d.local_day as day, environment, feature, prompt_name, prompt_id, prompt_version, provider, model, ${SUMS}
    from tricost.llm_calls join tricost.reporting_days as d on ts >= d.starts_at and ts < d.ends_at
    where ts >= ${RAW_FROM} group by 1, 2, 3, 4, 5, 6, 7, 8`,
};
const digest = (query: string) =>
  `(select md5(coalesce(string_agg(t::text, E'\\n' order by t::text), '')) from (${query}) as t)`;
const CHECK = `select ${Object.entries(VIEWS)
  .map(([view, raw]) => `${digest(view)} = ${digest(raw)}`)
  .join(', ')}`;

/** In one statement, so of one instant: the views that do not say what the calls say. */
async function wrongViews(client: pg.ClientBase = owner): Promise<string[]> {
  const { rows } = await client.query<boolean[]>({ text: CHECK, rowMode: 'array' });
  return Object.keys(VIEWS).filter((_view, index) => rows[0]?.[index] !== true);
}

const fold = (client: pg.ClientBase = owner) => foldSpend(client, { days: FOLD_DAYS, wait: true });

async function foldedRows(): Promise<number> {
  const { rows } = await owner.query('select count(*)::int as n from tricost.feature_hours');
  return rows[0].n;
}

describe('whatever changes calls marks them', () => {
  const CALL = { ts: '2026-10-05T10:20:00Z' };
  const EVENTS: [string, () => Promise<unknown>][] = [
    ['an insert', () => owner.query(insert(CALL))],
    [
      'an insert into a partition',
      () => owner.query(insert({ ...CALL, table: 'llm_calls_p2026_10' })),
    ],
    [
      'a new price',
      () => owner.query('update tricost.llm_calls set cost_usd = 7 where cost_usd = 1'),
    ],
    [
      'a new price in a partition',
      () => owner.query('update tricost.llm_calls_p2026_10 set cost_usd = 7 where cost_usd = 1'),
    ],
    [
      'another hour',
      () => owner.query("update tricost.llm_calls set ts = ts + interval '3 hours'"),
    ],
    [
      'another month',
      () => owner.query("update tricost.llm_calls set ts = ts + interval '30 days'"),
    ],
    ['a delete', () => owner.query('delete from tricost.llm_calls')],
    ['a delete in a partition', () => owner.query('delete from tricost.llm_calls_p2026_10')],
    ['a truncate', () => owner.query('truncate tricost.llm_calls')],
    ['a truncate of a partition', () => owner.query('truncate tricost.llm_calls_p2026_10')],
  ];
  test.each(EVENTS)('%s', async (_what, change) => {
    await owner.query(insert(CALL));
    await owner.query(insert({ ts: '2026-10-05T11:59:59.999Z', usd: null }));
    await fold();
    expect(await wrongViews()).toEqual([]);
    expect(await countMarked(owner)).toBe(0);
    await change();
    expect(await countMarked(owner)).toBeGreaterThan(0);
    expect(await wrongViews()).toEqual([]);
    await fold();
    expect(await countMarked(owner)).toBe(0);
    expect(await wrongViews()).toEqual([]);
  });

  test('a redelivery marks nothing', async () => {
    const statement = insert(CALL);
    await owner.query(statement);
    await fold();
    await owner.query(`${statement} on conflict do nothing`);
    expect(await countMarked(owner)).toBe(0);
  });

  test('the role that writes calls may fold, and can neither mark nor change what was computed', async () => {
    await owner.query(insert(CALL));
    await owner.query('set role tricost_ingest');
    expect(await fold()).toBe(1);
    for (const table of ['rollup_dirty', 'feature_hours', 'prompt_days']) {
      await expect(owner.query(`delete from tricost.${table}`)).rejects.toThrow(
        'permission denied',
      );
    }
    await owner.query('reset role');
    expect(await foldedRows()).toBe(1);
  });
});

test('a fold takes the newest first, and no more than it was given', async () => {
  for (const day of ['05', '06', '07'])
    await owner.query(insert({ ts: `2026-10-${day}T10:00:00Z` }));
  expect(await foldSpend(owner, { days: 1, wait: true })).toBe(1);
  const { rows } = await owner.query('select local_day::text as day from tricost.feature_hours');
  expect(rows).toEqual([{ day: '2026-10-07' }]);
  expect(await wrongViews()).toEqual([]);
  expect(await fold()).toBe(2);
  expect(await fold()).toBe(0);
});

test('two folds: the one waits for the other, or leaves it the work', async () => {
  const other = await connected();
  await owner.query(insert({ ts: '2026-10-05T10:20:00Z' }));
  await other.query('begin; lock table tricost.fold_lock in exclusive mode');
  expect(await foldSpend(owner, { days: 1, wait: false })).toBeUndefined();
  const waiting = fold();
  await other.query('rollback');
  expect(await waiting).toBe(1);
  await other.end();
});

const ZONES = [
  'UTC',
  'Asia/Kathmandu',
  'Australia/Lord_Howe',
  'America/Havana',
  'America/St_Johns',
  'Africa/Cairo',
  'Pacific/Apia',
];

test.each(ZONES)(
  'the days of %s are those of the alert, and hours end where the next ones begin',
  async (zone) => {
    await setReportingZone(owner, zone);
    const { rows: hours } = await owner.query<{ starts: Date; ends: Date; day: string }>(
      'select starts_at as starts, ends_at as ends, local_day::text as day from tricost.reporting_hours order by 1',
    );
    expect(hours[0]?.starts).toEqual(new Date('2026-09-01T00:00:00Z'));
    expect(hours.at(-1)?.ends).toEqual(new Date('2026-12-01T00:00:00Z'));
    for (const [index, { starts, ends, day }] of hours.entries()) {
      expect(ends).toEqual(hours[index + 1]?.starts ?? ends);
      expect(day).toBe(localDateOf(starts, zone));
      expect(localDateOf(new Date(ends.getTime() - 1), zone)).toBe(day);
    }
    const { rows } = await owner.query(
      `select count(*)::int as wrong from tricost.reporting_hours as h
     where (select count(*) from tricost.reporting_days as d
            where h.starts_at >= d.starts_at and h.ends_at <= d.ends_at and d.local_day = h.local_day) <> 1`,
    );
    expect(rows).toEqual([{ wrong: 0 }]);
  },
);

test('another zone: right at once from the calls, and from the rollups when they are folded', async () => {
  for (let hour = 0; hour < 48; hour += 1) {
    const ts = new Date(Date.UTC(2026, 9, 31, hour, 20)).toISOString();
    await owner.query(
      insert({ ts, prompt: 1 + (hour % 3), environment: hour % 2 ? 'production' : null }),
    );
  }
  await fold();
  for (const zone of ['Asia/Kathmandu', 'Australia/Lord_Howe', 'UTC']) {
    expect(await setReportingZone(owner, zone)).toBe(true);
    expect(await foldedRows()).toBe(0);
    expect(await wrongViews()).toEqual([]);
    while ((await fold()) !== 0);
    expect(await foldedRows()).toBeGreaterThan(0);
    expect(await wrongViews()).toEqual([]);
    expect(await setReportingZone(owner, zone)).toBe(false);
  }
  await expect(setReportingZone(owner, 'Mars/Olympus')).rejects.toThrow('Mars/Olympus');
  expect(await wrongViews()).toEqual([]);
});

describe('months that come and go, each time in another database', () => {
  beforeEach(async () => {
    await dropDatabase();
    await makeDatabase();
  });

  test('history stays when its calls are dropped, whatever comes late', async () => {
    await setReportingZone(owner, 'Asia/Kathmandu');
    const late = { ts: '2026-09-30T23:50:00Z' };
    await owner.query(insert({ ts: '2026-09-30T23:40:00Z', usd: '5' }));
    await owner.query(insert({ ts: '2026-10-01T00:10:00Z', usd: '3' }));
    await freezeRollups(owner, new Date('2026-10-01T00:00:00Z'));
    // Its month is about to go: it is in no rollup any more.
    await owner.query(insert(late));
    await fold();
    await owner.query('drop table tricost.llm_calls_p2026_09');
    await fold();
    // The same hour of the zone, from the part that is kept on.
    await owner.query(insert({ ts: '2026-10-01T00:12:00Z', usd: '2' }));
    const total = async () =>
      (
        await owner.query(
          "select sum(cost_usd)::float8 as usd from reporting.spend_by_prompt_day where day = '2026-10-01'",
        )
      ).rows;
    expect(await total()).toEqual([{ usd: 10 }]);
    await fold();
    expect(await total()).toEqual([{ usd: 10 }]);
    // Not even another zone takes it away.
    await setReportingZone(owner, 'UTC');
    const { rows } = await owner.query(
      'select sum(cost_usd)::float8 as usd from reporting.spend_by_feature_day',
    );
    expect(rows).toEqual([{ usd: 10 }]);
  });

  test('a month that somebody made by hand is found, and taken in', async () => {
    await owner.query(
      "create table tricost.llm_calls_p2026_12 partition of tricost.llm_calls for values from ('2026-12-01Z') to ('2027-01-01Z')",
    );
    await owner.query(insert({ ts: '2026-12-05T10:00:00Z' }));
    expect(await checkRollups(owner)).toContainEqual({ view: 'llm_calls', wrong: 1 });
    await ensurePartitionsBetween(owner, '2026-11-01', '2026-12-01');
    expect(await wrongViews()).toEqual([]);
    expect((await checkRollups(owner)).every(({ wrong }) => wrong === 0)).toBe(true);
    const { rows } = await owner.query(
      'select sum(calls)::int as calls from reporting.spend_by_feature_day',
    );
    expect(rows).toEqual([{ calls: 1 }]);
    await fold();
    await owner.query(insert({ ts: '2026-12-06T10:00:00Z', table: 'llm_calls_p2026_12' }));
    expect(await wrongViews()).toEqual([]);
  });

  test('a month that was dropped cannot come back into no report', async () => {
    await freezeRollups(owner, new Date('2026-10-01T00:00:00Z'));
    await expect(ensurePartitionsBetween(owner, '2026-08-01', '2026-08-01')).rejects.toThrow(
      'the month 2026-08 was dropped once',
    );
  });
  afterAll(async () => {
    await dropDatabase();
    await makeDatabase();
  });
});

test('a fold that takes too long changes nothing, and lets the next one at it', async () => {
  const other = await connected();
  await owner.query(insert({ ts: '2026-10-05T10:20:00Z' }));
  await other.query('begin; lock table tricost.feature_hours in access exclusive mode');
  await expect(foldSpend(owner, { days: 1, wait: true, timeoutMs: 50 })).rejects.toThrow(
    'statement timeout',
  );
  await other.query('rollback');
  expect(await fold()).toBe(1);
  const { rows } = await owner.query('show statement_timeout');
  expect(rows).toEqual([{ statement_timeout: '0' }]);
  await other.end();
});

describe('raced', () => {
  let clients: pg.Client[];
  beforeEach(async () => {
    clients = await Promise.all([connected(), connected(), connected(), connected()]);
    await setReportingZone(owner, 'Asia/Kathmandu');
  });
  afterEach(() => Promise.all(clients.map((client) => client.end())));

  test('writers with open transactions, folds and zones interleaved: every read is exact', async () => {
    const [folder, ...writers] = clients as [pg.Client, ...pg.Client[]];
    const folds = await steps(folder);
    const step = fc.oneof(
      {
        weight: 6,
        arbitrary: fc.record({ who: fc.nat(2), what: fc.nat(99), a: fc.nat(), b: fc.nat() }),
      },
      { weight: 4, arbitrary: fc.constant('fold' as const) },
    );
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 40, maxLength: 40 }), async (sequence) => {
        const isOpen = [false, false, false];
        for (const one of sequence) {
          if (one === 'fold') await folds.next();
          else await write(writers[one.who] as pg.Client, isOpen, one);
          expect(await wrongViews()).toEqual([]);
        }
        await folds.reset();
        for (const writer of writers) await writer.query('rollback');
      }),
      { numRuns: 3 },
    );
  });

  const HOURS = ['09-30T23', '10-01T00', '10-31T18', '11-01T00'];

  async function write(
    writer: pg.Client,
    isOpen: boolean[],
    { who, what, a, b }: { who: number; what: number; a: number; b: number },
  ): Promise<void> {
    const ts = `2026-${HOURS[a % HOURS.length]}:${10 + (b % 50)}:00Z`;
    try {
      if (!isOpen[who]) await writer.query('begin');
      isOpen[who] = true;
      await writer.query("set local lock_timeout = '20ms'");
      const some = `(select event_id from tricost.llm_calls order by md5(event_id::text || ${a}) limit 1)`;
      if (what < 45)
        await writer.query(
          insert({ ts, usd: what % 7 ? `0.${1 + (b % 999)}` : null, prompt: 1 + (a % 3) }),
        );
      else if (what < 60)
        await writer.query(
          `update tricost.llm_calls set cost_usd = cost_usd * 2 where event_id = ${some}`,
        );
      else if (what < 70)
        await writer.query(`update tricost.llm_calls set ts = '${ts}' where event_id = ${some}`);
      else if (what < 78)
        await writer.query(`delete from tricost.llm_calls where event_id = ${some}`);
      else {
        await writer.query(what < 95 ? 'commit' : 'rollback');
        isOpen[who] = false;
      }
    } catch (error) {
      if ((error as { code?: string }).code !== '55P03') throw error;
      await writer.query('rollback');
      isOpen[who] = false;
    }
  }

  /** A fold, a statement at a time. */
  async function steps(client: pg.Client) {
    const statements = [
      'begin isolation level repeatable read',
      'lock table tricost.fold_lock in exclusive mode',
      "select tricost.fold_spend(1, 'infinity')",
      'commit',
    ];
    let position = 0;
    return {
      async next() {
        await client.query(statements[position] ?? 'commit');
        position = (position + 1) % statements.length;
      },
      async reset() {
        await client.query('rollback');
        position = 0;
      },
    };
  }
});
