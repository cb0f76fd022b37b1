/** How a canary is judged, as the role that judges it. */

import pg from 'pg';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { forgetCanaries, noteCanary, previousCanary } from '../../adapters/postgres/canaries.ts';
import { insertDeliveries } from '../../adapters/postgres/insert-deliveries.ts';
import { canaryEnvelope, canarySequence } from '../../domain/canary.ts';
import { planBatch } from '../../domain/ingest-calls/plan-batch.ts';
import { builtInPriceBook } from '../../domain/pricing/built-in-prices.ts';
import { createTestDatabase, type TestDatabase } from '../support/postgres.ts';

let database: TestDatabase;
let runtime: pg.Client;

beforeAll(async () => {
  database = await createTestDatabase();
  runtime = new pg.Client({ connectionString: database.runtimeUrl });
  await runtime.connect();
});
afterAll(async () => {
  await runtime.end();
  await database.drop();
});
beforeEach(() => database.query('truncate tricost.canaries, tricost.deliveries'));

async function sent(sequence: number, minutesAgo: number): Promise<void> {
  await noteCanary(runtime, sequence);
  await database.query(
    'update tricost.canaries set sent_at = now() - make_interval(mins => $2) where sequence = $1',
    [sequence, minutesAgo],
  );
}

/** As ingest stores the envelope that the canary sends. */
async function arrived(sequence: number, minutesAgo: number, attempt = 1): Promise<void> {
  const messageId = `m${sequence}-${attempt}`;
  const message = { messageId, body: canaryEnvelope(sequence) };
  const plan = planBatch([message], {
    now: new Date(),
    oldest: new Date(0),
    prices: builtInPriceBook(),
  });
  expect(plan).toMatchObject({ calls: [], rejections: [], bugs: [] });
  await insertDeliveries(runtime, plan.deliveries);
  await database.query(
    'update tricost.deliveries set received_at = now() - make_interval(mins => $2) where message_id = $1',
    [messageId, minutesAgo],
  );
}

test('a quarter of an hour has one number, whenever in it the run was due', () => {
  const due = (time: string) => canarySequence(new Date(`2026-11-23T${time}Z`));
  expect(due('08:14:59.999')).toBe(due('08:00:00'));
  expect(due('08:15:00')).toBe(due('08:00:00') + 1);
});

test('the last one that has arrived is judged, with its lag by one clock', async () => {
  await sent(10, 30);
  await sent(11, 15);
  await arrived(10, 29);
  await arrived(11, 12);
  const judged = await previousCanary(runtime, 12);
  expect(judged?.sequence).toBe(11);
  // Two statements of the test made the moments, each with a clock of its own reading.
  expect(Math.round(Number(judged?.lagMs) / 60_000)).toBe(3);
});

test('of one that every try of its run sent, the first arrival counts', async () => {
  await sent(10, 15);
  await arrived(10, 1, 1);
  await arrived(10, 12, 2);
  await arrived(10, 3, 3);
  expect(Math.round(Number((await previousCanary(runtime, 11))?.lagMs) / 60_000)).toBe(3);
});

test('one that has not arrived in its time is missing, though those before it came', async () => {
  await sent(10, 30);
  await arrived(10, 29);
  await sent(11, 15);
  expect(await previousCanary(runtime, 12)).toEqual({ sequence: 11, lagMs: null });
});

test('one that still has time is not judged, and neither is a later one', async () => {
  await sent(10, 16);
  await sent(11, 1);
  await sent(12, 15);
  expect(await previousCanary(runtime, 12)).toEqual({ sequence: 10, lagMs: null });
});

test('after an hour without a canary there is nothing to say', async () => {
  await sent(10, 61);
  expect(await previousCanary(runtime, 15)).toBeUndefined();
});

test('a second try of a run keeps the moment of the first, and old ones are forgotten', async () => {
  await sent(10, 30);
  await noteCanary(runtime, 10);
  await sent(9, 36 * 24 * 60);
  await forgetCanaries(runtime);
  const { rows } = await database.query<{ sequence: string; minutes: number }>(
    `select sequence, round(extract(epoch from now() - sent_at) / 60)::int as minutes from tricost.canaries`,
  );
  expect(rows).toEqual([{ sequence: '10', minutes: 30 }]);
});
