/** A model without a price is told of once; when every call of it has one, that is told, too. */
import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { beforeAll, beforeEach, expect, test } from 'vitest';
import { oldestPartitionStart } from '../../adapters/postgres/create-partitions.ts';
import { addPriceList, PriceListReader } from '../../adapters/postgres/price-list.ts';
import { repriceUnpriced } from '../../adapters/postgres/reprice-unpriced.ts';
import { noteUnpriced } from '../../adapters/postgres/unpriced-models.ts';
import type { PriceRow } from '../../domain/pricing/price-list.ts';
import type { UnpricedModel } from '../../domain/unpriced-models/unpriced-models.ts';
import { ingestMessages } from '../../lambdas/ingest-calls/ingest-messages.ts';
import { createOwnedDatabase } from '../support/owned-database.ts';
import type { TestDatabase } from '../support/postgres.ts';
import { storeEvents } from './store-events.ts';

const NOW = new Date('2026-11-23T12:00:00Z');

let database: TestDatabase;
let owner: pg.Client;
let model: string;

beforeAll(async () => {
  const owned = await createOwnedDatabase(NOW, { monthsBack: 1, monthsAhead: 0 });
  ({ database, owner } = owned);
  return owned.drop;
});

beforeEach(async () => {
  await owner.query(
    'truncate tricost.llm_calls, tricost.repricing_runs, tricost.unpriced_models, tricost.outbox cascade',
  );
  // Prices stay.
  model = `model-${randomUUID()}`;
});

const event = (more: object = {}) => ({
  ...{ event_id: randomUUID(), ts: '2026-11-20T00:00:00Z', user_id: 'u', feature: 'f' },
  ...{ provider: 'acme', model, usage: { input_tokens: 1_000_000 }, ...more },
});

const addPrice = (more: Partial<PriceRow> = {}) =>
  addPriceList(owner, {
    names: [],
    prices: [
      {
        ...{ id: 0, kind: 'list', provider: 'acme', model, unit: 'input', serviceTier: 'standard' },
        ...{ region: '', aboveInputTokens: 0, fromMinute: 0, untilMinute: 1_440, revision: 1 },
        ...{ validFrom: '2026-01-01T00:00:00Z', priceUsd: '2', source: 'a test' },
        ...more,
      },
    ],
  });

const sweep = () =>
  repriceUnpriced(owner, { signal: new AbortController().signal, onProgress: () => {} });

async function messages(): Promise<string[]> {
  const { rows } = await owner.query<{ text: string }>(
    "select payload ->> 'text' as text from tricost.outbox order by id",
  );
  return rows.map(({ text }) => text.replaceAll(model, 'MODEL'));
}

async function models() {
  const { rows } = await owner.query(
    `select model, cause, resolved_at is not null as resolved, repriced_calls::int as calls, repriced_usd::float8 as usd
     from reporting.unpriced_models order by first_seen_at, cause`,
  );
  return rows.map((row) => ({ ...row, model: row.model.replace(model, 'MODEL') }));
}

const OPENED =
  ':grey_question: Calls of `acme` `MODEL` have no price: what they cost is unknown, and in no total';

test('told once, priced by itself, and told that it is', async () => {
  await storeEvents(owner, [event(), event()], NOW);
  await storeEvents(owner, [event({ ts: '2026-10-20T00:00:00Z' })], NOW);
  expect(await messages()).toEqual([OPENED]);
  await sweep();
  expect(await messages()).toEqual([OPENED]);
  expect(await models()).toEqual([
    { model: 'MODEL', cause: 'price', resolved: false, calls: 0, usd: 0 },
  ]);

  await addPrice();
  expect(await sweep()).toMatchObject({ hasNotice: true, unpriced: [], examined: 3 });
  expect(await messages()).toEqual([
    OPENED,
    ':white_check_mark: Every call of `acme` `MODEL` has a cost now: 3 stored calls were priced, $6.00 in all',
  ]);
  expect(await models()).toEqual([
    { model: 'MODEL', cause: 'price', resolved: true, calls: 3, usd: 6 },
  ]);
  const { rows } = await owner.query(
    'select only_unpriced, calls_changed::int as changed, finished_at is not null as finished from reporting.repricing_runs',
  );
  expect(rows).toEqual([{ only_unpriced: true, changed: 3, finished: true }]);

  // Once more: nothing to say, and no row for it.
  expect(await sweep()).toMatchObject({ hasNotice: false, examined: 0 });
  expect((await owner.query('select from tricost.repricing_runs')).rowCount).toBe(1);
});

test('a cost that a call has is left alone, whatever prices arrive', async () => {
  await addPrice();
  await storeEvents(owner, [event()], NOW);
  await addPrice({ priceUsd: '7', revision: 2 });
  await sweep();
  const { rows } = await owner.query('select cost_usd::float8 as usd from tricost.llm_calls');
  expect(rows).toEqual([{ usd: 2 }]);
});

test('a batch that was planned before the price arrived is stored with it', async () => {
  const reader = new PriceListReader();
  const prices = await reader.read(owner);
  await addPrice();
  const messages = [{ messageId: 'm', body: JSON.stringify(event()) }];
  const outcome = await ingestMessages(messages, {
    ...{ client: owner, promptVersions: new Map(), now: NOW, prices },
    oldest: await oldestPartitionStart(owner),
    readPrices: () => reader.read(owner),
    ...{ remainingMs: () => 60_000, reservedMs: 0, maxEvents: 1_000 },
  });
  expect(outcome).toMatchObject({ stored: 1, unpriced: 0, hasNotice: false });
  const { rows } = await owner.query(
    'select cost_usd::float8 as usd, price_status as status from tricost.llm_calls',
  );
  expect(rows).toEqual([{ usd: 2, status: 'priced' }]);
  expect(await models()).toEqual([]);
});

test('stays open while a call from before the price is left', async () => {
  await storeEvents(owner, [event({ ts: '2026-10-20T00:00:00Z' }), event()], NOW);
  await addPrice({ validFrom: '2026-11-01T00:00:00Z' });
  expect(await sweep()).toMatchObject({
    hasNotice: false,
    unpriced: [{ provider: 'acme', model, cause: 'price' }],
  });
  expect(await models()).toMatchObject([{ resolved: false, calls: 1, usd: 2 }]);
  await addPrice({ priceUsd: '1' });
  await sweep();
  expect(await models()).toMatchObject([{ resolved: true, calls: 2, usd: 3 }]);
  expect(await messages()).toHaveLength(2);
});

test('counts that no price helps are a case of their own', async () => {
  const usage_raw = { prompt_tokens: 10, completion_tokens: 1, total_tokens: 99 };
  await storeEvents(owner, [event(), event({ usage: null, usage_raw })], NOW);
  await addPrice();
  await sweep();
  expect(await models()).toEqual([
    { model: 'MODEL', cause: 'price', resolved: true, calls: 1, usd: 2 },
    { model: 'MODEL', cause: 'usage', resolved: false, calls: 0, usd: 0 },
  ]);
  expect((await messages()).at(-1)).toBe(
    ':white_check_mark: Calls of `acme` `MODEL` have a cost now: 1 stored call was priced, $2.00 in all; others still have none (reporting.unpriced_calls)',
  );
});

async function lastMessage(): Promise<string> {
  const { rows } = await owner.query<{ payload: string }>(
    'select payload::text from tricost.outbox order by id desc limit 1',
  );
  return rows[0]?.payload ?? '';
}

test('a unit that is entered alone: one message says what the calls are still without', async () => {
  await storeEvents(owner, [event({ usage: { input_tokens: 1_000_000, output_tokens: 5 } })], NOW);
  await addPrice();
  expect(await sweep()).toMatchObject({ hasNotice: true, unpriced: [{ detail: 'unit:output' }] });
  const still = ':grey_question: Calls of `acme` `MODEL` still have no cost';
  expect(await messages()).toEqual([OPENED, still]);
  expect(await lastMessage()).toContain('no price for output');
  expect(await models()).toMatchObject([{ resolved: true }, { resolved: false }]);
  expect(await sweep()).toMatchObject({ hasNotice: false });

  await addPrice({ unit: 'output', priceUsd: '3' });
  await sweep();
  expect(await messages()).toEqual([
    ...[OPENED, still],
    ':white_check_mark: Every call of `acme` `MODEL` has a cost now: 1 stored call was priced, $2.00 in all',
  ]);
});

test('a unit that some calls have not: one message says what was priced, and what is left', async () => {
  const usage = { input_tokens: 1_000_000, output_tokens: 5 };
  await storeEvents(owner, [event(), event({ usage })], NOW);
  await addPrice();
  await sweep();
  expect(await messages()).toEqual([
    OPENED,
    ':white_check_mark: Calls of `acme` `MODEL` have a cost now: 1 stored call was priced, $2.00 in all; others still have none (reporting.unpriced_calls)',
  ]);
  expect(await lastMessage()).toContain('no price for output');
  expect(await sweep()).toMatchObject({ hasNotice: false });
});

test('a tier that is bought ahead hides no other gap of the model', async () => {
  await addPrice();
  await storeEvents(owner, [event({ service_tier: 'scale' })], NOW);
  const usage = { input_tokens: 1_000_000, audio_input_tokens: 1_000_000 };
  await storeEvents(owner, [event({ usage, region: 'us' })], NOW);
  expect(await messages()).toEqual([OPENED, OPENED]);

  await addPrice({ unit: 'audio_input', priceUsd: '5' });
  await sweep();
  const { rows } = await owner.query(
    `select cause, detail, resolved_at is not null as resolved, repriced_calls::int as calls, repriced_usd::float8 as usd
     from reporting.unpriced_models order by detail`,
  );
  expect(rows).toEqual([
    { cause: 'price', detail: 'tier:scale', resolved: false, calls: 0, usd: 0 },
    { cause: 'price', detail: 'unit:audio_input', resolved: true, calls: 1, usd: 5 },
  ]);
  expect(await messages()).toHaveLength(3);
});

test('seen again after it was resolved, it is told of again', async () => {
  await storeEvents(owner, [event()], NOW);
  await addPrice();
  await sweep();
  await storeEvents(owner, [event({ service_tier: 'flex' })], NOW);
  expect(await messages()).toEqual([OPENED, expect.anything(), OPENED]);
});

test('calls that were stored before anybody looked are found by the daily run', async () => {
  await storeEvents(owner, [event()], NOW);
  await owner.query('truncate tricost.unpriced_models, tricost.outbox cascade');
  expect(await sweep()).toMatchObject({ hasNotice: true });
  expect(await messages()).toEqual([OPENED]);
});

test('a model that is opened while a sweep runs stays open', async () => {
  await storeEvents(owner, [event()], NOW);
  await addPrice();
  const later = `${model}-later`;
  let opening: Promise<unknown> | undefined;
  await repriceUnpriced(owner, {
    signal: new AbortController().signal,
    onProgress: () => {
      // The same connection takes statements in turn: the sweep has read past the call of this model.
      opening ??= owner.query(
        "insert into tricost.unpriced_models (provider, model, cause, first_seen_at) values ('acme', $1, 'price', now())",
        [later],
      );
    },
  });
  await opening;
  expect(await models()).toMatchObject([{ resolved: true }, { resolved: false }]);
});

test('a model that was first seen by a clock ahead of this one can be resolved', async () => {
  await storeEvents(owner, [event()], NOW);
  await owner.query(
    "update tricost.unpriced_models set first_seen_at = now() + interval '1 minute'",
  );
  await addPrice();
  await sweep();
  expect(await models()).toMatchObject([{ resolved: true }]);
});

test('what went with its month, or was forgotten, is resolved without a word', async () => {
  await storeEvents(owner, [event()], NOW);
  await owner.query('truncate tricost.llm_calls');
  await sweep();
  expect(await models()).toMatchObject([{ resolved: true, calls: 0 }]);
  expect(await messages()).toEqual([OPENED]);
});

test('a run that was stopped resolves nothing, and the next one finishes it', async () => {
  await storeEvents(owner, [event()], NOW);
  await addPrice();
  const stopped = new AbortController();
  stopped.abort();
  const repricing = await repriceUnpriced(owner, { signal: stopped.signal, onProgress: () => {} });
  expect(repricing).toMatchObject({ isInterrupted: true, hasNotice: false });
  expect(await models()).toMatchObject([{ resolved: false }]);
  await sweep();
  expect(await models()).toMatchObject([{ resolved: true, calls: 1 }]);
  const { rows } = await owner.query('select from tricost.repricing_runs');
  expect(rows).toHaveLength(1);
});

test('a run that was stopped in the middle is gone on with, and what is left is resolved by a whole one', async () => {
  // A month is a batch.
  await storeEvents(owner, [event({ ts: '2026-10-20T00:00:00Z' })], NOW);
  await storeEvents(owner, [event({ ts: '2026-11-20T00:00:00Z', model: `${model}-2` })], NOW);
  await addPrice({ model: `${model}-2` });
  const stopped = new AbortController();
  const first = await repriceUnpriced(owner, {
    signal: stopped.signal,
    onProgress: () => stopped.abort(),
  });
  expect(first).toMatchObject({ isInterrupted: true, examined: 1 });
  // Not from the oldest call again: where there is no time for all, the newest would never be reached.
  expect(await sweep()).toMatchObject({ isContinued: true, examined: 1, hasNotice: false });
  expect(await models()).toMatchObject([{ resolved: false }, { resolved: false, calls: 1 }]);
  expect(await sweep()).toMatchObject({ isContinued: false, hasNotice: true });
  expect(await models()).toMatchObject([{ resolved: false }, { resolved: true, calls: 1 }]);
});

const invented = (name: string): UnpricedModel => ({
  ...{ provider: 'acme', model: name, cause: 'price', detail: '', feature: 'f' },
  why: { what: 'no price', toDo: 'set one' },
});

test('concurrent batches with the same new models tell of each once, and wait for nobody for ever', async () => {
  const clients = await Promise.all(
    Array.from({ length: 4 }, async () => {
      const client = new pg.Client({ connectionString: database.runtimeUrl });
      await client.connect();
      return client;
    }),
  );
  const names = Array.from({ length: 12 }, (_, index) => `${model}-${index}`);
  const told = await Promise.all(
    clients.map((client, index) => {
      const mine = index % 2 === 0 ? names : names.toReversed();
      return noteUnpriced(client, mine.map(invented));
    }),
  );
  expect(told.filter(Boolean)).toHaveLength(1);
  expect(await messages()).toHaveLength(1);
  expect(await models()).toHaveLength(12);
  await Promise.all(clients.map((client) => client.end()));
});

test('names that somebody invents for every call do not fill the channel; the rest is told of a day later', async () => {
  const names = Array.from({ length: 30 }, (_, index) => invented(`${model}-${index}`));
  for (const name of names.slice(0, 15)) await noteUnpriced(owner, [name]);
  await noteUnpriced(owner, names);
  expect(await noteUnpriced(owner, names)).toBe(false);
  expect(await messages()).toHaveLength(16);
  const { rows } = await owner.query<{ last: string }>(
    'select payload::text as last from tricost.outbox order by id desc limit 1',
  );
  expect(rows[0]?.last).toContain('further models are told of in a day');
  expect(await models()).toHaveLength(20);

  await owner.query(
    "update tricost.unpriced_models set first_seen_at = first_seen_at - interval '1 day'",
  );
  expect(await noteUnpriced(owner, names)).toBe(true);
  expect(await messages()).toHaveLength(17);
  expect(await models()).toHaveLength(30);
});
