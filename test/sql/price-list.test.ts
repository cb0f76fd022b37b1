/** The price list in Postgres: only ever added to, counted, and each call priced as of its own start. */
import fc from 'fast-check';
import pg from 'pg';
import { beforeAll, describe, expect, test } from 'vitest';
import {
  addPriceList,
  addRelease,
  PriceListReader,
  readPriceList,
} from '../../adapters/postgres/price-list.ts';
import { type ModelName, type PriceRow, SINCE_EVER } from '../../domain/pricing/price-list.ts';
import { createOwnedDatabase } from '../support/owned-database.ts';
import type { TestDatabase } from '../support/postgres.ts';
import { storeEvents } from './store-events.ts';

const NOW = new Date('2026-11-23T12:00:00Z');
const CHANGE = '2026-11-10T00:00:00Z';

let database: TestDatabase;
let owner: pg.Client;

beforeAll(async () => {
  const owned = await createOwnedDatabase(NOW, { monthsBack: 1, monthsAhead: 0 });
  ({ database, owner } = owned);
  return owned.drop;
});

function price(model: string, priceUsd: string | null, more: Partial<PriceRow> = {}): PriceRow {
  return {
    ...{ id: 0, kind: 'list', provider: 'acme', model, unit: 'input', serviceTier: 'standard' },
    ...{ region: '', aboveInputTokens: 0, fromMinute: 0, untilMinute: 1_440, revision: 1 },
    ...{ validFrom: '2026-01-01T00:00:00Z', priceUsd, source: 'a test' },
    ...more,
  };
}

const add = (...prices: PriceRow[]) => addPriceList(owner, { prices, names: [] });

async function version(): Promise<number> {
  const { rows } = await owner.query('select version::int from tricost.price_list_version');
  return rows[0].version;
}

let made = 0;

function event(model: string, ts: string): { event_id: string; ts: string } {
  made += 1;
  return {
    ...{ event_id: `01a2087d-f068-7000-8000-${String(made).padStart(12, '0')}`, ts, user_id: 'u' },
    ...{ feature: 'f', provider: 'acme', model },
    // The model has no output price, hence no output.
    ...{ usage: { input_tokens: 1_000_000 } },
  };
}

async function costs(model: string): Promise<Record<string, string | null>> {
  const { rows } = await owner.query(
    `select to_char(ts at time zone 'UTC', 'MM-DD HH24:MI:SS') as ts, cost_usd::float8::text as usd
     from tricost.llm_calls where model = $1 order by ts`,
    [model],
  );
  return Object.fromEntries(rows.map(({ ts, usd }) => [ts, usd]));
}

describe('rows that calls were priced with', () => {
  test.each(['prices', 'model_names'])(
    'tricost.%s: the owner cannot change them',
    async (table) => {
      for (const statement of [
        `update tricost.${table} set source = 'rewritten'`,
        `delete from tricost.${table}`,
        `truncate tricost.${table}`,
      ]) {
        await expect(owner.query(statement), statement).rejects.toMatchObject({
          message: `rows of tricost.${table} are never changed or removed`,
          hint: expect.stringContaining('a later valid_from for a new price'),
        });
      }
      const { rows } = await owner.query(`select from tricost.${table} limit 1`);
      expect(rows).toHaveLength(1);
    },
  );

  test('are read, and not written, by the functions', async () => {
    const runtime = new pg.Client({ connectionString: database.runtimeUrl });
    await runtime.connect();
    try {
      await runtime.query('select from tricost.prices, tricost.model_names limit 1');
      for (const table of ['prices', 'model_names', 'price_list_version']) {
        await expect(runtime.query(`insert into tricost.${table} default values`)).rejects.toThrow(
          'permission denied',
        );
      }
      await expect(
        runtime.query('update tricost.price_list_version set version = 0'),
      ).rejects.toThrow('permission denied');
    } finally {
      await runtime.end();
    }
  });
});

describe('the version', () => {
  test('grows with additions, and not with those that were rolled back', async () => {
    const before = await version();
    await add(price('v-1', '1'));
    const after = await version();
    expect(after).toBeGreaterThan(before);
    await expect(add(price('v-2', '1'), price('v-3', '-1'))).rejects.toThrow(/check/);
    expect(await version()).toBe(after);
  });

  test('tells a reader at once that there is something to read, and only then', async () => {
    const reader = new PriceListReader();
    const inputPrice = async () => {
      const book = await reader.read(owner);
      const rates = book.ratesFor({
        ...{ provider: 'acme', model: 'v-9', serviceTier: 'standard', region: '', at: NOW },
      });
      return typeof rates === 'string' ? rates : rates.units.get('input')?.[0]?.row.priceUsd;
    };
    expect(await inputPrice()).toBe('model_unlisted');
    await add(price('v-9', '1'));
    expect(await inputPrice()).toBe('1');
    await add(price('v-9', '2', { validFrom: '2026-02-01T00:00:00Z' }));
    expect(await inputPrice()).toBe('2');
    expect(await reader.read(owner)).toBe(await reader.read(owner));
  });
});

describe('a price change', () => {
  test('at T: every call has the price of its own start, in whatever order they come', async () => {
    await add(price('d-1', '1'), price('d-1', '2', { validFrom: CHANGE }));
    await add(price('d-1', null, { validFrom: '2026-11-20T00:00:00Z' }));
    const expected = {
      '10-01 00:00:00': '1',
      '11-09 23:59:59': '1',
      '11-10 00:00:00': '2',
      '11-19 23:59:59': '2',
      '11-20 00:00:00': null,
    };
    const times = Object.keys(expected).map((ts) => `2026-${ts.replace(' ', 'T')}Z`);
    await fc.assert(
      fc.asyncProperty(
        fc.shuffledSubarray(times, { minLength: times.length }),
        async (shuffled) => {
          await owner.query(`delete from tricost.llm_calls where model = 'd-1'`);
          for (const ts of shuffled) await storeEvents(owner, [event('d-1', ts)], NOW);
          expect(await costs('d-1')).toEqual(expected);
        },
      ),
      { numRuns: 4 },
    );
  });

  test('that comes after its calls leaves what is stored, until it is priced again', async () => {
    await add(price('d-2', '1'));
    await storeEvents(owner, [event('d-2', '2026-11-12T00:00:00Z')], NOW);
    await add(price('d-2', '2', { validFrom: CHANGE }));
    await storeEvents(owner, [event('d-2', '2026-11-12T00:00:01Z')], NOW);
    await storeEvents(owner, [event('d-2', '2026-11-08T00:00:00Z')], NOW);
    expect(await costs('d-2')).toEqual({
      '11-08 00:00:00': '1',
      '11-12 00:00:00': '1',
      '11-12 00:00:01': '2',
    });
  });
});

describe('a correction', () => {
  test('is a revision: calls from then on have it, and the first stays to be read', async () => {
    expect(await add(price('r-1', '10'))).toEqual({ prices: 1, names: 0 });
    expect(await add(price('r-1', '1'))).toEqual({ prices: 1, names: 0 });
    expect(await add(price('r-1', '1.0'))).toEqual({ prices: 0, names: 0 });
    await storeEvents(owner, [event('r-1', '2026-11-12T00:00:00Z')], NOW);
    expect(await costs('r-1')).toEqual({ '11-12 00:00:00': '1' });
    const { rows } = await owner.query(
      `select revision, price_usd::text, valid_until = valid_from as corrected from reporting.prices
       where model = 'r-1' order by revision`,
    );
    expect(rows).toEqual([
      { revision: 1, price_usd: '10', corrected: true },
      { revision: 2, price_usd: '1', corrected: null },
    ]);
    const { rows: used } = await owner.query(
      `select revision from tricost.llm_calls as c join reporting.prices as p on p.id = any (c.price_ids)
       where c.model = 'r-1'`,
    );
    expect(used).toEqual([{ revision: 2 }]);
  });

  test('that two deploys bring at once is added once', async () => {
    const other = new pg.Client({ connectionString: database.url });
    await other.connect();
    try {
      const list = { prices: [price('r-2', '1'), price('r-3', '1')], names: [] };
      const added = await Promise.all([addPriceList(owner, list), addPriceList(other, list)]);
      expect(added.map(({ prices }) => prices).sort()).toEqual([0, 2]);
    } finally {
      await other.end();
    }
  });
});

describe('a release of the built-in list', () => {
  const release = (digest: string, ...prices: PriceRow[]) =>
    addRelease(owner, { digest, list: { prices, names: [] }, now: NOW });
  const held = async (model: string) => {
    const { rows } = await owner.query(
      `select to_char(valid_from at time zone 'UTC', 'YYYY-MM-DD') as since, price_usd::text as usd
       from tricost.prices where model = $1 order by id`,
      [model],
    );
    return rows;
  };
  const undated = { validFrom: SINCE_EVER };

  test('says what was always so only where nothing was said: a change holds from the deploy on', async () => {
    await release('first', price('released', '1', undated));
    await release('second', price('released', '2', undated));
    expect(await held('released')).toEqual([
      { since: '1970-01-01', usd: '1' },
      { since: '2026-11-23', usd: '2' },
    ]);
  });

  test('is added once: the next deploy does not take back what an operator added since', async () => {
    expect(await release('third', price('mended', '1', undated))).toMatchObject({ prices: 1 });
    await add(price('mended', '3', { validFrom: '2026-11-20T00:00:00Z' }));
    expect(await release('third', price('mended', '1', undated))).toMatchObject({ prices: 0 });
    expect(await held('mended')).toHaveLength(2);
  });

  test('the next release does not take back what an operator added since, either', async () => {
    await release('fourth', price('kept', '1', undated));
    await add(price('kept', '3', { validFrom: '2026-11-20T00:00:00Z' }));
    expect(await release('fifth', price('kept', '2', undated))).toMatchObject({ prices: 0 });
    expect(await held('kept')).toHaveLength(2);
  });

  test('that comes back, as a deploy that was rolled back and made again, holds from then on', async () => {
    const nameOf = (model: string): ModelName => ({
      ...{ provider: 'acme', name: 'called', match: 'exact', modelProvider: 'acme', model },
      ...{ priceStatus: 'priced', validFrom: SINCE_EVER, source: 'a test' },
    });
    const on = (day: string, digest: string, ...prices: PriceRow[]) =>
      addRelease(owner, {
        digest,
        list: { prices, names: [nameOf(digest === 'A' ? 'returned' : 'elsewhere')] },
        now: new Date(`2026-11-${day}T12:00:00Z`),
      });
    const a = [price('returned', '1', undated), price('returned-2', '1', undated)];
    const b = [price('returned', '2', undated), price('returned-2', '2', undated)];
    await on('10', 'A', ...a);
    await on('12', 'B', ...b);
    await add(price('returned-2', '9', { validFrom: '2026-11-13T00:00:00Z' }));
    expect(await on('14', 'A', ...a)).toMatchObject({ prices: 1 });
    expect(await on('15', 'A', ...a)).toMatchObject({ prices: 0 });
    await on('16', 'B', ...b);
    // Back and forth on one day: the last one holds.
    await on('16', 'A', ...a);
    await on('16', 'B', ...b);
    await on('16', 'A', ...a);
    expect(await held('returned')).toEqual([
      { since: '1970-01-01', usd: '1' },
      { since: '2026-11-12', usd: '2' },
      { since: '2026-11-14', usd: '1' },
      { since: '2026-11-16', usd: '2' },
      { since: '2026-11-16', usd: '1' },
      { since: '2026-11-16', usd: '2' },
      { since: '2026-11-16', usd: '1' },
    ]);
    const { names } = await readPriceList(owner);
    expect(names.filter(({ name }) => name === 'called').at(-1)?.model).toBe('returned');
    // What an operator set is not taken back by any of them.
    expect((await held('returned-2')).at(-1)).toEqual({ since: '2026-11-13', usd: '9' });
  });

  test('by two deploys at once is added once', async () => {
    const other = new pg.Client({ connectionString: database.url });
    await other.connect();
    try {
      const list = { prices: [price('raced', '1', undated)], names: [] };
      const added = await Promise.all(
        [owner, other].map((client) => addRelease(client, { digest: 'raced', list, now: NOW })),
      );
      expect(added.map(({ prices }) => prices).sort()).toEqual([0, 1]);
    } finally {
      await other.end();
    }
  });
});
