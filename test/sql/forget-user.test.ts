/** A user forgotten on a real Postgres: no trace in any row of any table, no total changed, nobody else touched. */
import { gzipSync } from 'node:zlib';
import pg from 'pg';
import { beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { findUser, forgetUser } from '../../adapters/postgres/forget-user.ts';
import type { CallsMonth } from '../../adapters/postgres/forget-user-in-calls.ts';
import { refreshUserWindows } from '../../adapters/postgres/user-windows.ts';
import { COLUMN_DECISIONS } from '../../domain/forget-user/columns.ts';
import { Mention } from '../../domain/forget-user/mention.ts';
import { parsePicoUsd } from '../../domain/money.ts';
import type { FeatureSpend } from '../../domain/spend-alert/feature-spend.ts';
import { alertMessage } from '../../domain/spend-alert/message.ts';
import { readSettings } from '../../domain/spend-alert/rules/settings.ts';
import { spendWindows } from '../../domain/spend-alert/windows.ts';
import { createOwnedDatabase } from '../support/owned-database.ts';
import type { TestDatabase } from '../support/postgres.ts';

const NOW = new Date('2026-11-23T12:00:00Z');
/** With every character that JSON, LIKE, regular expressions, Slack or SQL treat in a way of their own. */
const ID = `zoë"o'\\n%_&<b>.(x)@example.com`;
const NEIGHBOUR = `${ID}m`;

let database: TestDatabase;
let owner: pg.Client;

beforeAll(async () => {
  const owned = await createOwnedDatabase(NOW, { monthsBack: 3, monthsAhead: 1 });
  ({ database, owner } = owned);
  return owned.drop;
});

beforeEach(async () => {
  await owner.query(
    'truncate tricost.llm_calls, tricost.user_windows, tricost.alerts, tricost.tag_coverage_alerts, tricost.outbox, tricost.rejected_calls, tricost.deliveries, tricost.forget_user_runs',
  );
});

interface Call {
  ts: string;
  user_id: string;
  feature?: string;
  prompt_id?: string;
  cost_usd?: string | null;
  trace_id?: string;
  response_id?: string;
  tags?: object;
  extra?: object;
  usage_raw?: object;
}

async function store(calls: Call[]): Promise<void> {
  const rows = calls.map((call) => ({
    feature: 'chat',
    prompt_id: 'p1',
    cost_usd: '0.012345678901',
    ...call,
    price_status: call.cost_usd === null ? 'unpriced' : 'priced',
  }));
  await owner.query(
    `insert into tricost.llm_calls (ts, event_id, user_id, feature, prompt_id, provider, model, status, cost_usd, price_status,
       trace_id, response_id, tags, extra, usage_raw)
     select ts, gen_random_uuid(), user_id, feature, prompt_id, 'openai', 'gpt-5', 'ok', cost_usd, price_status,
       trace_id, response_id, tags, extra, usage_raw
     from jsonb_populate_recordset(null::tricost.llm_calls, $1::jsonb)`,
    [JSON.stringify(rows)],
  );
}

const MONTHS = [
  '2026-08-31T23:59:59.999Z',
  '2026-09-15T00:00:00Z',
  '2026-11-01T00:00:00Z',
  '2026-11-23T11:00:00Z',
];

/** The id in every place that it can get into by ingest, the alert and refusals. */
async function storeEverywhere(id: string): Promise<void> {
  await store([
    ...MONTHS.map((ts, index) => ({
      ts,
      user_id: id,
      feature: index % 2 === 0 ? 'chat' : 'search',
      cost_usd: index === 3 ? null : '1.000000000007',
      trace_id: `trace of ${id}`,
      response_id: id,
      extra: { email: 'zoe@example.com', nested: [{ [id]: true }] },
      tags: { team: 'blue', customer: id },
      usage_raw: { note: `for ${id}`, total: 12_345 },
    })),
    ...MONTHS.map((ts) => ({
      ts,
      user_id: NEIGHBOUR,
      tags: { invited_by: id, team: 'red' },
      extra: { precise: 0.1, referrer: `https://example.com/?u=${id}&x=1` },
      usage_raw: { by: [id], total: 7 },
      trace_id: `${id}/1`,
      response_id: `${id}`,
    })),
  ]);
  await refreshUserWindows(owner, { atMostEverySeconds: 0 });
  const payload = alertPayload(id);
  await owner.query(
    `insert into tricost.outbox (dedupe_key, payload, last_error) values ('k', $1, $2)`,
    [payload, `Slack said no to ${id}`],
  );
  await owner.query(
    `insert into tricost.alerts (local_date, feature, rule, current_usd, details, outbox_id)
     select '2026-11-23', 'chat', 'new', 4, $1::jsonb, id from tricost.outbox`,
    [
      JSON.stringify({
        user: { user_id: id },
        top_user: { user_id: id, usd: '3.5' },
        current: { calls: 4 },
      }),
    ],
  );
  await owner.query(
    `insert into tricost.tag_coverage_alerts (local_date, environment, transition, details)
     values ('2026-11-23', 'production', 'acknowledged', $1)`,
    [JSON.stringify({ note: `only calls of ${id}` })],
  );
  const event = { user_id: id, model: 'gpt-5' };
  const data = gzipSync(JSON.stringify([event])).toString('base64');
  const bodies = {
    plain: JSON.stringify(event),
    escaped: JSON.stringify(event).replace('z', '\\u007a'),
    compressed: JSON.stringify({ v: 1, encoding: 'gzip', data }),
    neighbour: JSON.stringify({ user_id: NEIGHBOUR }),
  };
  for (const [name, body] of Object.entries(bodies)) {
    await owner.query(
      `insert into tricost.rejected_calls (message_id, event_index, reason, detail, body) values ($1, 0, 'ts_missing', $2, $3)`,
      [name, name === 'plain' ? `tags.${id}` : 'no ts', Buffer.from(body)],
    );
  }
  await owner.query(
    `insert into tricost.deliveries (producer_id, sequence, message_id, events, dropped) values ($1, 1, 'm', 1, 0)`,
    [`browser of ${id}`],
  );
}

function alertPayload(id: string): object {
  const usd = parsePicoUsd('4');
  const window = {
    calls: 4,
    pricedCalls: 4,
    unpricedCalls: 0,
    inputTokens: 1,
    outputTokens: 1,
    costUsd: usd,
    lastDayUsd: null,
  };
  const spend: FeatureSpend = {
    feature: 'chat',
    previous: { ...window, calls: 0 },
    current: window,
    topUser: { id, costUsd: usd },
    monthToDateUsd: usd,
  };
  const compared = { span: 'day', weeksBack: 1 } as const;
  const amounts = { previousUsd: usd, currentUsd: 2n * usd, weeklyExcessUsd: usd };
  const finding = { rule: 'user', name: id, compared, ...amounts } as const;
  const settings = readSettings({ growthRatio: 0.3, minimumSpendUsd: '5' });
  return alertMessage(
    { transition: 'opened', finding, weeklyExcessUsd: usd, settings, spend, why: undefined },
    {
      windows: spendWindows('2026-11-23', 'UTC'),
      totalUsd: usd,
      lastCallAt: NOW,
      boardUrl: undefined,
      asOf: NOW,
    },
  );
}

/** Every row of every table of ours, and the planner's statistics, as a reader of the files would see them. */
async function dump(): Promise<string> {
  const { rows: tables } = await owner.query<{ name: string }>(
    `select oid::regclass::text as name from pg_class
     where relnamespace = 'tricost'::regnamespace and relkind = 'r'`,
  );
  const lines: string[] = [];
  for (const { name } of tables) {
    const { rows } = await owner.query<Record<string, unknown>>(`select * from ${name}`);
    lines.push(...rows.map((row) => strings(row).join('\n')));
  }
  const { rows: statistics } = await owner.query<{ text: string }>(
    `select stats::text as text from pg_stats as stats where schemaname = 'tricost'`,
  );
  return [...lines, ...statistics.map(({ text }) => text)].join('\n');
}

/** Without the other user, whose id holds the forgotten one's, however it is escaped. */
async function dumpButNeighbour(): Promise<string> {
  const neighbour = /zoë(?:(?!zoë)[^\n])*@example\.comm/g;
  const text = await dump();
  expect(NEIGHBOUR).toMatch(neighbour);
  return text.replaceAll(neighbour, '');
}

function strings(value: unknown): string[] {
  if (Buffer.isBuffer(value)) return [value.toString('utf8')];
  if (typeof value !== 'object' || value === null) return [String(value)];
  return Object.entries(value).flatMap(([key, item]) => [key, ...strings(item)]);
}

async function totals(): Promise<unknown[]> {
  const { rows } = await owner.query(
    `select feature, prompt_id, date_trunc('day', ts, 'UTC') as day, count(*) as calls, count(distinct user_id) as users,
       sum(cost_usd)::text as usd
     from reporting.llm_calls group by 1, 2, 3 order by 1, 2, 3`,
  );
  return rows;
}

const ARRIVAL = `insert into tricost.llm_calls
  (ts, event_id, user_id, feature, prompt_id, provider, model, status, price_status)
  values ('2026-08-31T12:00:00Z', gen_random_uuid(), $1, 'chat', 'p1', 'openai', 'gpt-5', 'ok', 'unpriced')`;

const optionsFor = (id: string) => ({
  mention: new Mention(id),
  erase: false,
  now: NOW,
  onProgress: () => {},
  signal: new AbortController().signal,
});

const forget = (
  id: string,
  options: {
    erase?: boolean;
    onProgress?: (calls: number, month: CallsMonth) => void;
  } = {},
) => forgetUser(owner, { ...optionsFor(id), ...options });

/** A run under a pseudonym that was stopped after a month's first batch. @returns its session, which still holds the lock */
async function interrupted(id: string, stopIn: string): Promise<pg.Client> {
  const stop = new AbortController();
  const onProgress = (_: number, { name }: CallsMonth) => {
    if (name === stopIn) stop.abort(new Error('stopped'));
  };
  const session = new pg.Client({ connectionString: database.url });
  await session.connect();
  await expect(
    forgetUser(session, { ...optionsFor(id), onProgress, signal: stop.signal }),
  ).rejects.toThrow('stopped');
  return session;
}

async function pseudonyms(): Promise<string[]> {
  const { rows } = await owner.query<{ user_id: string }>(
    `select distinct user_id from tricost.llm_calls where user_id like 'forgotten-%' order by 1`,
  );
  return rows.map((row) => row.user_id);
}

test('every column that can hold text has a decision', async () => {
  const { rows } = await owner.query<{ column: string }>(
    `select c.relname || '.' || a.attname as column
     from pg_attribute as a join pg_class as c on c.oid = a.attrelid join pg_type as t on t.oid = a.atttypid
     where c.relnamespace = 'tricost'::regnamespace and c.relkind in ('r', 'p', 'm') and not c.relispartition
       and a.attnum > 0 and not a.attisdropped
       and coalesce(nullif(t.typelem, 0), t.oid)::regtype::text <> all ($1)`,
    [
      [
        'integer',
        'smallint',
        'bigint',
        'numeric',
        'double precision',
        'boolean',
        'date',
        'uuid',
      ].concat(['timestamp with time zone', 'interval', 'oid', 'xid', 'xid8', 'pg_lsn']),
    ],
  );
  // A new one: decide in domain/forget-user/columns.ts, and let the test below put the id into it.
  expect(rows.map(({ column }) => column).sort()).toEqual(Object.keys(COLUMN_DECISIONS).sort());
});

describe('under a pseudonym', () => {
  test('no row of any table holds the id any more, and no total has changed', async () => {
    await storeEverywhere(ID);
    await owner.query('analyze');
    const before = await totals();
    expect(await dumpButNeighbour()).toContain(ID);
    const found = await findUser(owner, new Mention(ID));
    expect(found).toMatchObject({
      calls: 4,
      unpricedCalls: 1,
      costUsd: '3.000000000021',
      mentions: 4,
      names: 0,
    });
    expect(found.messages).toEqual({
      alerts: 2,
      notifications: 1,
      rejectedEvents: 3,
      unreadableEvents: 0,
      deliveries: 1,
      names: 0,
    });

    expect(await forget(ID)).toMatchObject({
      calls: 4,
      mentions: 8,
      left: 0,
      arrived: 0,
      resumed: false,
      notVacuumed: [],
    });

    const after = await dumpButNeighbour();
    for (const part of [ID, 'zoë', 'zoe@example.com', '\\u007a']) expect(after).not.toContain(part);
    expect(await totals()).toEqual(before);
    expect(await pseudonyms()).toEqual([expect.stringMatching(/^forgotten-[0-9a-f]{16}$/)]);
    const { rows } = await owner.query('select * from tricost.forget_user_runs');
    expect(rows).toEqual([]);
  });

  test('what says nothing about the user stays as it was', async () => {
    await storeEverywhere(ID);
    await forget(ID);
    const [pseudonym] = await pseudonyms();
    const { rows } = await owner.query(
      `select distinct user_id, tags, extra, usage_raw, trace_id, response_id from tricost.llm_calls order by user_id`,
    );
    expect(rows).toEqual([
      {
        user_id: pseudonym,
        tags: { team: 'blue', customer: pseudonym },
        extra: null,
        usage_raw: { note: `for ${pseudonym}`, total: 12_345 },
        trace_id: null,
        response_id: null,
      },
      {
        user_id: NEIGHBOUR,
        tags: { invited_by: pseudonym, team: 'red' },
        extra: { precise: 0.1, referrer: `https://example.com/?u=${pseudonym}&x=1` },
        usage_raw: { by: [pseudonym], total: 7 },
        trace_id: `${pseudonym}/1`,
        response_id: pseudonym,
      },
    ]);
    const { rows: rejected } = await owner.query<{ body: Buffer }>(
      'select message_id, reason, detail, body from tricost.rejected_calls order by message_id',
    );
    const erased = {
      reason: 'ts_missing',
      detail: 'erased by tricost forget-user',
      body: Buffer.alloc(0),
    };
    expect(rejected).toEqual([
      { message_id: 'compressed', ...erased },
      { message_id: 'escaped', ...erased },
      {
        message_id: 'neighbour',
        reason: 'ts_missing',
        detail: 'no ts',
        body: Buffer.from(JSON.stringify({ user_id: NEIGHBOUR })),
      },
      { message_id: 'plain', ...erased },
    ]);
    const { rows: messages } = await owner.query('select payload from tricost.outbox');
    expect(messages).toEqual([{ payload: alertPayload(pseudonym ?? '') }]);
    const { rows: alerts } = await owner.query('select details from tricost.alerts');
    expect(alerts).toEqual([
      {
        details: {
          user: { user_id: pseudonym },
          top_user: { user_id: pseudonym, usd: '3.5' },
          current: { calls: 4 },
        },
      },
    ]);
  });

  test('a short id is replaced where users are named, and nowhere by chance', async () => {
    await storeEverywhere('7');
    await store([
      { ts: '2026-10-05T00:00:00Z', user_id: '8', tags: { retries: '7' }, extra: { page: '7' } },
    ]);
    await owner.query(
      `update tricost.alerts set details = details || '{"top_prompt": {"prompt_id": "7"}}'`,
    );
    await forget('7');
    const [pseudonym] = await pseudonyms();
    const { rows } = await owner.query(
      `select user_id, tags from tricost.llm_calls where user_id = '8' or ts = '2026-09-15T00:00:00Z' and user_id <> $1 order by user_id`,
      [NEIGHBOUR],
    );
    expect(rows).toEqual([
      { user_id: '8', tags: { retries: '7' } },
      { user_id: pseudonym, tags: { team: 'blue', customer: pseudonym } },
    ]);
    const { rows: alerts } = await owner.query('select details from tricost.alerts');
    expect(alerts[0]).toMatchObject({
      details: { top_user: { user_id: pseudonym }, top_prompt: { prompt_id: '7' } },
    });
    const { rows: messages } = await owner.query('select payload from tricost.outbox');
    expect(messages).toEqual([{ payload: alertPayload(pseudonym ?? '') }]);
  });

  test('an id that Slack saw cut is not left in the message', async () => {
    const long = `customer-${'0123456789'.repeat(6)}`;
    await storeEverywhere(long);
    expect(JSON.stringify(alertPayload(long))).not.toContain(long);
    await forget(long);
    expect(await dump()).not.toContain('customer-0123456789');
  });

  test('a month that was detached is not forgotten about', async () => {
    await storeEverywhere(ID);
    await owner.query('alter table tricost.llm_calls detach partition tricost.llm_calls_p2026_09');
    try {
      expect(await forget(ID)).toMatchObject({ calls: 4 });
      expect(await dumpButNeighbour()).not.toContain(ID);
    } finally {
      await owner.query(
        `alter table tricost.llm_calls attach partition tricost.llm_calls_p2026_09
         for values from ('2026-09-01T00:00:00Z') to ('2026-10-01T00:00:00Z')`,
      );
    }
  });

  test('names of features and longer words are counted and left alone', async () => {
    await store([
      { ts: '2026-11-01T00:00:00Z', user_id: 'other', feature: 'chat with u_10421' },
      { ts: '2026-11-01T00:00:00Z', user_id: 'team/u_10421' },
      { ts: '2026-11-01T00:00:00Z', user_id: 'u_104211' },
      { ts: '2026-11-01T00:00:00Z', user_id: 'other', tags: { id: 'u_104211' } },
    ]);
    const found = await findUser(owner, new Mention('u_10421'));
    expect(found).toMatchObject({ calls: 0, costUsd: null, mentions: 1, names: 2 });
    expect(await forget('u_10421')).toMatchObject({ calls: 0, mentions: 0, left: 1 });
    expect(await dump()).toContain('chat with u_10421');
  });
});

test('erased: the calls are gone, those of others stay, and the books say how much left them', async () => {
  await storeEverywhere(ID);
  expect(await findUser(owner, new Mention(ID))).toMatchObject({
    calls: 4,
    costUsd: '3.000000000021',
  });
  expect(await forget(ID, { erase: true })).toMatchObject({ calls: 4, mentions: 4 });
  expect(await dumpButNeighbour()).not.toContain(ID);
  const { rows } = await owner.query(
    'select user_id, count(*)::int as calls from tricost.llm_calls group by 1',
  );
  expect(rows).toEqual([{ user_id: NEIGHBOUR, calls: 4 }]);
});

test('interrupted anywhere and run again: one pseudonym, everything forgotten', async () => {
  // Before its end the first month has only its own calls done, and the others nothing; in the last one, all before it are done.
  for (const stopIn of ['llm_calls_p2026_08', 'llm_calls_p2026_11']) {
    await owner.query(
      'truncate tricost.llm_calls, tricost.alerts, tricost.tag_coverage_alerts, tricost.outbox, tricost.rejected_calls, tricost.deliveries',
    );
    await storeEverywhere(ID);
    await owner.query('analyze');
    const before = await totals();
    const { rows: clock } = await owner.query<{ now: string }>(
      'select clock_timestamp()::text as now',
    );
    const startedAt = clock[0]?.now;
    const session = await interrupted(ID, stopIn);
    await expect(forget(ID)).rejects.toThrow('another forget-user is running');
    await session.end();
    await expect
      .poll(() => forget(ID).catch(({ message }: Error) => message))
      .toMatchObject({ resumed: true, notVacuumed: [] });
    expect(await pseudonyms()).toHaveLength(1);
    expect(await totals()).toEqual(before);
    expect(await dumpButNeighbour()).not.toContain('zoë');
    // Rows as they were before the update: also in months that only the first run touched.
    const { rows: vacuumed } = await owner.query<{ name: string }>(
      `select relname as name from pg_stat_all_tables
       where schemaname = 'tricost' and relname = any ($1) and last_vacuum > $2::timestamptz order by 1`,
      [['llm_calls_p2026_08', 'llm_calls_p2026_09', 'llm_calls_p2026_11'], startedAt],
    );
    expect(vacuumed).toHaveLength(3);
  }
});

test('killed while it vacuums and run again: the files are freed all the same', async () => {
  await storeEverywhere(ID);
  await owner.query('analyze');
  const session = new pg.Client({ connectionString: database.url });
  session.on('error', () => {});
  await session.connect();
  const holder = new pg.Client({ connectionString: database.url });
  await holder.connect();
  // Lets rows be written and VACUUM wait.
  await holder.query('begin; lock table tricost.alerts in share update exclusive mode');
  const killed = expect(forgetUser(session, optionsFor(ID))).rejects.toThrow();
  await expect
    .poll(
      async () => {
        const { rowCount } = await owner.query(
          `select pg_terminate_backend(pid) from pg_stat_activity
         where datname = current_database() and query like 'vacuum%' and wait_event_type = 'Lock'`,
        );
        return rowCount;
      },
      { timeout: 30_000 },
    )
    .toBe(1);
  await killed;
  await holder.end();
  await expect
    .poll(() => forget(ID).catch(({ message }: Error) => message))
    .toMatchObject({ resumed: true, notVacuumed: [] });
  expect(await dumpButNeighbour()).not.toContain('zoë');
});

test('interrupted under a pseudonym and run again to erase: the calls already renamed are erased too', async () => {
  await storeEverywhere(ID);
  await (await interrupted(ID, 'llm_calls_p2026_11')).end();
  expect(await pseudonyms()).toHaveLength(1);
  await expect
    .poll(() => forget(ID, { erase: true }).catch(({ message }: Error) => message))
    .toMatchObject({ resumed: true, calls: 4 });
  const { rows } = await owner.query(
    'select user_id, count(*)::int as calls from tricost.llm_calls group by 1',
  );
  expect(rows).toEqual([{ user_id: NEIGHBOUR, calls: 4 }]);
});

test('calls that arrive meanwhile are reported, and forgotten by the next run', async () => {
  await storeEverywhere(ID);
  const ingest = new pg.Client({ connectionString: database.url });
  await ingest.connect();
  let arrival: Promise<unknown> | undefined;
  const first = await forget(ID, {
    // Into a month that is done by then.
    onProgress: (_, { name }) => {
      if (name !== 'llm_calls_p2026_08') arrival ??= ingest.query(ARRIVAL, [ID]);
    },
  });
  await arrival;
  await ingest.end();
  expect(first).toMatchObject({ calls: 4, arrived: 1 });
  expect(await forget(ID)).toMatchObject({ calls: 1, arrived: 0, resumed: false });
  expect(await dumpButNeighbour()).not.toContain(ID);
});

test('what is delivered again afterwards adds nothing', async () => {
  await storeEverywhere(ID);
  const { rows: keys } = await owner.query<{ ts: Date; event_id: string }>(
    'select ts, event_id from tricost.llm_calls where user_id = $1 limit 1',
    [ID],
  );
  await forget(ID);
  const { rowCount } = await owner.query(
    `insert into tricost.llm_calls (ts, event_id, user_id, feature, prompt_id, provider, model, status, price_status)
     values ($1, $2, $3, 'chat', 'p1', 'openai', 'gpt-5', 'ok', 'unpriced') on conflict do nothing`,
    [keys[0]?.ts, keys[0]?.event_id, ID],
  );
  expect(rowCount).toBe(0);
});
