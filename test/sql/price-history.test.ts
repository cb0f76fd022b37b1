/** However late calls come and in whatever order prices are learnt: in the end each call has the price of its own start. */
import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import type pg from 'pg';
import { beforeAll, beforeEach, expect, test } from 'vitest';
import { addPriceList } from '../../adapters/postgres/price-list.ts';
import { reprice } from '../../adapters/postgres/reprice.ts';
import { createOwnedDatabase } from '../support/owned-database.ts';
import { storeEvents } from './store-events.ts';

const NOW = new Date('2026-11-23T12:00:00Z');
const FROM = new Date('2026-10-01T00:00:00Z');
/** Every call comes a week late. */
const LAST_CALL = new Date('2026-11-16T12:00:00Z');
const SECONDS = (LAST_CALL.getTime() - FROM.getTime()) / 1_000;

let owner: pg.Client;

beforeAll(async () => {
  const owned = await createOwnedDatabase(NOW, { monthsBack: 1, monthsAhead: 0 });
  ({ owner } = owned);
  return owned.drop;
});

beforeEach(() => owner.query('truncate tricost.llm_calls, tricost.repricing_runs'));

interface Call {
  second: number;
  input: number;
  output: number;
}

/** Nano-dollars a million tokens: nine decimals, so that lines are rounded. Null: from here on without a price. */
interface PriceChange {
  second: number;
  input: number | null;
  output: number | null;
}

const second = fc.integer({ min: 0, max: SECONDS });
const tokens = fc.integer({ min: 0, max: 300_000 });
const price = fc.integer({ min: 0, max: 75_000_000_000 });
const calls = fc.array(fc.record({ second, input: tokens, output: tokens }), {
  minLength: 1,
  maxLength: 20,
});
const changes = fc.uniqueArray(
  fc.oneof(
    { weight: 4, arbitrary: fc.record({ second, input: price, output: price }) },
    fc.record({ second, input: fc.constant(null), output: fc.constant(null) }),
  ),
  { minLength: 1, maxLength: 5, selector: (change: PriceChange) => change.second },
);

const instant = (at: number) =>
  `${new Date(FROM.getTime() + at * 1_000).toISOString().slice(0, 19)}Z`;

/** Computed here, with integers alone: a token costs a thousandth of a pico-dollar for each nano-dollar a million. */
function expectedCost(call: Call, history: readonly PriceChange[]): string | null {
  const holding = history
    .filter((change) => change.second <= call.second)
    .sort((a, b) => b.second - a.second)[0];
  if (holding?.input == null || holding.output == null) return null;
  const line = (count: number, nano: number): bigint => {
    const exact = BigInt(count) * BigInt(nano);
    const [whole, rest] = [exact / 1_000n, exact % 1_000n];
    return whole + (rest > 500n || (rest === 500n && whole % 2n === 1n) ? 1n : 0n);
  };
  const pico = line(call.input, holding.input) + line(call.output, holding.output);
  const digits = pico.toString().padStart(13, '0');
  return `${digits.slice(0, -12)}.${digits.slice(-12)}`;
}

async function add(model: string, change: PriceChange): Promise<void> {
  const usd = (nano: number | null) =>
    nano === null ? null : `${Math.trunc(nano / 1e9)}.${String(nano % 1e9).padStart(9, '0')}`;
  await addPriceList(owner, {
    names: [],
    prices: (['input', 'output'] as const).map((unit) => ({
      ...{ id: 0, kind: 'list', provider: 'acme', model, unit, serviceTier: 'standard' },
      ...{ region: '', aboveInputTokens: 0, fromMinute: 0, untilMinute: 1_440, revision: 1 },
      ...{ validFrom: instant(change.second), priceUsd: usd(change[unit]), source: 'a test' },
    })),
  });
}

const store = (model: string, list: readonly Call[]) =>
  storeEvents(
    owner,
    list.map((call, index) => ({
      ...{ event_id: randomUUID(), ts: instant(call.second), user_id: 'u', feature: `${index}` },
      ...{ provider: 'acme', model },
      usage: { input_tokens: call.input, output_tokens: call.output },
    })),
    NOW,
  );

async function changedByPricingAgain(model: string): Promise<number> {
  const { summary } = await reprice(owner, {
    range: { from: FROM, until: NOW, provider: 'acme', model },
    dryRun: false,
    signal: new AbortController().signal,
    onProgress: () => {},
  });
  return summary.changed;
}

/** Of a model, as sorted text: the same calls at the same cost are the same table, whatever their ids. */
async function table(model: string): Promise<string[]> {
  const { rows } = await owner.query<{ call: string }>(
    `select concat_ws(' ', ts at time zone 'UTC', input_tokens, output_tokens, coalesce(cost_usd::text, 'none'), price_status) as call
     from tricost.llm_calls where model = $1 order by 1`,
    [model],
  );
  return rows.map(({ call }) => call);
}

async function versions(model: string): Promise<string[]> {
  const { rows } = await owner.query<{ xmin: string }>(
    'select xmin::text from tricost.llm_calls where model = $1 order by ts, event_id',
    [model],
  );
  return rows.map(({ xmin }) => xmin);
}

let models = 0;

test('prices learnt before the calls, after them, in any order, or between two pricings end in one table', async () => {
  await fc.assert(
    fc.asyncProperty(
      calls,
      changes,
      fc.infiniteStream(fc.nat()),
      async (list, history, choices) => {
        models += 1;
        const [before, after] = [`before-${models}`, `after-${models}`];
        const shuffled = <Item>(items: readonly Item[]) =>
          items
            .map((item) => ({ item, rank: choices.next().value }))
            .sort((a, b) => a.rank - b.rank)
            .map(({ item }) => item);

        for (const change of history) await add(before, change);
        await store(before, shuffled(list));
        // What ingest priced is what a new pricing makes of it.
        expect(await changedByPricingAgain(before)).toBe(0);

        const [first, ...others] = shuffled(history);
        if (first !== undefined) await add(after, first);
        await store(after, shuffled(list));
        for (const change of others) {
          await add(after, change);
          await changedByPricingAgain(after);
        }
        const stored = await versions(after);
        expect(await changedByPricingAgain(after)).toBe(0);
        expect(await versions(after)).toEqual(stored);

        const expected = list
          .map((call) => {
            const cost = expectedCost(call, history);
            const at = instant(call.second).replace('T', ' ').replace('Z', '');
            const status = cost === null ? 'unpriced' : 'priced';
            return `${at} ${call.input} ${call.output} ${cost ?? 'none'} ${status}`;
          })
          .sort();
        expect((await table(before)).sort()).toEqual(expected);
        expect((await table(after)).sort()).toEqual(expected);
      },
    ),
    { numRuns: 6 },
  );
}, 120_000);
