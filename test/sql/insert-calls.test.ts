/** The two ways into llm_calls, INSERT and COPY: the same rows as one INSERT per call, whatever stands in them. */
import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import pg from 'pg';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type CallColumn, COLUMN_TYPES } from '../../adapters/postgres/call-columns.ts';
import { copyCalls } from '../../adapters/postgres/copy-calls.ts';
import { ensurePartitions } from '../../adapters/postgres/create-partitions.ts';
import { insertCalls } from '../../adapters/postgres/insert-calls.ts';
import type { CallRow } from '../../domain/ingest-calls/call-row.ts';
import { createTestDatabase, type TestDatabase } from '../support/postgres.ts';

const NOW = new Date('2026-11-23T12:00:00Z');

let database: TestDatabase;
let client: pg.Client;

beforeAll(async () => {
  database = await createTestDatabase();
  client = await ingestClient();
  await client.query('reset role');
  await ensurePartitions(client, NOW, { monthsBack: 1, monthsAhead: 0 });
  await client.query('set role tricost_ingest');
});

afterAll(async () => {
  await client.end();
  await database.drop();
});

beforeEach(() => database.query('truncate tricost.llm_calls'));

async function ingestClient(): Promise<pg.Client> {
  const connected = new pg.Client({ connectionString: database.url });
  await connected.connect();
  await connected.query('set role tricost_ingest');
  return connected;
}

const EMPTY: CallRow = {
  ...(Object.fromEntries(
    Object.keys(COLUMN_TYPES).map((name) => [name, null]),
  ) as object as CallRow),
  ts: NOW.toISOString(),
  event_id: '',
  user_id: 'u_1',
  feature: 'support.reply',
  prompt_id: '(none)',
  provider: 'openai',
  model: 'gpt-5',
  status: 'ok',
  price_status: 'unpriced',
  flags: [],
};

function callRow(fields: Partial<CallRow> = {}): CallRow {
  return { ...EMPTY, event_id: randomUUID(), ...fields };
}

/** What an encoder may get wrong: delimiters, quotes, escapes, the words for NULL and for the end of a COPY. */
const text = fc.oneof(
  fc.string({
    unit: fc.constantFrom(
      ...'"\\\t\n\r\b\f\v{},\'()$;:. aé\u2028😀N0',
      '\\N',
      'NULL',
      '\\.',
      '\u0001',
      '\uFFFD',
    ),
    maxLength: 12,
  }),
  fc.constantFrom('', 'NULL', 'null', '\\N', '\\.', '{}', '""', '\\x00', '%s', '$1'),
);
const perhaps = <Value>(arbitrary: fc.Arbitrary<Value>) => fc.option(arbitrary, { nil: null });
const int = perhaps(fc.constantFrom(0, 1, 2_000_000_000, 2_147_483_647));
const json = perhaps(
  fc.dictionary(
    text,
    fc.oneof(
      text,
      fc.double({ noNaN: true, noDefaultInfinity: true }),
      fc.constantFrom(null, true, []),
    ),
    { maxKeys: 3 },
  ),
);

const hostile: fc.Arbitrary<CallRow> = fc
  .record({
    ts: fc
      .date({ min: new Date('2026-10-01'), max: NOW, noInvalidDate: true })
      .map((date) => date.toISOString()),
    event_id: fc.uuid(),
    user_id: text,
    feature: text,
    prompt_id: text,
    prompt_name: perhaps(text),
    provider: text,
    model: text,
    response_id: perhaps(text),
    environment: perhaps(text),
    input_tokens: int,
    web_searches: int,
    prompt_version: perhaps(fc.constantFrom(1, 2_147_483_647)),
    attempt: perhaps(fc.constantFrom(1, 32_767)),
    cache_hit: perhaps(fc.boolean()),
    cost_usd: perhaps(
      fc.constantFrom(
        '0.000000000000',
        '0.000000000001',
        '99999999.999999999999',
        '0.123456789012',
      ),
    ),
    tags: json,
    extra: json,
    flags: fc.subarray<CallRow['flags'][number]>(['extra_cut', 'name_cut', 'prompt_overflow']),
  })
  .map((fields) =>
    callRow({ ...fields, price_status: fields.cost_usd === null ? 'unpriced' : 'provider' }),
  );

/** By pg's own parameters, one row a statement. */
async function insertOneByOne(rows: readonly CallRow[]): Promise<void> {
  const columns = Object.keys(COLUMN_TYPES) as CallColumn[];
  const parameters = columns.map((name, index) => `$${index + 1}::${COLUMN_TYPES[name]}`);
  for (const row of rows) {
    await client.query(
      `insert into tricost.llm_calls (${columns.join(', ')}) values (${parameters.join(', ')})`,
      columns.map((name) => (name === 'flags' && row.flags.length === 0 ? null : row[name])),
    );
  }
}

async function storedBy(write: () => Promise<unknown>): Promise<object[]> {
  await client.query('begin');
  try {
    await write();
    // The role may write calls and not read them back.
    await client.query('set local role none');
    const { rows } = await client.query<{ call: object }>(
      `select to_jsonb(c) - 'received_at' as call from tricost.llm_calls as c order by ts, event_id`,
    );
    return rows.map(({ call }) => call);
  } finally {
    await client.query('rollback');
  }
}

const planned = (rows: readonly CallRow[]) =>
  rows.map((row, index) => ({ row, messageId: 'm', index }));

test('INSERT and COPY store the same as one INSERT per call, to the byte', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.uniqueArray(hostile, { selector: (row) => row.event_id, minLength: 1, maxLength: 12 }),
      async (rows) => {
        const expected = await storedBy(() => insertOneByOne(rows));
        expect(expected).toHaveLength(rows.length);
        expect(await storedBy(() => insertCalls(client, planned(rows)))).toEqual(expected);
        expect(await storedBy(() => copyCalls(client, rows))).toEqual(expected);
      },
    ),
    { numRuns: 40 },
  );
});

describe('a chunk large enough for COPY', () => {
  const ROWS = 2_100;
  const chunk = (fields: Partial<CallRow> = {}) =>
    Array.from({ length: ROWS }, (_, index) =>
      callRow({ ts: new Date(NOW.getTime() - (ROWS - index) * 1_000).toISOString(), ...fields }),
    );

  async function count(): Promise<number> {
    const { rows } = await database.query<{ count: string }>(
      'select count(*) from tricost.llm_calls',
    );
    return Number(rows[0]?.count);
  }

  test('is written by COPY', async () => {
    const statements: string[] = [];
    const watched = Object.assign(Object.create(client) as pg.Client, {
      query: (...args: unknown[]) => {
        statements.push(typeof args[0] === 'string' ? 'insert' : 'copy');
        return Reflect.apply(client.query, client, args);
      },
    });
    const rows = chunk();
    expect(await insertCalls(watched, planned(rows))).toMatchObject({ stored: ROWS, duplicate: 0 });
    // A second time every row is there, and the INSERT finds that out.
    expect(await insertCalls(watched, planned(rows))).toMatchObject({ stored: 0, duplicate: ROWS });
    expect(statements).toEqual(['copy', 'copy', 'insert']);
  });

  test('counts rows that are there already, and copies within itself', async () => {
    const rows = chunk();
    await insertCalls(client, planned(rows.slice(-3)));
    const copies = rows.flatMap((row, index) => (index % 700 === 0 ? [row, row] : [row]));
    expect(await insertCalls(client, planned(copies))).toMatchObject({
      stored: ROWS - 3,
      duplicate: 6,
      refused: [],
      failed: [],
    });
    expect(await insertCalls(client, planned(chunk().flatMap((row) => [row, row])))).toMatchObject({
      stored: ROWS,
      duplicate: ROWS,
    });
    expect(await count()).toBe(2 * ROWS);
  });

  test.each<[string, Partial<CallRow>]>([
    ['a NUL, which text cannot hold', { feature: 'a\0b' }],
    ['a negative count', { input_tokens: -1 }],
    ['a cost without a price', { cost_usd: '1', price_status: 'unpriced' }],
    ['a time that is none', { ts: '2026-11-31T00:00:00Z' }],
  ])('stores the rest when one row has %s', async (_what, fields) => {
    const rows = chunk();
    const broken = callRow(fields);
    rows.splice(1_234, 0, broken);
    const result = await insertCalls(client, planned(rows));
    expect(result).toMatchObject({ stored: ROWS, duplicate: 0, failed: [] });
    expect(result.refused.map(({ call }) => call.row)).toEqual([broken]);
  });

  test('fails only the rows whose month has no partition', async () => {
    const rows = [callRow({ ts: '2020-01-01T00:00:00.000Z' }), ...chunk()];
    const result = await insertCalls(client, planned(rows));
    expect(result).toMatchObject({ stored: ROWS, duplicate: 0, refused: [] });
    expect(result.failed.map(({ row }) => row)).toEqual([rows[0]]);
  });

  test('leaves the connection usable when a row cannot be encoded', async () => {
    const loop: Record<string, unknown> = {};
    loop['self'] = loop;
    const rows = [...chunk(), callRow({ extra: loop as CallRow['extra'] })];
    await expect(copyCalls(client, rows)).rejects.toThrow('circular');
    expect(await count()).toBe(0);
    expect(await insertCalls(client, planned(rows.slice(0, -1)))).toMatchObject({ stored: ROWS });
  });

  test('fails as a whole when the connection is lost, and is stored when it comes again', async () => {
    const rows = chunk();
    const locker = await ingestClient();
    await locker.query('reset role');
    await locker.query('begin; lock table tricost.llm_calls in exclusive mode');
    const doomed = new pg.Client({ connectionString: database.url });
    doomed.on('error', () => {});
    await doomed.connect();
    await doomed.query('set role tricost_ingest');
    const { rows: pids } = await doomed.query<{ pid: number }>('select pg_backend_pid() as pid');
    const written = insertCalls(doomed, planned(rows));
    await expect
      .poll(
        async () =>
          (
            await locker.query('select from pg_locks where pid = $1 and not granted', [
              pids[0]?.pid,
            ])
          ).rowCount,
      )
      .toBe(1);
    await locker.query('select pg_terminate_backend($1)', [pids[0]?.pid]);
    const result = await written;
    expect(result).toMatchObject({ stored: 0, duplicate: 0, refused: [] });
    expect(result.failed).toHaveLength(ROWS);
    expect(result.failure).toBeInstanceOf(Error);
    await locker.query('rollback');
    await locker.end();
    expect(await insertCalls(client, planned(rows))).toMatchObject({ stored: ROWS });
  });

  test('fails as a whole when the answer takes longer than a statement may', async () => {
    const rows = chunk();
    const locker = await ingestClient();
    await locker.query('reset role');
    await locker.query('begin; lock table tricost.llm_calls in exclusive mode');
    const impatient = new pg.Client({ connectionString: database.runtimeUrl, query_timeout: 200 });
    impatient.on('error', () => {});
    await impatient.connect();
    const result = await insertCalls(impatient, planned(rows));
    expect(result.failed).toHaveLength(ROWS);
    expect(String(result.failure)).toContain('timeout');
    await locker.query('rollback');
    await Promise.all([locker.end(), impatient.end()]);
  });

  test('raced by four writers with the same rows is stored once, without a deadlock', async () => {
    const chunks = [chunk(), chunk()];
    const results = await Promise.all(
      [0, 1, 2, 3].map(async (writer) => {
        const own = await ingestClient();
        const counts = [];
        for (const step of [0, 1]) {
          counts.push(await insertCalls(own, planned(chunks[(writer + step) % 2] ?? [])));
        }
        await own.end();
        return counts;
      }),
    );
    const sum = (key: 'stored' | 'duplicate') =>
      results.flat().reduce((total, result) => total + result[key], 0);
    expect([sum('stored'), sum('duplicate')]).toEqual([2 * ROWS, 6 * ROWS]);
    expect(results.flat().flatMap(({ failed }) => failed)).toEqual([]);
    expect(await count()).toBe(2 * ROWS);
    await client.query('select pg_stat_force_next_flush()');
    const { rows } = await client.query<{ deadlocks: string }>(
      'select deadlocks from pg_stat_database where datname = current_database()',
    );
    expect(rows[0]?.deadlocks).toBe('0');
  });
});
