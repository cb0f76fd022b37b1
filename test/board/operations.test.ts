/** The cards that say whether the numbers can be relied on, each against rows of known content. */
import { randomUUID } from 'node:crypto';
import type pg from 'pg';
import { beforeAll, expect, test } from 'vitest';
import { runCard } from '../../board/card-result.ts';
import { cardOf } from '../../board/cards.ts';
import { createOwnedDatabase } from '../support/owned-database.ts';

let owner: pg.Client;

beforeAll(async () => {
  const owned = await createOwnedDatabase(new Date(), { monthsBack: 2, monthsAhead: 0 });
  ({ owner } = owned);
  return owned.drop;
});

const card = (slug: string) => runCard(owner, cardOf(slug), {});

async function store(minutesAgo: number, call: object): Promise<void> {
  const ts = new Date(Date.now() - minutesAgo * 60_000);
  await owner.query(
    `insert into tricost.llm_calls (ts, event_id, feature, user_id, prompt_id, provider, model, status, cost_usd, price_status,
       response_id, latency_ms, received_at)
     select ts, event_id, 'f', 'u', '(none)', 'acme', 'm', 'ok', cost_usd, 'priced', response_id, latency_ms, received_at
     from jsonb_populate_record(null::tricost.llm_calls, $1)`,
    [{ ts, event_id: randomUUID(), cost_usd: '1', received_at: ts, latency_ms: 0, ...call }],
  );
}

test('calls counted twice: by a changed ts, by two meters, and what they cost too much', async () => {
  expect(await card('reused-event-ids')).toEqual([
    { calls: '0', reused_ids: '0', seen_by_two: '0', surplus_usd: '0' },
  ]);
  const event_id = randomUUID();
  await store(60, { event_id, cost_usd: '2' });
  await store(120, { event_id, cost_usd: '2' });
  await store(180, { event_id, cost_usd: '2' });
  await store(60, { response_id: 'r1', cost_usd: '0.5' });
  await store(61, { response_id: 'r1', cost_usd: '0.25' });
  // Of longer ago than a week.
  await store(10 * 24 * 60, { event_id, cost_usd: '2' });
  expect(await card('reused-event-ids')).toEqual([
    { calls: '3', reused_ids: '2', seen_by_two: '1', surplus_usd: '4.250000000000' },
  ]);
});

test('ingest lag: of calls that were sent when they ended; imported ones are counted apart', async () => {
  await owner.query('truncate tricost.llm_calls');
  const after = (minutesAgo: number, ms: number) => new Date(Date.now() - minutesAgo * 60_000 + ms);
  for (let second = 1; second <= 20; second += 1) {
    const ts = after(90, 0);
    await store(90, {
      ts,
      received_at: new Date(ts.getTime() + 500 + second * 1_000),
      latency_ms: 500,
    });
  }
  await store(20 * 60, { received_at: new Date() });
  await store(25 * 60, { received_at: new Date() });
  expect(await card('ingest-lag')).toEqual([
    { lag_ms_p95: '19000', lag_ms_max: '20000', calls: '20', later_calls: '1' },
  ]);
});

test('rejected events by reason, the most first', async () => {
  const reasons = ['not_json', 'no_model', 'not_json'];
  for (const [index, reason] of reasons.entries()) {
    await owner.query(
      `insert into tricost.rejected_calls (message_id, event_index, received_at, reason, detail, body)
       values ('m', $1, $2, $3, '', '')`,
      [index, `2026-11-0${index + 1}T00:00:00Z`, reason],
    );
  }
  expect((await card('rejected-events')).map(({ reason, events }) => [reason, events])).toEqual([
    ['not_json', '2'],
    ['no_model', '1'],
  ]);
});

test('deliveries: what each producer sent and what is missing of it, the canary left out', async () => {
  const producers: [string, number[], string][] = [
    ['api', [1, 2, 5], '3 hours'],
    ['worker', [1, 2], '1 hour'],
    ['tricost-canary', [1, 9], '1 hour'],
  ];
  for (const [producer, sequences, ago] of producers) {
    for (const sequence of sequences) {
      await owner.query(
        `insert into tricost.deliveries (producer_id, sequence, message_id, received_at, events, dropped, rejected)
         values ($1, $2, $3, now() - $4::interval, 10, 1, 2)`,
        [producer, sequence, `${producer} ${sequence}`, ago],
      );
    }
  }
  const rows = await card('deliveries');
  expect(
    rows.map((row) => [
      row['producer_id'],
      row['envelopes_sent'],
      row['envelopes_missing'],
      row['late_envelopes'],
      row['events_rejected'],
      row['calls_dropped'],
    ]),
  ).toEqual([
    ['api', '5', '2', '0', '6', '3'],
    ['worker', '2', '0', '0', '4', '2'],
  ]);
});
