/** In the row and in the view, the cost of a call is what its counts and the prices it names come to, to the last digit. */
import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import type pg from 'pg';
import { beforeAll, expect, test } from 'vitest';
import { addPriceList } from '../../adapters/postgres/price-list.ts';
import { parsePicoUsd } from '../../domain/money.ts';
import type { PriceRow, PriceUnit } from '../../domain/pricing/price-list.ts';
import type { Usage } from '../../domain/usage/usage.ts';
import { createOwnedDatabase } from '../support/owned-database.ts';
import { unitPrices, usage } from '../support/random-usage.ts';
import { referenceLines, type UnitPrices } from '../support/reference-cost.ts';
import { storeEvents } from './store-events.ts';

const NOW = new Date('2026-11-23T12:00:00Z');

let owner: pg.Client;

beforeAll(async () => {
  const owned = await createOwnedDatabase(NOW, { monthsBack: 1, monthsAhead: 0 });
  owner = owned.owner;
  return owned.drop;
});

let models = 0;

async function addModel(prices: UnitPrices): Promise<string> {
  models += 1;
  const model = `model-${models}`;
  const rows = Object.entries(prices).map(
    ([unit, priceUsd]): PriceRow => ({
      ...{ id: 0, kind: 'list', provider: 'acme', model, unit: unit as PriceUnit, revision: 1 },
      ...{ serviceTier: 'standard', region: '', aboveInputTokens: 0, fromMinute: 0 },
      ...{ untilMinute: 1_440, validFrom: '2026-01-01T00:00:00Z', priceUsd, source: 'a test' },
    }),
  );
  await addPriceList(owner, { prices: rows, names: [] });
  return model;
}

interface Row {
  event_id: string;
  cost_usd: string;
  usage: Usage;
  price_ids: number[];
}

const COUNTS = `jsonb_build_object(
  'input_tokens', input_tokens, 'output_tokens', output_tokens, 'cache_read_tokens', cache_read_tokens,
  'cache_write_5m_tokens', cache_write_5m_tokens, 'cache_write_1h_tokens', cache_write_1h_tokens,
  'reasoning_tokens', reasoning_tokens, 'audio_input_tokens', audio_input_tokens,
  'audio_output_tokens', audio_output_tokens, 'image_input_tokens', image_input_tokens, 'web_searches', web_searches)`;

async function rowsOf(from: string, model: string): Promise<Row[]> {
  const { rows } = await owner.query<Row>(
    `select event_id, cost_usd, ${COUNTS} as usage, price_ids from ${from} where model = $1 order by event_id`,
    [model],
  );
  return rows;
}

async function pricesOf(ids: readonly number[]): Promise<UnitPrices> {
  const { rows } = await owner.query<{ unit: PriceUnit; price_usd: string }>(
    'select unit, price_usd::text from reporting.prices where id = any ($1)',
    [ids],
  );
  return Object.fromEntries(rows.map(({ unit, price_usd }) => [unit, price_usd]));
}

const sum = (lines: Iterable<bigint>) => [...lines].reduce((total, line) => total + line, 0n);

test('for any usage and prices: the row, the view and their sum', async () => {
  await fc.assert(
    fc.asyncProperty(
      unitPrices,
      fc.array(usage, { minLength: 1, maxLength: 20 }),
      async (prices, usages) => {
        const model = await addModel(prices);
        const events = usages.map((counts, index) => ({
          ...{ event_id: randomUUID(), user_id: 'u', feature: 'f', provider: 'acme', model },
          ...{ ts: new Date(NOW.getTime() - index * 86_400_000).toISOString(), usage: counts },
        }));
        await storeEvents(owner, events, NOW);
        const raw = await rowsOf('tricost.llm_calls', model);
        expect(raw).toHaveLength(usages.length);
        let total = 0n;
        for (const row of raw) {
          const sent = events.find(({ event_id }) => event_id === row.event_id);
          expect(row.usage).toEqual(sent?.usage);
          const lines = referenceLines(row.usage, await pricesOf(row.price_ids));
          expect(parsePicoUsd(row.cost_usd)).toBe(sum(lines.values()));
          // The prices that the row names are those of what was used, and no others.
          expect(row.price_ids).toHaveLength(lines.size);
          total += sum(lines.values());
        }
        expect(await rowsOf('reporting.llm_calls', model)).toEqual(raw);
        const { rows } = await owner.query<{ usd: string }>(
          'select sum(cost_usd)::text as usd from reporting.llm_calls where model = $1',
          [model],
        );
        expect(parsePicoUsd(rows[0]?.usd ?? '')).toBe(total);
      },
    ),
    { numRuns: 15 },
  );
});
