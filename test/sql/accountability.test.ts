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

interface Arrival {
  producer: string;
  sequence: number;
  age: string;
  message?: string;
  events?: number;
  rejected?: number | null;
  dropped?: number;
  /** Of its events. */
  ts?: string;
}

async function arrive(...arrivals: Arrival[]): Promise<void> {
  for (const arrival of arrivals) {
    const { producer, sequence, age, events = 1, rejected = 0, dropped = 0 } = arrival;
    const { message = `${producer} ${sequence}`, ts = '2026-11-20T00:00:00Z' } = arrival;
    await owner.query(
      `insert into tricost.deliveries
         (producer_id, sequence, message_id, received_at, events, rejected, dropped, first_ts, last_ts)
       values ($1, $2, $3, now() - $4::interval, $5, $6, $7, $8, $8)`,
      [producer, sequence, message, age, events, rejected, dropped, ts],
    );
  }
}

/** @param ages of the arrival, by sequence */
const deliver = (producer: string, ages: Record<number, string>) =>
  arrive(
    ...Object.entries(ages).map(([sequence, age]) => ({
      ...{ producer, sequence: Number(sequence), age },
    })),
  );

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
  await deliver('tricost-canary', { 1: '50 hours', 9: '40 hours' });
  expect(await gaps()).toEqual([
    { producer: 'api', first: 3, last: 4, missing: 2 },
    { producer: 'web', first: 1, last: 2, missing: 2 },
  ]);
  await deliver('api', { 3: '1 minute', 4: '1 minute' });
  expect((await gaps()).map(({ producer }) => producer)).toEqual(['web']);
});

test('a gap of which some arrive late is not a younger one', async () => {
  await deliver('api', { 1: '50 hours', 4: '1 minute', 6: '49 hours' });
  expect(await gaps()).toEqual([
    { producer: 'api', first: 2, last: 3, missing: 2 },
    { producer: 'api', first: 5, last: 5, missing: 1 },
  ]);
});

test('of a producer that sends for longer than deliveries are kept, what is forgotten is not missing', async () => {
  // Once in two days: the first one that is kept may be of any age.
  await deliver('slow', { 18: '36 days', 19: '33 days', 21: '31 days' });
  // A dead letter that was moved back after all the others of its time were forgotten.
  await deliver('redriven', { 5: '9 days', 900: '35 days', 901: '34 days' });
  expect(await gaps()).toEqual([{ producer: 'slow', first: 20, last: 20, missing: 1 }]);
  const { rows } = await owner.query(
    'select producer_id, envelopes_sent::int as sent, envelopes_missing::int as missing from reporting.deliveries order by 1',
  );
  expect(rows).toEqual([
    { producer_id: 'redriven', sent: 1, missing: 0 },
    { producer_id: 'slow', sent: 3, missing: 1 },
  ]);
});

test('what a producer sent is what arrived and what is missing, to the event', async () => {
  const [producer, age] = ['api', '1 hour'];
  await arrive(
    { producer, age, sequence: 1, events: 100, rejected: 3 },
    { producer, age, sequence: 2, events: 50, dropped: 7 },
    // Again, as a retry or from the dead letters: no more has arrived.
    { producer, age, sequence: 2, events: 50, dropped: 7, message: 'retried' },
    { producer, age, sequence: 5, events: 10, rejected: 10 },
    // Two that share an id: both are there, and one number stands for two envelopes.
    { producer: 'shared', age, sequence: 1, events: 4 },
    { producer: 'shared', age, sequence: 1, events: 4, message: 'm', ts: '2026-11-20T01:00:00Z' },
    { producer: 'before', age, sequence: 1, events: 4, rejected: null },
  );
  const { rows } = await owner.query(
    `select producer_id as producer, envelopes_sent::int as sent, envelopes_arrived::int as arrived, envelopes_missing::int as missing,
       envelopes_repeated::int as repeated, numbers_used_twice::int as twice,
       events::int, events_stored::int as stored, events_rejected::int as rejected, calls_dropped::int as dropped
     from reporting.deliveries order by 1`,
  );
  expect(rows).toEqual([
    {
      ...{ producer, sent: 5, arrived: 3, missing: 2, repeated: 1, twice: 0 },
      ...{ events: 160, stored: 147, rejected: 13, dropped: 7 },
    },
    {
      ...{ producer: 'before', sent: 1, arrived: 1, missing: 0, repeated: 0, twice: 0 },
      ...{ events: 4, stored: null, rejected: null, dropped: 0 },
    },
    {
      ...{ producer: 'shared', sent: 1, arrived: 1, missing: 0, repeated: 0, twice: 1 },
      ...{ events: 8, stored: 8, rejected: 0, dropped: 0 },
    },
  ]);
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
    `select day::text, sum(calls)::int as calls, sum(calls_with_feature)::int as feature, sum(calls_with_user)::int as "user",
       sum(calls_with_all)::int as all, sum(cost_usd)::float8 as usd, sum(cost_usd_with_feature)::float8 as usd_feature,
       sum(cost_usd_with_all)::float8 as usd_all
     from reporting.tag_coverage group by 1 order by 1`,
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
