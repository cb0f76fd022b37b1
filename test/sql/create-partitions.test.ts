import pg from 'pg';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import {
  ensurePartitions,
  ensurePartitionsBetween,
  listPartitions,
  partitionsAhead,
  retirePartitions,
} from '../../adapters/postgres/create-partitions.ts';
import { forgetDeliveries } from '../../adapters/postgres/forget-deliveries.ts';
import { forgetRejectedCalls } from '../../adapters/postgres/forget-rejected-calls.ts';
import { createTestDatabase, type TestDatabase } from '../support/postgres.ts';

const NOW = new Date('2026-11-23T12:00:00Z');
const RANGE = { monthsBack: 3, monthsAhead: 3 };

let database: TestDatabase;
let owner: pg.Client;

beforeEach(async () => {
  database = await createTestDatabase();
  owner = await connect();
  for (const { name } of await listPartitions(owner))
    await owner.query(`drop table tricost.${name}`);
});

afterEach(async () => {
  await owner.end();
  await database.drop();
});

async function connect(): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: database.url });
  await client.connect();
  return client;
}

const months = async () => (await listPartitions(owner)).map(({ name }) => name.slice(-7));

describe('partitions', () => {
  test('cover three months back to three ahead, once', async () => {
    const created = await ensurePartitions(owner, NOW, RANGE);
    expect(created).toHaveLength(7);
    expect(await ensurePartitions(owner, NOW, RANGE)).toEqual([]);
    expect(await months()).toEqual([
      '2026_08',
      '2026_09',
      '2026_10',
      '2026_11',
      '2026_12',
      '2027_01',
      '2027_02',
    ]);
  });

  test('touch without gap or overlap, at UTC months, whatever the session’s zone', async () => {
    await owner.query("set timezone to 'Pacific/Auckland'");
    await ensurePartitions(owner, NOW, RANGE);
    const partitions = await listPartitions(owner);
    for (const [index, { startsAt }] of partitions.entries()) {
      expect(startsAt.toISOString()).toMatch(/-01T00:00:00\.000Z$/);
      if (index > 0) expect(startsAt).toEqual(partitions[index - 1]?.endsAt);
    }
  });

  test('are made once by concurrent runs', async () => {
    const clients = await Promise.all(Array.from({ length: 5 }, connect));
    const created = await Promise.all(
      clients.map((client) => ensurePartitions(client, NOW, RANGE)),
    );
    expect(created.flat()).toHaveLength(7);
    await Promise.all(clients.map((client) => client.end()));
  });

  test('are made while a writer holds the parent open', async () => {
    await ensurePartitions(owner, NOW, RANGE);
    const writer = await connect();
    await writer.query('begin');
    await writer.query(
      `insert into tricost.llm_calls (ts, event_id, user_id, feature, prompt_id, provider, model, status, price_status)
       values ($1, gen_random_uuid(), 'u', 'f', 'p', 'openai', 'm', 'ok', 'unpriced')`,
      [NOW],
    );
    await owner.query("set lock_timeout to '2s'");
    expect(await ensurePartitions(owner, new Date('2026-12-23T12:00:00Z'), RANGE)).toEqual([
      'llm_calls_p2027_03',
    ]);
    await writer.query('commit');
    await writer.end();
  });

  test('reach back for an import', async () => {
    await ensurePartitions(owner, NOW, RANGE);
    expect(await ensurePartitionsBetween(owner, '2026-05-01', '2026-11-01')).toHaveLength(3);
  });

  test.each([
    ['2025-10-01', '2025-11-01', 10, '2025_10'],
    ['2027-05-01', '2027-06-01', 4, '2026_08'],
  ])('never leave a hole: %s to %s', async (from, to, made, oldest) => {
    await ensurePartitions(owner, NOW, RANGE);
    expect(await ensurePartitionsBetween(owner, from, to)).toHaveLength(made);
    const partitions = await listPartitions(owner);
    expect((await months())[0]).toBe(oldest);
    for (const [index, { startsAt }] of partitions.slice(1).entries()) {
      expect(startsAt).toEqual(partitions[index]?.endsAt);
    }
  });

  test('ahead counts whole months without a gap', async () => {
    await ensurePartitions(owner, NOW, RANGE);
    expect(partitionsAhead(await listPartitions(owner), NOW)).toBe(3);
    await owner.query('drop table tricost.llm_calls_p2026_12');
    expect(partitionsAhead(await listPartitions(owner), NOW)).toBe(0);
    await owner.query('drop table tricost.llm_calls_p2026_11');
    expect(partitionsAhead(await listPartitions(owner), NOW)).toBe(-1);
  });

  test('past retention are dropped, the others stay', async () => {
    await ensurePartitions(owner, NOW, { monthsBack: 6, monthsAhead: 1 });
    expect(await retirePartitions(owner, NOW, 3)).toEqual([
      'llm_calls_p2026_05',
      'llm_calls_p2026_06',
      'llm_calls_p2026_07',
    ]);
    expect((await months()).at(0)).toBe('2026_08');
    expect(await retirePartitions(owner, NOW, 3)).toEqual([]);
  });

  test('past retention are dropped when a run died between detaching and dropping', async () => {
    await ensurePartitions(owner, NOW, { monthsBack: 6, monthsAhead: 1 });
    for (const month of ['2026_05', '2026_07', '2026_08']) {
      await owner.query(
        `alter table tricost.llm_calls detach partition tricost.llm_calls_p${month}`,
      );
    }
    await owner.query('create table tricost.llm_calls_p2026_99 ()');
    expect(await retirePartitions(owner, NOW, 3)).toEqual([
      'llm_calls_p2026_05',
      'llm_calls_p2026_07',
      'llm_calls_p2026_06',
    ]);
    const { rows } = await owner.query(
      `select relname from pg_class where relname ~ '^llm_calls_p[0-9_]+$' and relkind = 'r' order by 1`,
    );
    // August is detached, but not past retention: it is an operator's.
    expect(rows.map((row) => row.relname).slice(0, 2)).toEqual([
      'llm_calls_p2026_08',
      'llm_calls_p2026_09',
    ]);
    expect(rows.map((row) => row.relname)).toContain('llm_calls_p2026_99');
  });

  test('a detached month is not put back behind an operator’s back', async () => {
    await ensurePartitions(owner, NOW, RANGE);
    await owner.query('alter table tricost.llm_calls detach partition tricost.llm_calls_p2026_09');
    await expect(ensurePartitions(owner, NOW, RANGE)).rejects.toThrow(
      'llm_calls_p2026_09 exists but is not attached',
    );
  });
});

test('refused events are forgotten after thirty days', async () => {
  await owner.query(
    `insert into tricost.rejected_calls (message_id, event_index, received_at, reason, detail, body)
     values ('old', 0, $1::timestamptz - interval '30 days 1 second', 'not_json', '', ''),
       ('new', 0, $1::timestamptz - interval '29 days 23 hours', 'not_json', '', '')`,
    [NOW],
  );
  expect(await forgetRejectedCalls(owner, NOW)).toBe(1);
  const { rows } = await owner.query('select message_id from tricost.rejected_calls');
  expect(rows).toEqual([{ message_id: 'new' }]);
});

test('deliveries are forgotten after thirty-five days, but for the last number of a producer that still sends', async () => {
  await owner.query(
    `insert into tricost.deliveries (producer_id, sequence, message_id, received_at, events, dropped)
     values ('p', 1, 'old', $1::timestamptz - interval '36 days', 1, 0),
       ('p', 2, 'last', $1::timestamptz - interval '35 days 1 second', 1, 0),
       ('p', 3, 'new', $1::timestamptz - interval '34 days 23 hours', 1, 0),
       ('silent', 1, 'silent', $1::timestamptz - interval '35 days 1 second', 1, 0)`,
    [NOW],
  );
  expect(await forgetDeliveries(owner, NOW)).toBe(2);
  const { rows } = await owner.query('select message_id from tricost.deliveries order by 1');
  expect(rows).toEqual([{ message_id: 'last' }, { message_id: 'new' }]);
});
