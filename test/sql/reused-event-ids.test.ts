/** Which reuse of an event_id is counted, and how far back. */
import type pg from 'pg';
import { beforeAll, expect, test } from 'vitest';
import { createOwnedDatabase } from '../support/owned-database.ts';

let owner: pg.Client;

beforeAll(async () => {
  const owned = await createOwnedDatabase(new Date('2026-11-23T12:00:00Z'), {
    monthsBack: 3,
    monthsAhead: 0,
  });
  ({ owner } = owned);
  return owned.drop;
});

async function storeReused(...times: string[]): Promise<void> {
  await owner.query(
    `insert into tricost.llm_calls (ts, event_id, user_id, feature, prompt_id, provider, model, status, price_status)
     select t, id, 'u', 'f', 'p', 'openai', 'm', 'ok', 'unpriced'
     from unnest($1::timestamptz[]) as t, (select gen_random_uuid() as id) as one`,
    [times],
  );
}

test('both calls lie in the 35 days up to the newest one', async () => {
  await storeReused('2026-11-20T00:00:00Z', '2026-11-21T00:00:00Z', '2026-11-21T01:00:00Z');
  await storeReused('2026-10-17T00:00:00Z', '2026-11-22T00:00:00Z');
  await storeReused('2026-09-01T00:00:00Z', '2026-09-02T00:00:00Z');
  await storeReused('2026-11-23T00:00:00Z');
  const { rows } = await owner.query('select day::text, calls from reporting.reused_event_ids');
  expect(rows).toEqual([{ day: '2026-11-21', calls: '2' }]);
});
