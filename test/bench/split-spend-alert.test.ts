/** The alert's query over two halves of the users, merged, says what it says over all: ties, unknown costs and all. */
import type pg from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { connect } from '../../adapters/postgres/connect.ts';
import { ensurePartitionsBetween } from '../../adapters/postgres/create-partitions.ts';
import { spendAlertParameters } from '../../adapters/postgres/spend-alert.ts';
import { splitSpendAlert } from '../../bench/past-one-machine/split-spend-alert.ts';
import { spendWindows } from '../../domain/spend-alert/windows.ts';
import spendAlertQuery from '../../sql/queries/spend-alert.sql' with { type: 'text' };
import { type StoredCall, storeCalls } from '../sql/stored-calls.ts';
import { createTestDatabase, type TestDatabase } from '../support/postgres.ts';

const PARAMETERS = spendAlertParameters(
  spendWindows('2026-03-29', 'UTC'),
  new Date('2026-03-29T08:00:00Z'),
);

/** Costs of few values, so that prompts, models and users tie. */
const CALLS: StoredCall[] = Array.from({ length: 600 }, (_, n) => ({
  ts: new Date(Date.UTC(2026, 2, 1) + n * 4_000_000),
  feature: `f${n % 3}`,
  user_id: `u${n % 7}`,
  prompt_id: `p${n % 5}`,
  prompt_version: 1 + (n % 2),
  model: `m${n % 4}`,
  usd: n % 11 === 0 ? null : `0.${String((n % 4) * 101).padStart(12, '0')}`,
  input_tokens: n % 13 === 0 ? null : n,
}));

const databases: TestDatabase[] = [];
const clients: pg.Client[] = [];

beforeAll(async () => {
  for (const share of [() => true, isOfFirst, (call: StoredCall) => !isOfFirst(call)]) {
    const database = await createTestDatabase();
    databases.push(database);
    const client = await connect({ connectionString: database.url, applicationName: 'test' });
    clients.push(client);
    await ensurePartitionsBetween(client, '2026-03-01', '2026-03-01');
    await storeCalls(client, CALLS.filter(share));
  }
});

afterAll(async () => {
  await Promise.all(clients.map((client) => client.end()));
  await Promise.all(databases.map((database) => database.drop()));
});

function isOfFirst({ user_id = '' }: StoredCall): boolean {
  return user_id < 'u3';
}

test('two shards of the users answer what one database does', async () => {
  const [whole, ...shards] = clients;
  const { partial, merge } = splitSpendAlert(spendAlertQuery);
  const answers = await Promise.all(shards.map((shard) => shard.query(partial, PARAMETERS)));
  const merged = await whole?.query(merge, [JSON.stringify(answers.flatMap(({ rows }) => rows))]);
  const expected = await whole?.query(spendAlertQuery, PARAMETERS);
  expect(expected?.rows).toHaveLength(3);
  expect(merged?.rows).toEqual(expected?.rows);
});

test('a query of another shape is refused, not half split', () => {
  expect(() => splitSpendAlert(spendAlertQuery.replace('features as (', 'pieces as ('))).toThrow(
    'spend-alert.sql has no features',
  );
});
