/** The price list in Postgres: only ever added to, counted, and each call priced as of its own start. */
import fc from 'fast-check';
import pg from 'pg';
import { beforeEach, describe, expect, test } from 'vitest';
import {
  addPriceList,
  PriceListReader,
  readPriceList,
} from '../../adapters/postgres/price-list.ts';
import { addRelease } from '../../adapters/postgres/price-releases.ts';
import { reprice } from '../../adapters/postgres/reprice.ts';
import { type ModelName, type PriceRow, SINCE_EVER } from '../../domain/pricing/price-list.ts';
import { createOwnedDatabase } from '../support/owned-database.ts';
import type { TestDatabase } from '../support/postgres.ts';
import { storeEvents } from './store-events.ts';

const NOW = new Date('2026-11-23T12:00:00Z');
const CHANGE = '2026-11-10T00:00:00Z';

let database: TestDatabase;
let owner: pg.Client;

beforeEach(async () => {
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

describe('a release', () => {
  interface Said {
    /** Day of November on which it is taken; its catalogue was published two months before, unless it is said. */
    day: string;
    published?: string;
    revision?: number;
    digest?: string;
    prices?: PriceRow[];
    names?: ModelName[];
    replaceEntered?: boolean;
    isDateOfHeld?: boolean;
  }

  const take = (
    { day, published, revision = 1, digest, prices = [], names = [], ...more }: Said,
    client: pg.Client = owner,
  ) => {
    const of = published ?? `2026-09-${day}`;
    const release = {
      ...{ digest: digest ?? `${of} ${revision}`, catalogue: 'acme’s', published: of, revision },
      list: { prices, names },
    };
    return addRelease(client, release, { validFrom: `2026-11-${day}T00:00:00Z`, ...more });
  };
  const undated = { validFrom: SINCE_EVER };
  const listed = (model: string, usd: string) => price(model, usd, undated);
  const called = (model: string, more: Partial<ModelName> = {}): ModelName => ({
    ...{ provider: 'acme', name: 'called', match: 'exact', modelProvider: 'acme', model },
    ...{ priceStatus: 'priced', validFrom: SINCE_EVER, source: 'a test', ...more },
  });

  async function held(model: string): Promise<string[]> {
    const { rows } = await owner.query(
      `select to_char(valid_from at time zone 'UTC', 'YYYY-MM-DD') || ' ' || price_usd as row
       from tricost.prices where model = $1 order by id`,
      [model],
    );
    return rows.map(({ row }) => row);
  }

  async function leadsTo(): Promise<string | undefined> {
    const { names } = await readPriceList(owner);
    return names.findLast(({ name }) => name === 'called')?.model;
  }

  // The list of this tricost has no part in it.
  beforeEach(() => owner.query('truncate tricost.price_releases'));

  test('says what was always so only where nothing was said: a change holds from the day it comes', async () => {
    await take({ day: '10', prices: [listed('released', '1')] });
    await take({ day: '12', prices: [listed('released', '2')] });
    expect(await held('released')).toEqual(['1970-01-01 1', '2026-11-12 2']);
  });

  test('once more changes nothing, on whatever day', async () => {
    const said = {
      prices: [listed('again', '1'), price('again', '2', { validFrom: '2026-11-20T00:00:00Z' })],
      names: [called('again')],
      published: '2026-09-10',
    };
    expect((await take({ day: '10', ...said })).added).toEqual({ prices: 2, names: 1 });
    for (const day of ['10', '15', '25']) {
      expect((await take({ day, ...said })).added).toEqual({ prices: 0, names: 0 });
    }
  });

  test('holds from the date that it was taken with, also when it is deployed again before', async () => {
    await take({ day: '10', prices: [listed('planned', '1')], names: [called('planned')] });
    const next = {
      ...{
        published: '2026-09-20',
        prices: [listed('planned', '2')],
        names: [called('planned-2')],
      },
    };
    await take({ day: '20', ...next });
    expect((await take({ day: '15', ...next })).added).toEqual({ prices: 0, names: 0 });
    expect(await held('planned')).toEqual(['1970-01-01 1', '2026-11-20 2']);
    // Somebody says so: it reaches further back.
    const again = await take({ day: '12', ...next, isDateOfHeld: true });
    expect(again.added).toEqual({ prices: 1, names: 1 });
    expect((await held('planned')).at(-1)).toBe('2026-11-12 2');
  });

  test('names its rows, and those that somebody enters name none', async () => {
    await take({ day: '10', prices: [listed('named', '1')], names: [called('named')] });
    await addPriceList(owner, {
      prices: [price('named', '2')],
      names: [called('named', { name: 'by-hand', priceStatus: 'inferred' })],
    });
    const { rows } = await owner.query(
      `select release from tricost.prices where model = 'named'
       union all select release from tricost.model_names where model = 'named'`,
    );
    expect(rows.map(({ release }) => release)).toEqual([
      '2026-09-10 1',
      null,
      '2026-09-10 1',
      null,
    ]);
  });

  test('changes what an earlier one brought, and nothing that somebody entered', async () => {
    const prices = (usd: string) => [listed('brought', usd), listed('entered', usd)];
    await take({ day: '10', prices: prices('1'), names: [called('brought')] });
    await add(price('entered', '3', { validFrom: '2026-11-11T00:00:00Z' }));
    const mine = called('entered', { priceStatus: 'inferred', validFrom: '2026-11-11T00:00:00Z' });
    await addPriceList(owner, { prices: [], names: [mine] });
    const same = await take({ day: '12', prices: prices('1'), names: [called('brought')] });
    expect(same).toMatchObject({ added: { prices: 0, names: 0 }, changes: { kept: [] } });

    const next = await take({ day: '14', prices: prices('2'), names: [called('brought-2')] });
    expect(next).toMatchObject({
      added: { prices: 1, names: 0 },
      changes: {
        changed: [{ row: { model: 'brought', priceUsd: '2' }, before: { priceUsd: '1' } }],
        kept: [{ row: { model: 'entered', priceUsd: '2' }, before: { priceUsd: '3' } }],
        names: { kept: [{ name: { model: 'brought-2' }, before: { model: 'entered' } }] },
      },
    });
    expect(await held('brought')).toEqual(['1970-01-01 1', '2026-11-14 2']);
    expect(await held('entered')).toEqual(['1970-01-01 1', '2026-11-11 3']);
    expect(await leadsTo()).toBe('entered');

    // Given back, once somebody says so.
    const given = await take({
      ...{ day: '16', published: '2026-09-14', replaceEntered: true },
      ...{ prices: prices('2'), names: [called('brought-2')] },
    });
    expect(given).toMatchObject({ added: { prices: 1, names: 1 } });
    expect((await held('entered')).at(-1)).toBe('2026-11-16 2');
    expect(await leadsTo()).toBe('brought-2');
    await take({ day: '18', prices: prices('4'), names: [called('brought')] });
    expect((await held('entered')).at(-1)).toBe('2026-11-18 4');
    expect(await leadsTo()).toBe('brought');
  });

  test('that is older than the last one changes nothing, and says so', async () => {
    const say = (day: string, usd: string, more: Partial<Said> = {}) =>
      take({ day, prices: [listed('older', usd)], names: [called(`older-${usd}`)], ...more });
    await say('10', '1');
    await say('12', '2');
    for (const older of [
      // The one that was taken before, an unknown one between, and the same catalogue made by an older tricost.
      { published: '2026-09-10' },
      { published: '2026-09-11', digest: 'of a colleague' },
      { published: '2026-09-12', revision: 0 },
    ]) {
      expect(await say('14', '1', older)).toMatchObject({
        ...{ added: { prices: 0, names: 0 }, changes: { changed: [] } },
        newer: { catalogue: 'acme’s', published: '2026-09-12', revision: 1 },
      });
    }
    expect(await held('older')).toEqual(['1970-01-01 1', '2026-11-12 2']);
    expect(await leadsTo()).toBe('older-2');
    // What it has not said does not keep the next one out.
    expect(await say('16', '3')).toMatchObject({
      added: { prices: 1, names: 1 },
      newer: undefined,
    });
  });

  test('of the same catalogue made anew holds; of two that are as new, the last to come', async () => {
    const say = (day: string, usd: string, revision: number, digest: string) =>
      take({ day, published: '2026-09-10', revision, digest, prices: [listed('made', usd)] });
    await say('10', '1', 1, 'A');
    await say('11', '2', 2, 'B');
    await say('12', '3', 2, 'C');
    await say('13', '2', 2, 'B');
    // Back and forth on one day, too.
    await say('13', '3', 2, 'C');
    expect(await say('14', '1', 1, 'A')).toMatchObject({ newer: { digest: 'C' } });
    expect(await held('made')).toEqual([
      ...['1970-01-01 1', '2026-11-11 2', '2026-11-12 3', '2026-11-13 2', '2026-11-13 3'],
    ]);
  });

  test('comes after any that was added before their age was noted', async () => {
    await owner.query("insert into tricost.price_releases (digest) values ('of before')");
    expect(await take({ day: '10', prices: [listed('noted', '1')] })).toMatchObject({
      ...{ added: { prices: 1 }, newer: undefined },
    });
  });

  test('that lists no more what it had leaves it, but a model that is no name of another any more', async () => {
    const first = [listed('left', '1'), listed('other', '2')];
    const names = [called('left'), called('left', { name: 'grown' })];
    await take({ day: '10', prices: first, names });
    const next = await take({ day: '12', prices: [listed('other', '2'), listed('grown', '7')] });
    expect(next).toMatchObject({
      added: { prices: 1, names: 1 },
      changes: { names: { changed: [{ before: { name: 'grown' } }] } },
    });
    const { unlisted, names: named } = next.changes;
    expect(unlisted.map(({ model }) => model)).toContain('left');
    expect(named.unlisted.map(({ name }) => name)).toContain('called');
    await storeEvents(owner, [event('grown', '2026-11-11T00:00:00Z')], NOW);
    await storeEvents(owner, [event('grown', '2026-11-12T00:00:00Z')], NOW);
    await storeEvents(owner, [event('called', '2026-11-12T00:00:00Z')], NOW);
    expect(await costs('grown')).toEqual({ '11-11 00:00:00': '1', '11-12 00:00:00': '7' });
    expect(await costs('called')).toEqual({ '11-12 00:00:00': '1' });
  });

  test('by two deploys at once is added once', async () => {
    const other = new pg.Client({ connectionString: database.url });
    await other.connect();
    try {
      const said = { day: '10', prices: [listed('raced', '1')] };
      const taken = await Promise.all([owner, other].map((client) => take(said, client)));
      expect(taken.map(({ added }) => added.prices).sort()).toEqual([0, 1]);
    } finally {
      await other.end();
    }
  });

  test('after release: each call has the price of its start, and pricing twice changes nothing', async () => {
    const days = ['11-09', '11-11', '11-13', '11-15'];
    const ask = days.map((day) => event('repriced', `2026-${day}T00:00:00Z`));
    const pricedAgain = async () => {
      const { summary } = await reprice(owner, {
        range: { from: new Date('2026-11-01Z'), until: NOW, provider: 'acme', model: 'repriced' },
        ...{ dryRun: false, signal: new AbortController().signal, onProgress: () => {} },
      });
      return summary.changed;
    };
    await take({ day: '10', prices: [listed('repriced', '1')] });
    await storeEvents(owner, ask, NOW);
    await take({ day: '12', prices: [listed('repriced', '2')] });
    expect(await pricedAgain()).toBe(2);
    await take({ day: '13', published: '2026-09-01', prices: [listed('repriced', '9')] });
    await take({ day: '14', prices: [listed('repriced', '3')] });
    expect(await pricedAgain()).toBe(1);
    const table = { '11-09 00:00:00': '1', '11-11 00:00:00': '1' };
    const later = { '11-13 00:00:00': '2', '11-15 00:00:00': '3' };
    expect(await costs('repriced')).toEqual({ ...table, ...later });
    expect(await pricedAgain()).toBe(0);
    expect(await costs('repriced')).toEqual({ ...table, ...later });
  });
});
