/** `\d+ reporting.llm_calls` is where a reader learns what a column means. */
import pg from 'pg';
import { expect, test } from 'vitest';
import { createTestDatabase } from '../support/postgres.ts';

test('every column of reporting.llm_calls says what it means', async () => {
  const database = await createTestDatabase();
  const client = new pg.Client({ connectionString: database.url });
  await client.connect();
  const { rows } = await client.query<{ name: string; comment: string | null }>(
    `select attname as name, col_description(attrelid, attnum) as comment
     from pg_attribute where attrelid = 'reporting.llm_calls'::regclass and attnum > 0 order by 1`,
  );
  await client.end();
  await database.drop();
  expect(rows).toContainEqual(expect.objectContaining({ name: 'cost_usd' }));
  expect(rows.filter(({ comment }) => comment === null).map(({ name }) => name)).toEqual([]);
});
