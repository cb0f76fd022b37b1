/** What each role may do, tried as that role. */
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readGrants } from '../../adapters/postgres/inspect-schema.ts';
import { EXPECTED_GRANTS } from '../../domain/doctor/expected-grants.ts';
import { createTestDatabase, type TestDatabase } from '../support/postgres.ts';

let database: TestDatabase;
let client: pg.Client;

beforeAll(async () => {
  database = await createTestDatabase();
  client = new pg.Client({ connectionString: database.url });
  await client.connect();
});

afterAll(async () => {
  await client.end();
  await database.drop();
});

async function attempt(role: string, statement: string): Promise<string> {
  await client.query('begin');
  try {
    await client.query(`set local role ${role}`);
    await client.query(statement);
    return 'allowed';
  } catch (error) {
    return (error as pg.DatabaseError).code ?? 'no code';
  } finally {
    await client.query('rollback');
  }
}

const DENIED = '42501';

async function relations(schema: string): Promise<string[]> {
  const { rows } = await client.query<{ name: string }>(
    `select c.relname as name from pg_class c where c.relnamespace = $1::regnamespace
     and c.relkind in ('r', 'p', 'v') order by 1`,
    [schema],
  );
  return rows.map((row) => `${schema}.${row.name}`);
}

describe('tricost_readonly', () => {
  test('reads every view of reporting and nothing of tricost', async () => {
    for (const view of await relations('reporting')) {
      expect([view, await attempt('tricost_readonly', `select * from ${view} limit 1`)]).toEqual([
        view,
        'allowed',
      ]);
    }
    const tables = await relations('tricost');
    expect(tables.length).toBeGreaterThan(8);
    for (const table of tables) {
      expect([table, await attempt('tricost_readonly', `select * from ${table} limit 1`)]).toEqual([
        table,
        DENIED,
      ]);
    }
  });

  test('writes nothing', async () => {
    expect(await attempt('tricost_readonly', 'delete from reporting.llm_calls')).toBe(DENIED);
    expect(await attempt('tricost_readonly', 'create table reporting.x ()')).toBe(DENIED);
    expect(
      await attempt(
        'tricost_readonly',
        "select tricost.ensure_partitions('2026-01-01', '2026-01-01')",
      ),
    ).toBe(DENIED);
  });
});

describe('tricost_ingest', () => {
  test.each([
    'delete from tricost.llm_calls',
    'update tricost.llm_calls set cost_usd = 0',
    'truncate tricost.llm_calls',
    'delete from tricost.alerts',
    'delete from tricost.outbox',
    "insert into tricost.prompt_versions values ('f', 'n', 'p', 1)",
    "select tricost.ensure_partitions('2026-01-01', '2026-01-01')",
    'create table tricost.x ()',
    'select * from tricost.schema_migrations',
    'select * from tricost.llm_calls limit 1',
    'select body from tricost.rejected_calls limit 1',
  ])('may not: %s', async (statement) => {
    expect(await attempt('tricost_ingest', statement)).toBe(DENIED);
  });

  test.each([
    'select * from reporting.llm_calls limit 1',
    "select * from tricost.assign_prompt_versions('{f}', '{n}', '{p}', 10)",
  ])('may: %s', async (statement) => {
    expect(await attempt('tricost_ingest', statement)).toBe('allowed');
  });
});

test('every view and table has a comment', async () => {
  const { rows } = await client.query(
    `select c.oid::regclass::text as relation from pg_class c
     where c.relnamespace in ('tricost'::regnamespace, 'reporting'::regnamespace)
       and c.relkind in ('r', 'p', 'v') and not c.relispartition
       and c.relname <> 'schema_migrations' and obj_description(c.oid) is null`,
  );
  expect(rows).toEqual([]);
});

describe('every privilege of the two roles, and of everybody', () => {
  const listed = (grants: typeof EXPECTED_GRANTS) =>
    grants.map(({ role, privilege, object }) => `${role}: ${privilege} on ${object}`).toSorted();

  test('is one of those that are expected', async () => {
    expect(listed(await readGrants(client))).toEqual(listed(EXPECTED_GRANTS));
  });

  test.each([
    ['grant select (body) on tricost.rejected_calls to tricost_readonly', 'select (body)'],
    ['grant delete on tricost.alerts to tricost_ingest', 'delete'],
    ['grant select on tricost.llm_calls to public', 'select'],
    ['create function reporting.f() returns int language sql return 1', 'execute'],
    ['create sequence tricost.s; grant usage on sequence tricost.s to tricost_ingest', 'usage'],
    ['create view reporting.v as select 1 as one; grant select on reporting.v to public', 'select'],
  ])('is seen when planted: %s', async (statement, privilege) => {
    await client.query('begin');
    try {
      await client.query(statement);
      const known = new Set(listed(EXPECTED_GRANTS));
      const planted = (await readGrants(client)).filter(
        (grant) => !known.has(listed([grant])[0] ?? ''),
      );
      expect(planted.map((grant) => grant.privilege)).toEqual([privilege]);
    } finally {
      await client.query('rollback');
    }
  });
});
