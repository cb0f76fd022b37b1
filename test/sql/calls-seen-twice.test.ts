/** Two meters on one call are noticed by the provider's response id; nothing else is. */
import { randomUUID } from 'node:crypto';
import type pg from 'pg';
import { beforeAll, beforeEach, expect, test } from 'vitest';
import { createOwnedDatabase } from '../support/owned-database.ts';
import { storeEvents } from './store-events.ts';

const NOW = new Date('2026-11-23T12:00:00Z');

let owner: pg.Client;

beforeAll(async () => {
  const owned = await createOwnedDatabase(NOW, { monthsBack: 1, monthsAhead: 0 });
  ({ owner } = owned);
  return owned.drop;
});

beforeEach(() => owner.query('truncate tricost.llm_calls'));

const CALL = {
  ts: '2026-11-22T10:00:00Z',
  provider: 'openai',
  model: 'gpt-5',
  usage: { input_tokens: 8, output_tokens: 0 },
};
const store = (...events: object[]) =>
  storeEvents(
    owner,
    events.map((event) => ({ event_id: randomUUID(), ...CALL, ...event })),
    NOW,
  );

async function seenTwice() {
  const { rows } = await owner.query(
    `select day::text, response_id, calls::int, cardinality(event_ids) as ids, providers, services,
       cost_usd::float8 as usd, surplus_usd::float8 as surplus
     from reporting.calls_seen_twice order by response_id`,
  );
  return rows;
}

test('a response under two ids is one call, counted twice', async () => {
  await store(
    { response_id: 'r_1', service: 'api' },
    { response_id: 'r_1', ts: '2026-11-22T10:00:00.012Z', provider: 'openai.responses' },
    { response_id: 'r_2', model: 'nobody-knows' },
    { response_id: 'r_2', model: 'nobody-knows' },
  );
  // 8 × $1.25 a million is $0.00001; no price knows the other provider.
  expect(await seenTwice()).toEqual([
    {
      ...{ day: '2026-11-22', response_id: 'r_1', calls: 2, ids: 2, services: ['api'] },
      ...{ providers: ['openai', 'openai.responses'], usd: 0.00001, surplus: 0 },
    },
    {
      ...{ day: '2026-11-22', response_id: 'r_2', calls: 2, ids: 2, services: null },
      ...{ providers: ['openai'], usd: null, surplus: null },
    },
  ]);
});

test('the surplus is what the bill is too high by', async () => {
  await store(
    { response_id: 'r_1' },
    { response_id: 'r_1' },
    { response_id: 'r_1', usage: { input_tokens: 4, output_tokens: 0 } },
  );
  expect(await seenTwice()).toMatchObject([{ calls: 3, usd: 0.000025, surplus: 0.000015 }]);
});

test('everything else is not', async () => {
  const reused = randomUUID();
  await store(
    // Different responses, and calls that name none.
    ...[{ response_id: 'r_1' }, { response_id: 'r_2' }, {}, {}],
    // One id at two times, of which the second comes later.
    { response_id: 'r_3', event_id: reused },
    // A server that gives every answer the same id.
    ...[19, 20, 21, 22].map((day) => ({
      response_id: 'chatcmpl-0',
      ts: `2026-11-${day}T10:00:00Z`,
    })),
    // Before the week.
    { response_id: 'r_4', ts: '2026-11-14T10:00:00Z' },
    { response_id: 'r_4', ts: '2026-11-14T10:00:00Z' },
  );
  await store({ response_id: 'r_3', event_id: reused, ts: '2026-11-22T10:00:01Z' });
  expect(await seenTwice()).toEqual([]);
});
