/** Calls priced again: each as of its own start, nothing twice, whatever interrupts it. */
import pg from 'pg';
import { beforeAll, beforeEach, expect, test } from 'vitest';
import { addPriceList } from '../../adapters/postgres/price-list.ts';
import { type Repricing, reprice } from '../../adapters/postgres/reprice.ts';
import type { PriceRow } from '../../domain/pricing/price-list.ts';
import { createOwnedDatabase } from '../support/owned-database.ts';
import type { TestDatabase } from '../support/postgres.ts';
import { storeEvents } from './store-events.ts';

const NOW = new Date('2026-11-23T12:00:00Z');
const RANGE = { from: new Date('2026-10-01T00:00:00Z'), until: new Date('2026-11-24T00:00:00Z') };

let database: TestDatabase;
let owner: pg.Client;

beforeAll(async () => {
  const owned = await createOwnedDatabase(NOW, { monthsBack: 1, monthsAhead: 0 });
  ({ database, owner } = owned);
  return owned.drop;
});

beforeEach(() => owner.query('truncate tricost.llm_calls, tricost.repricing_runs'));

/** Every test its own model, because prices stay. */
let models = 0;
const newModel = () => {
  models += 1;
  return `model-${models}`;
};

const add = (model: string, priceUsd: string, more: Partial<PriceRow> = {}) =>
  addPriceList(owner, {
    names: [],
    prices: [
      {
        ...{ id: 0, kind: 'list', provider: 'acme', model, unit: 'input', serviceTier: 'standard' },
        ...{ region: '', aboveInputTokens: 0, fromMinute: 0, untilMinute: 1_440, revision: 1 },
        ...{ validFrom: '2026-01-01T00:00:00Z', priceUsd, source: 'a test' },
        ...more,
      },
    ],
  });

let made = 0;

function event(model: string, ts: string, more: object = {}): object {
  made += 1;
  return {
    ...{ event_id: `01a2087d-f068-7000-8000-${String(made).padStart(12, '0')}`, ts, user_id: 'u' },
    ...{ feature: 'f', provider: 'acme', model, usage: { input_tokens: 1_000_000 }, ...more },
  };
}

/** More calls than a batch holds, of a million tokens each. */
async function storeUnpriced(
  model: string,
  calls: number,
  { from, every }: { from: string; every: string },
): Promise<void> {
  await owner.query(
    `insert into tricost.llm_calls (ts, event_id, user_id, feature, prompt_id, provider, model, status, input_tokens, price_status)
     select $2::timestamptz + n * $3::interval, gen_random_uuid(), 'u', 'f', '(none)', 'acme', $1, 'ok', 1000000, 'unpriced'
     from generate_series(1, $4::int) as n`,
    [model, from, every, calls],
  );
}

const run = (options: Partial<Parameters<typeof reprice>[1]> = {}): Promise<Repricing> =>
  reprice(owner, {
    range: RANGE,
    dryRun: false,
    signal: new AbortController().signal,
    onProgress: () => {},
    ...options,
  });

async function stored() {
  const { rows } = await owner.query(
    `select to_char(ts at time zone 'UTC', 'MM-DD HH24:MI:SS') as ts, cost_usd::float8 as usd,
       computed_cost_usd::float8 as computed, price_status as status
     from tricost.llm_calls order by ts, event_id`,
  );
  return rows;
}

test('a price that changed at T is that of the calls from T on, in whatever order and however late they came', async () => {
  const model = newModel();
  await add(model, '1');
  await storeEvents(
    owner,
    ['11-10T00:00:00Z', '10-31T23:59:59Z', '11-09T23:59:59.999Z', '11-22T08:00:00Z'].map((ts) =>
      event(model, `2026-${ts}`),
    ),
    NOW,
  );
  await add(model, '3', { validFrom: '2026-11-10T00:00:00Z' });
  expect((await run()).summary.changed).toBe(2);
  const after = await stored();
  expect(after.map(({ usd }) => usd)).toEqual([1, 1, 3, 3]);
  // Once more changes nothing, not even the row.
  const { rows: before } = await owner.query(
    'select xmin::text from tricost.llm_calls order by ts',
  );
  expect((await run()).summary.changed).toBe(0);
  const { rows: again } = await owner.query('select xmin::text from tricost.llm_calls order by ts');
  expect(again).toEqual(before);
});

test('what was unpriced has a cost as soon as there is a price, and what was stated stays', async () => {
  const model = newModel();
  await storeEvents(
    owner,
    [
      event(model, '2026-11-20T00:00:00Z'),
      event(model, '2026-11-20T00:00:01Z', { cost_usd: '0.5' }),
      event(model, '2026-11-20T00:00:02Z', { status: 'aborted', usage: null }),
      // Contradicts itself: no price list makes it right.
      event(model, '2026-11-20T00:00:03Z', {
        usage: null,
        usage_raw: { prompt_tokens: 10, completion_tokens: 1, total_tokens: 99 },
      }),
    ],
    NOW,
  );
  await add(model, '2');
  const { summary } = await run();
  expect(await stored()).toEqual([
    { ts: '11-20 00:00:00', usd: 2, computed: null, status: 'priced' },
    { ts: '11-20 00:00:01', usd: 0.5, computed: 2, status: 'provider' },
    { ts: '11-20 00:00:02', usd: null, computed: null, status: 'no_usage' },
    { ts: '11-20 00:00:03', usd: null, computed: null, status: 'unpriced' },
  ]);
  expect(summary.lines()).toEqual([
    {
      ...{ feature: 'f', provider: 'acme', model, calls: 2 },
      ...{ usdBefore: '0.500000000000', usdAfter: '2.500000000000' },
      ...{ unpricedBefore: 1, unpricedAfter: 0 },
    },
  ]);
});

test('what was used beyond the columns keeps what ingest decided', async () => {
  const model = newModel();
  await storeEvents(
    owner,
    [
      event(model, '2026-11-20T00:00:00Z', {
        usage: null,
        usage_raw: { prompt_tokens: 10, completion_tokens: 0, total_tokens: 10, video_tokens: 7 },
      }),
    ],
    NOW,
  );
  // As a release stored it that kept less of the object.
  await owner.query('update tricost.llm_calls set usage_raw = null');
  await add(model, '2');
  expect((await run()).summary.changed).toBe(0);
  expect(await stored()).toMatchObject([{ usd: null, status: 'unpriced' }]);
});

test('an object that the readers have learned to read since is priced with what is in it', async () => {
  const model = newModel();
  await storeEvents(
    owner,
    [
      event(model, '2026-11-20T00:00:00Z', {
        usage: null,
        usage_raw: {
          prompt_tokens: 1_000_000,
          completion_tokens: 0,
          total_tokens: 1_000_000,
          video_tokens: 7,
        },
      }),
      event(model, '2026-11-20T00:00:01Z', {
        usage: null,
        notes: Array(20).fill('n'.repeat(150)),
        usage_raw: {
          prompt_tokens: 1_000_000,
          completion_tokens: 0,
          total_tokens: 1_000_000,
          video_tokens: 7,
        },
      }),
      event(model, '2026-11-20T00:00:02Z', {
        usage: null,
        usage_raw: {
          prompt_tokens: 1_000_000,
          completion_tokens: 0,
          total_tokens: 1_000_000,
          video_tokens: 7,
          details: { a: { b: { c: { d: { e: { f: 1 } } } } } },
        },
      }),
    ],
    NOW,
  );
  const { rows } = await owner.query('select flags from tricost.llm_calls order by ts');
  expect(rows.map(({ flags }) => flags)).toEqual([
    ['usage_unread_keys'],
    ['extra_cut', 'usage_unread_keys'],
    ['usage_cut', 'usage_unread_keys'],
  ]);
  // What a release left that could not read one of the keys.
  await owner.query(`update tricost.llm_calls set usage_raw = usage_raw - 'video_tokens'`);
  await add(model, '2');
  await add(model, '4', { unit: 'output' });
  expect((await run()).summary.changed).toBe(2);
  expect(await stored()).toMatchObject([
    { usd: 2, status: 'priced' },
    { usd: 2, status: 'priced' },
    { usd: null, status: 'unpriced' },
  ]);
});

test('a dry run says the same and changes nothing', async () => {
  const model = newModel();
  await storeEvents(owner, [event(model, '2026-11-20T00:00:00Z')], NOW);
  await add(model, '2');
  const before = await stored();
  const foreseen = await run({ dryRun: true });
  expect(await stored()).toEqual(before);
  expect((await owner.query('select from tricost.repricing_runs')).rowCount).toBe(0);
  expect(foreseen.summary.lines()).toEqual((await run()).summary.lines());
});

test('only the provider and model that were asked for', async () => {
  const [one, other] = [newModel(), newModel()];
  await storeEvents(
    owner,
    [event(one, '2026-11-20T00:00:00Z'), event(other, '2026-11-20T00:00:01Z')],
    NOW,
  );
  await add(one, '1');
  await add(other, '1');
  await run({ range: { ...RANGE, model: one } });
  expect((await stored()).map(({ status }) => status)).toEqual(['priced', 'unpriced']);
});

test('interrupted, it goes on: no call is examined or counted twice', async () => {
  const model = newModel();
  await add(model, '1');
  await storeUnpriced(model, 12_000, { from: '2026-10-20T00:00:00Z', every: '3 minutes' });
  const stopped = new AbortController();
  const first = await run({ signal: stopped.signal, onProgress: () => stopped.abort() });
  expect(first).toMatchObject({ isInterrupted: true, examined: 5_000 });
  const second = await run();
  expect(second).toMatchObject({ isContinued: true, isInterrupted: false, examined: 7_000 });
  const { rows } = await owner.query(
    `select calls_examined::int as examined, calls_changed::int as changed, usd_after::float8 as usd,
       finished_at is not null as finished
     from tricost.repricing_runs`,
  );
  expect(rows).toEqual([{ examined: 12_000, changed: 12_000, usd: 12_000, finished: true }]);
  const { rows: sums } = await owner.query(
    'select sum(cost_usd)::float8 as usd, count(*)::int as calls from tricost.llm_calls',
  );
  expect(sums).toEqual([{ usd: 12_000, calls: 12_000 }]);
});

test('a price that came between the two halves is that of both', async () => {
  const model = newModel();
  await add(model, '1');
  await storeUnpriced(model, 6_000, { from: '2026-11-01T00:00:00Z', every: '1 minute' });
  const stopped = new AbortController();
  await run({ signal: stopped.signal, onProgress: () => stopped.abort() });
  await add(model, '2');
  await run();
  const { rows } = await owner.query(
    'select distinct cost_usd::float8 as usd from tricost.llm_calls',
  );
  expect(rows).toEqual([{ usd: 2 }]);
});

test('two at once: the second one waits for its turn, and says so', async () => {
  const other = new pg.Client({ connectionString: database.url });
  await other.connect();
  const lock = "hashtextextended('tricost.reprice', 0)";
  await other.query(`select pg_advisory_lock(${lock})`);
  await expect(run()).rejects.toThrow('another run prices calls again');
  await run({ dryRun: true });
  await other.end();
  await expect.poll(() => run().then(() => 'ran', String)).toBe('ran');
  // And lets go of it.
  await run();
});

test('refuses what is before the oldest partition', async () => {
  const from = new Date('2026-09-30T23:59:59Z');
  await expect(run({ range: { ...RANGE, from } })).rejects.toThrow('2026-10-01T00:00:00.000Z');
});
