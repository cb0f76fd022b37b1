/** What is missing or unknown is counted where somebody sees it. */
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

beforeEach(() => owner.query('truncate tricost.llm_calls, tricost.deliveries'));

/** @param ages of the arrival, by sequence */
async function deliver(producer: string, ages: Record<number, string>): Promise<void> {
  for (const [sequence, age] of Object.entries(ages)) {
    await owner.query(
      `insert into tricost.deliveries (producer_id, sequence, message_id, received_at, events, dropped)
       values ($1, $2, $3, now() - $4::interval, 1, 0)`,
      [producer, sequence, `${producer} ${sequence}`, age],
    );
  }
}

async function gaps() {
  const { rows } = await owner.query(
    `select producer_id as producer, first_sequence::int as first, last_sequence::int as last, missing_envelopes::int as missing
     from reporting.delivery_gaps order by 1, 2`,
  );
  return rows;
}

test('what a producer numbered and nobody received is a gap after a day, and closes when it arrives', async () => {
  await deliver('api', { 1: '50 hours', 2: '49 hours', 5: '48 hours', 6: '47 hours' });
  // The first ones are missing, too.
  await deliver('web', { 3: '30 hours' });
  await deliver('complete', { 1: '40 hours', 2: '39 hours' });
  // They may still come.
  await deliver('recent', { 1: '30 hours', 3: '23 hours' });
  // What it sent before is forgotten.
  await deliver('old', { 900: '35 days', 901: '34 days' });
  await deliver('tricost-canary', { 1: '50 hours', 9: '40 hours' });
  expect(await gaps()).toEqual([
    { producer: 'api', first: 3, last: 4, missing: 2 },
    { producer: 'web', first: 1, last: 2, missing: 2 },
  ]);
  await deliver('api', { 3: '1 minute', 4: '1 minute' });
  expect((await gaps()).map(({ producer }) => producer)).toEqual(['web']);
});

const PRICED = { provider: 'openai', model: 'gpt-5', usage: { input_tokens: 8, output_tokens: 0 } };
const TAGS = { user_id: 'u', feature: 'f', prompt_id: 'p' };
let made = 0;
const event = (more: object) => {
  made += 1;
  const id = `01a2087d-f068-7000-8000-${String(made).padStart(12, '0')}`;
  return { event_id: id, ts: '2026-11-20T10:00:00Z', ...PRICED, ...TAGS, ...more };
};

test('tags are counted by calls and by spend', async () => {
  await storeEvents(
    owner,
    [
      event({}),
      event({ user_id: null }),
      event({ feature: null, prompt_id: null }),
      event({ model: 'nobody-knows' }),
      event({ ts: '2026-11-21T00:00:00Z', feature: null }),
    ],
    NOW,
  );
  const { rows } = await owner.query(
    `select day::text, calls::int, calls_with_feature::int as feature, calls_with_user::int as "user", calls_with_all::int as all,
       cost_usd::float8 as usd, cost_usd_with_feature::float8 as usd_feature, cost_usd_with_all::float8 as usd_all
     from reporting.tag_coverage order by 1`,
  );
  // 8 × $1.25 a million is $0.00001.
  expect(rows).toEqual([
    {
      ...{ day: '2026-11-20', calls: 4, feature: 3, user: 3, all: 2 },
      ...{ usd: 0.00003, usd_feature: 0.00002, usd_all: 0.00001 },
    },
    {
      ...{ day: '2026-11-21', calls: 1, feature: 0, user: 1, all: 0 },
      ...{ usd: 0.00001, usd_feature: null, usd_all: null },
    },
  ]);
});

test('calls without a cost are counted with their tokens, and those that no price helps apart', async () => {
  await storeEvents(
    owner,
    [
      event({}),
      event({ model: 'nobody-knows', usage: { input_tokens: 5, output_tokens: 7 } }),
      event({ model: 'nobody-knows', usage: { input_tokens: 6, output_tokens: 0 } }),
      event({ service_tier: 'scale' }),
      event({
        usage: null,
        usage_raw: { prompt_tokens: 1, completion_tokens: 1, total_tokens: 9 },
      }),
      event({ model: 'nobody-knows', status: 'aborted', usage: null }),
    ],
    NOW,
  );
  const { rows } = await owner.query(
    `select model, service_tier as tier, calls::int, input_tokens::int as input, calls_with_doubtful_usage::int as doubtful
     from reporting.unpriced_calls order by model, tier nulls first`,
  );
  expect(rows).toEqual([
    { model: 'gpt-5', tier: null, calls: 1, input: 1, doubtful: 1 },
    { model: 'gpt-5', tier: 'scale', calls: 1, input: 8, doubtful: 0 },
    { model: 'nobody-knows', tier: null, calls: 2, input: 11, doubtful: 0 },
  ]);
});
