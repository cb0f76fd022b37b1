/** `tricost prices` on a real database: what it adds is what calls are priced by, and nothing is lost or overwritten. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { readPriceList } from '../../adapters/postgres/price-list.ts';
import { addRelease } from '../../adapters/postgres/price-releases.ts';
import { formatPicoUsd } from '../../domain/money.ts';
import { catalogueRelease } from '../../domain/pricing/catalogue-release.ts';
import { PriceBook } from '../../domain/pricing/price-book.ts';
import { priceCall } from '../../domain/pricing/price-call.ts';
import { digestOf } from '../../domain/pricing/price-release.ts';
import { whyUnpriced } from '../../domain/pricing/why-unpriced.ts';
import { createTestDatabase, type TestDatabase } from '../support/postgres.ts';
import { runCommand } from './run-command.ts';
import { runTricost } from './run-tricost.ts';

let database: TestDatabase;
let owner: pg.Client;
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tricost-prices-'));
});

afterAll(() => rm(folder, { recursive: true, force: true }));

/** As beforeEach or beforeAll: what it returns takes the database away again. */
async function freshDatabase(): Promise<() => Promise<void>> {
  database = await createTestDatabase();
  owner = new pg.Client({ connectionString: database.url });
  await owner.connect();
  return async () => {
    await owner.end();
    await database.drop();
  };
}

const prices = (...args: string[]) =>
  runCommand(['prices', ...args, '--database-url', database.url]);

async function said(...args: string[]) {
  const { code, stdout, stderr } = await prices(...args, '--json');
  expect(`${code} ${stderr}`).toMatch(/^0 database /);
  return JSON.parse(stdout);
}

/** A million tokens in and none out, priced by the database's list. */
async function cost(provider: string, model: string, at: string, more = {}) {
  const book = new PriceBook(await readPriceList(owner));
  const usage = { input_tokens: 1_000_000, output_tokens: 0 };
  const priced = priceCall(book, { provider, model, at: new Date(at), usage, ...more });
  return priced.priceStatus === 'unpriced'
    ? priced.reason
    : `${formatPicoUsd(priced.cost).replace(/0{10}$/, '')} ${priced.priceStatus}`;
}

const GPT_5 = ['--provider', 'openai', '--model', 'gpt-5', '--unit', 'input'];
const ORDER_FORM = ['--source', 'order form 4711'];

describe('a contracted price', () => {
  beforeEach(freshDatabase);

  test('that a reason asks for is added by the command that it prints, completed with the price', async () => {
    const call = { provider: 'azure', model: 'gpt-5.5', region: 'eu' };
    expect(await cost('azure', 'gpt-5.5', '2026-11-16T00:00:00Z', call)).toBe('region_unlisted');
    const why = { priceStatus: 'unpriced', reason: 'region_unlisted' } as const;
    const { toDo } = whyUnpriced(why, call, (await readPriceList(owner)).prices);
    const [, command = ''] = /`tricost prices (.+)`/.exec(toDo) ?? [];
    const terms = ['--valid-from', '2026-11-01', ...ORDER_FORM];
    await said(
      ...command.split(' '),
      '--unit',
      'input',
      'output',
      '--price',
      '5.5',
      '33',
      ...terms,
    );
    expect(await cost('azure', 'gpt-5.5', '2026-11-16T00:00:00Z', call)).toBe('5.50 priced');
  });

  test('says which regions keep their own list price', async () => {
    const claude = ['--provider', 'anthropic', '--model', 'claude-opus-5', '--unit', 'input'];
    const terms = ['--price', '1', '--valid-from', '2026-11-01', ...ORDER_FORM];
    const { stdout } = await prices('set', ...claude, ...terms);
    expect(stdout).toContain('Calls in us keep the list price that the model has there');
    expect(await said('set', ...claude, ...terms)).toMatchObject({ regions_apart: ['us'] });
    const there = await said('set', ...claude, '--region', 'us', ...terms);
    expect(there).toMatchObject({ added: true, regions_apart: [] });
    // Nor does it reach them under another name of the model; under a name of its own it does.
    for (const model of ['claude-opus-4-6-20260205', 'claude-4.6-opus', 'anthropic-own']) {
      const named = ['--provider', 'anthropic', '--model', model, '--unit', 'input', '--new-model'];
      const apart = model === 'anthropic-own' ? [] : ['us'];
      expect(await said('set', ...named, ...terms), model).toMatchObject({ regions_apart: apart });
    }
    const alias = ['--name', 'mine', '--to', 'anthropic/claude-opus-5'];
    await said('alias', '--provider', 'azure', ...alias);
    const mine = ['--provider', 'azure', '--model', 'mine', '--unit', 'input', '--new-model'];
    expect(await said('set', ...mine, ...terms)).toMatchObject({ regions_apart: [] });
    // OpenAI's price of every region is no region's own.
    const openai = ['--provider', 'openai', '--model', 'gpt-5.5', '--unit', 'input'];
    expect(await said('set', ...openai, ...terms)).toMatchObject({ regions_apart: [] });
  });

  test('of OpenAI’s fast tier is one of its priority tier, which is the same', async () => {
    const model = ['--provider', 'openai', '--model', 'gpt-5.4', '--tier', 'fast'];
    const terms = ['--unit', 'input', '--price', '1', '--valid-from', '2026-11-01', ...ORDER_FORM];
    await said('set', ...model, ...terms);
    const { prices: rows } = await readPriceList(owner);
    const contracts = rows.filter(({ kind }) => kind === 'contracted');
    expect(contracts.map(({ serviceTier }) => serviceTier)).toEqual(['priority']);
  });

  test('takes the place of the listed one from its date on, until it ends', async () => {
    const { code, stdout } = await runTricost(
      ['prices', 'set', ...GPT_5, '--price', '1.10', '--valid-from', '2026-12-01', ...ORDER_FORM],
      { env: { DATABASE_URL: database.url } },
    );
    expect(code).toBe(0);
    expect(stdout).toContain('$1.10 per million from 2026-12-01 on');
    await said(
      'set',
      ...GPT_5,
      '--end',
      '--valid-from',
      '2027-12-01T00:00:00+01:00',
      ...ORDER_FORM,
    );
    expect(await cost('openai', 'gpt-5', '2026-11-30T23:59:59.999Z')).toBe('1.25 priced');
    expect(await cost('openai', 'gpt-5', '2026-12-01T00:00:00Z')).toBe('1.10 priced');
    expect(await cost('openai', 'gpt-5', '2027-11-30T22:59:59Z')).toBe('1.10 priced');
    expect(await cost('openai', 'gpt-5', '2027-11-30T23:00:00Z')).toBe('1.25 priced');
  });

  test('is corrected by another with the same date, and the same once more adds nothing', async () => {
    const set = (price: string) =>
      said('set', ...GPT_5, '--price', price, '--valid-from', '2026-11-01', ...ORDER_FORM);
    const first = await set('11');
    expect(first.prices).toMatchObject([{ price_usd: '11', kind: 'contracted' }]);
    const second = await set('1.1');
    const third = await set('1.10');
    expect([first, second, third].map(({ added }) => added)).toEqual([true, true, false]);
    // One form, whatever there was to do.
    for (const object of [first, second, third]) {
      expect(Object.keys(object)).toEqual(['added', 'prices', 'regions_apart', 'repriced']);
    }
    expect(third.repriced).toBeNull();
    expect(await cost('openai', 'gpt-5', '2026-11-23T00:00:00Z')).toBe('1.10 priced');
    const { rows } = await owner.query(
      `select price_usd::text, revision from tricost.prices where kind = 'contracted' order by id`,
    );
    expect(rows).toEqual([
      { price_usd: '11', revision: 1 },
      { price_usd: '1.1', revision: 2 },
    ]);
  });

  test('is entered for several units at once, or for none', async () => {
    const units = ['--provider', 'openai', '--model', 'new-1', '--unit', 'input', 'cache_read'];
    const more = ['--new-model', '--valid-from', '2026-01-01', ...ORDER_FORM];
    const { stderr } = await prices('set', ...units, '--price', '3', ...more);
    expect(stderr).toContain('one --price for each --unit');
    await said('set', ...units, '--price', '3', '0.30', ...more);
    const { rows } = await owner.query(
      `select unit, price_usd::text as usd from tricost.prices where model = 'new-1' order by unit desc`,
    );
    expect(rows).toEqual([
      { unit: 'input', usd: '3' },
      { unit: 'cache_read', usd: '0.30' },
    ]);
  });

  test('holds for its tier, region and size only', async () => {
    const from = ['--valid-from', '2026-11-01', ...ORDER_FORM];
    await said('set', ...GPT_5, '--price', '0.5', '--tier', 'batch', ...from);
    await said('set', ...GPT_5, '--price', '2', '--region', 'EU', ...from);
    const at = '2026-11-23T00:00:00Z';
    expect(await cost('openai', 'gpt-5', at)).toBe('1.25 priced');
    expect(await cost('openai', 'gpt-5', at, { batch: true })).toBe('0.50 priced');
    expect(await cost('openai', 'gpt-5', at, { region: 'eu' })).toBe('2.00 priced');
  });

  test('of a mere name says whose name it is, and holds besides the prices of that model', async () => {
    const codex = ['--provider', 'openai', '--model', 'gpt-5-codex', '--unit', 'input'];
    const args = [...codex, '--price', '3', '--valid-from', '2026-01-01', ...ORDER_FORM];
    expect((await prices('set', ...args)).stderr).toContain('it is a name of openai gpt-5)');
    await said('set', ...args, '--new-model');
    expect(await cost('openai', 'gpt-5-codex', '2026-11-01T00:00:00Z')).toBe('3.00 priced');
    expect(await cost('openai', 'gpt-5-codex', '2025-11-01T00:00:00Z')).toBe('1.25 priced');
    expect(await cost('openai', 'gpt-5', '2026-11-01T00:00:00Z')).toBe('1.25 priced');
  });

  test('may have sizes, from the smallest on, and ends with the smallest last', async () => {
    const set = (...args: string[]) => ['set', ...GPT_5, ...args, ...ORDER_FORM];
    await said(...set('--price', '1', '--valid-from', '2026-11-01'));
    await said(...set('--price', '2', '--above', '200_000', '--valid-from', '2026-11-01'));
    expect(await cost('openai', 'gpt-5', '2026-11-02T00:00:00Z')).toBe('2.00 priced');
    const tooEarly = await prices(...set('--end', '--valid-from', '2026-12-01'));
    expect(tooEarly.stderr).toContain('small ones, which would be unpriced');
    await said(...set('--end', '--above', '200000', '--valid-from', '2026-12-01'));
    await said(...set('--end', '--valid-from', '2026-12-01'));
    expect(await cost('openai', 'gpt-5', '2026-12-02T00:00:00Z')).toBe('1.25 priced');
  });

  test('prices a model that the list lacks, once somebody says that it is no slip', async () => {
    const tuned = ['--provider', 'openai', '--model', 'FT:gpt-4.1:acme', '--unit', 'input'];
    const args = [...tuned, '--price', '3', '--valid-from', '2026-01-01', ...ORDER_FORM];
    const refused = await prices('set', ...args);
    expect(refused.code).toBe(1);
    expect(refused.stderr).toContain('if it shall have prices of its own, add --new-model');
    await said('set', ...args, '--new-model');
    expect(await cost('openai', 'ft:gpt-4.1:acme', '2026-11-23T00:00:00Z')).toBe('3.00 priced');
  });
});

describe('a name', () => {
  beforeEach(freshDatabase);

  const named = (...args: string[]) =>
    said('alias', '--provider', 'azure.ai.openai', '--name', 'My-Deployment', ...args);

  test('leads to the prices of a model, and moves to another on a date', async () => {
    expect(await cost('azure', 'my-deployment', '2026-11-01T00:00:00Z')).toBe('model_unlisted');
    expect(await named('--to', 'openai/gpt-5')).toMatchObject({ added: true, provider: 'azure' });
    await named('--to', 'anthropic/claude-opus-4-5', '--valid-from', '2026-12-01');
    expect(await cost('azure', 'my-deployment', '2025-01-01T00:00:00Z')).toBe('1.25 inferred');
    expect(await cost('azure', 'My-Deployment', '2026-12-01T00:00:00Z')).toBe('5.00 inferred');
  });

  test('is corrected by another of the same date, whoever sells the model', async () => {
    await named('--to', 'openai/gpt-4.1');
    await named('--to', 'openai/gpt-5');
    await named('--to', 'anthropic/claude-opus-4-5');
    expect(await cost('azure', 'my-deployment', '2026-11-01T00:00:00Z')).toBe('5.00 inferred');
    expect(await named('--to', 'anthropic/claude-opus-4-5')).toMatchObject({ added: false });
    await named('--to', 'openai/gpt-5');
    expect(await cost('azure', 'my-deployment', '2026-11-01T00:00:00Z')).toBe('1.25 inferred');
  });

  test('without a date holds for all calls, whatever dated names there were', async () => {
    await named('--to', 'openai/gpt-5');
    await named('--to', 'anthropic/claude-opus-4-5', '--valid-from', '2026-06-01');
    await named('--to', 'openai/gpt-5', '--valid-from', '2099-01-01');
    expect(await named('--to', 'openai/gpt-4.1')).toMatchObject({ added: true });
    for (const at of ['2025-01-01', '2026-05-31', '2026-06-01', '2099-01-02']) {
      expect(await cost('azure', 'my-deployment', `${at}T00:00:00Z`)).toBe('2.00 inferred');
    }
    expect(await named('--to', 'openai/gpt-4.1')).toMatchObject({ added: false });
    await named('--to', 'openai/gpt-5', '--valid-from', '2026-07-01');
    expect(await cost('azure', 'my-deployment', '2026-06-30T00:00:00Z')).toBe('2.00 inferred');
    expect(await cost('azure', 'my-deployment', '2026-07-01T00:00:00Z')).toBe('1.25 inferred');
  });

  test('of an application inference profile is its ARN', async () => {
    const arn = 'arn:aws:bedrock:us-east-1:111122223333:application-inference-profile/abc123';
    await said(
      ...['alias', '--provider', 'aws.bedrock', '--name', arn],
      ...['--to', 'aws/anthropic.claude-opus-4-6-v1'],
    );
    expect(await cost('aws.bedrock', arn, '2026-11-01T00:00:00Z')).toMatch(/inferred$/);
  });

  test('goes before the list’s own, also after the next release', async () => {
    const of = ['--provider', 'anthropic', '--name', 'claude-4-opus'];
    await said('alias', ...of, '--to', 'anthropic/claude-opus-4-5');
    await said('update', '--yes');
    for (const at of ['2025-06-01T00:00:00Z', '2099-01-01T00:00:00Z']) {
      expect(await cost('anthropic', 'claude-4-opus', at)).toBe('5.00 inferred');
    }
  });
});

describe('the list', () => {
  beforeEach(freshDatabase);

  test('has what holds and what will, and not what was corrected or is over', async () => {
    const set = (...args: string[]) => said('set', ...GPT_5, ...args, ...ORDER_FORM);
    await set('--price', '1', '--valid-from', '2026-01-01');
    await set('--price', '1.1', '--valid-from', '2026-01-01');
    await set('--price', '0.9', '--valid-from', '2099-01-01');
    await said('alias', '--provider', 'azure', '--name', 'my-deployment', '--to', 'openai/gpt-5');
    const { prices: rows, names } = await said('list', '--model', 'gpt-5', '--provider', 'openai');
    const contracted = rows.filter((row: { kind: string }) => row.kind === 'contracted');
    expect(contracted).toMatchObject([
      { price_usd: '1.1', valid_from: '2026-01-01T00:00:00Z', valid_until: '2099-01-01T00:00:00Z' },
      { price_usd: '0.9', valid_from: '2099-01-01T00:00:00Z', valid_until: null, per: 1_000_000 },
    ]);
    expect(rows).toContainEqual(
      expect.objectContaining({ kind: 'list', unit: 'output', price_usd: '10', revision: 1 }),
    );
    expect(names.every((name: { provider: string }) => name.provider === 'openai')).toBe(true);
    // Also the rule by which others have its prices.
    const tuned = await said('list', '--provider', 'openai', '--model', 'ft:gpt-4o');
    expect(tuned.names).toContainEqual(expect.objectContaining({ name: 'ft:', match: 'family' }));
    const shown = await prices('list', '--provider', 'openai', '--model', 'ft:gpt-4o');
    expect(shown.stdout).toMatch(/openai ft:… +has the prices of openai ft:… +inferred/);
    const o3 = await said('list', '--provider', 'openai', '--model', 'o3');
    const input = o3.prices.filter(
      (row: { unit: string; service_tier: string }) =>
        row.unit === 'input' && row.service_tier === 'standard',
    );
    expect(input).toMatchObject([{ price_usd: '2', valid_from: '2025-06-10T00:00:00Z' }]);
    const text = await prices('list', '--model', 'gpt-5');
    expect(text.stdout).toMatch(/openai +gpt-5 +input +\$1\.1 per million +contracted, since 2026/);
    expect(text.stdout).toMatch(/openai +gpt-5 +input +\$0\.9 per million +contracted, from 2099/);
    expect(text.stdout).toMatch(/azure my-deployment +has the prices of openai gpt-5 +inferred/);
  });
});

const model = (id: string, price: unknown, more = {}) => ({
  id,
  match: { equals: id },
  prices: { input_mtok: price, output_mtok: 1 },
  ...more,
});

async function catalogue(...models: object[]): Promise<string> {
  const file = join(folder, 'data.json');
  await writeFile(file, JSON.stringify([{ id: 'acme', name: 'Acme', models }]));
  return file;
}

const release = async (from: string, ...models: object[]) =>
  said('update', '--catalogue', await catalogue(...models), '--valid-from', from, '--yes');

/** As a deploy of a tricost whose list was made from a catalogue of that day. */
const deploy = async (published: string, ...models: object[]) => {
  const { list } = catalogueRelease(
    JSON.stringify([{ id: 'acme', name: 'Acme', models }]),
    `genai-prices of ${published}`,
  );
  return addRelease(
    owner,
    {
      ...{ digest: digestOf(list), catalogue: `genai-prices of ${published}`, published },
      ...{ revision: 2, list },
    },
    { validFrom: '2026-11-15T00:00:00Z' },
  );
};

describe('a release of the catalogue', () => {
  beforeEach(freshDatabase);

  test('of this tricost is what a deploy has written', async () => {
    const { code, stdout } = await prices('update');
    expect(code).toBe(0);
    expect(stdout).toContain('0 new, 0 changed, 0 ended, 0 no longer listed');
    expect(stdout).toContain('The price list is up to date.');
  });

  test('only shows what it would do, unless somebody says yes', async () => {
    const file = await catalogue(model('m-1', 2));
    const { code, stdout } = await prices('update', '--catalogue', file);
    expect(code).toBe(0);
    expect(stdout).toMatch(/new +acme m-1 +input \$2; output \$1/);
    expect(stdout).toContain('Nothing was added: add --yes to do it.');
    expect(await cost('acme', 'm-1', '2026-11-01T00:00:00Z')).toBe('model_unlisted');
  });

  test('adds what is new for all calls, and what changed from its date on', async () => {
    const first = await release('2026-06-01', model('m-1', 2), model('m-2', 4));
    expect(first).toMatchObject({ added: true, changed: [], ended: [] });
    expect(first.new).toHaveLength(4);
    expect(first.new[0]).toMatchObject({ source: 'genai-prices, data.json' });
    const second = await release('2026-11-01', model('m-1', 3));
    expect(second).toMatchObject({
      new: [],
      changed: [{ model: 'm-1', unit: 'input', price_usd: '3', price_usd_before: '2' }],
    });
    const acme = (rows: { provider: string; model: string }[]) =>
      rows.filter(({ provider }) => provider === 'acme').map((row) => row.model);
    expect(acme(second.no_longer_listed)).toEqual(['m-2', 'm-2']);
    expect(await cost('acme', 'm-1', '2026-10-31T23:59:59Z')).toBe('2.00 priced');
    expect(await cost('acme', 'm-1', '2026-11-01T00:00:00Z')).toBe('3.00 priced');
    expect(await cost('acme', 'm-2', '2026-11-01T00:00:00Z')).toBe('4.00 priced');
    const again = await release('2026-11-02', model('m-1', 3));
    expect(again).toMatchObject({ added: false, new: [], changed: [], ended: [] });
  });

  test('older than the one that was taken goes back to its prices, as new rows', async () => {
    const names = { match: { or: [{ equals: 'm-1' }, { equals: 'm-1-preview' }] } };
    await release('2026-06-01', model('m-1', 2, names), model('m-2', 4));
    await release(
      '2026-09-01',
      model('m-1', 3),
      model('m-2', 5, { match: { or: [{ equals: 'm-2' }, { equals: 'm-1-preview' }] } }),
    );
    const before = await owner.query('select max(id) as id from tricost.prices');
    const older = await release('2026-11-01', model('m-1', 2, names), model('m-2', 4));
    expect(older).toMatchObject({
      new: [],
      changed: [
        { model: 'm-1', price_usd: '2', price_usd_before: '3', valid_from: '2026-11-01T00:00:00Z' },
        { model: 'm-2', price_usd: '4', price_usd_before: '5' },
      ],
      changed_names: [{ name: 'm-1-preview', model: 'm-1', before: { model: 'm-2' } }],
    });
    // Stored calls go on to name the rows that they had.
    const added = await owner.query('select id from tricost.prices where id > $1', [
      before.rows[0].id,
    ]);
    expect(added.rowCount).toBe(2);
    expect(await cost('acme', 'm-1', '2026-08-31T00:00:00Z')).toBe('2.00 priced');
    expect(await cost('acme', 'm-1', '2026-10-31T00:00:00Z')).toBe('3.00 priced');
    expect(await cost('acme', 'm-1', '2026-11-01T00:00:00Z')).toBe('2.00 priced');
    expect(await cost('acme', 'm-1-preview', '2026-10-31T00:00:00Z')).toBe('5.00 priced');
    expect(await cost('acme', 'm-1-preview', '2026-11-01T00:00:00Z')).toBe('2.00 priced');
    expect(await release('2026-11-02', model('m-1', 2, names), model('m-2', 4))).toMatchObject({
      added: false,
    });
    // From a date on which the newer one held already: it is corrected.
    await release('2026-08-01', model('m-1', 2, names), model('m-2', 4));
    expect(await cost('acme', 'm-1', '2026-10-31T00:00:00Z')).toBe('2.00 priced');
    expect(await cost('acme', 'm-1-preview', '2026-10-31T00:00:00Z')).toBe('2.00 priced');
  });

  test('may date a price itself, in the file’s own form', async () => {
    const prices_ = [
      { prices: { input_mtok: 2, output_mtok: 1 } },
      { constraint: { start_date: '2026-09-01' }, prices: { input_mtok: 1, output_mtok: 1 } },
    ];
    await release('2026-11-01', model('m-1', 2));
    const second = await release('2026-11-01', { ...model('m-1', 0), prices: prices_ });
    expect(second.changed).toMatchObject([{ valid_from: '2026-09-01T00:00:00Z', price_usd: '1' }]);
    expect(await cost('acme', 'm-1', '2026-08-31T23:59:59Z')).toBe('2.00 priced');
    expect(await cost('acme', 'm-1', '2026-09-01T00:00:00Z')).toBe('1.00 priced');
    const again = await release('2026-11-02', { ...model('m-1', 0), prices: prices_ });
    expect(again).toMatchObject({ added: false });
  });

  test('that drops a band of a price ends it, and a new one begins: on that date', async () => {
    const banded = { base: 1, tiers: [{ start: 200_000, price: 2 }] };
    await release('2026-06-01', model('m-1', banded));
    expect(await cost('acme', 'm-1', '2026-11-01T00:00:00Z')).toBe('2.00 priced');
    const second = await release('2026-11-01', model('m-1', 1));
    expect(second.ended).toMatchObject([{ above_input_tokens: 200_000, price_usd: null }]);
    expect(await cost('acme', 'm-1', '2026-10-31T00:00:00Z')).toBe('2.00 priced');
    expect(await cost('acme', 'm-1', '2026-11-01T00:00:00Z')).toBe('1.00 priced');
    await release('2026-11-10', model('m-1', { base: 1, tiers: [{ start: 100_000, price: 3 }] }));
    expect(await cost('acme', 'm-1', '2026-11-09T00:00:00Z')).toBe('1.00 priced');
    expect(await cost('acme', 'm-1', '2026-11-10T00:00:00Z')).toBe('3.00 priced');
  });

  test('that lists a contracted model as a name of another leaves the contract in force', async () => {
    await release('2026-06-01', model('m-1', 2));
    const set = ['--provider', 'acme', '--model', 'm-2', '--unit', 'input', '--price', '1.5'];
    await said('set', ...set, '--new-model', '--valid-from', '2026-06-01', ...ORDER_FORM);
    const names = { match: { or: [{ equals: 'm-1' }, { equals: 'm-2' }] } };
    const { new_names } = await release('2026-11-01', model('m-1', 2, names));
    expect(new_names).toMatchObject([{ name: 'm-2', model: 'm-1' }]);
    expect(await cost('acme', 'm-2', '2026-11-02T00:00:00Z')).toBe('1.50 priced');
    // The name begins with the release: the contract's calls are as they were, and so are those of before it.
    expect(await cost('acme', 'm-2', '2026-05-31T00:00:00Z')).toBe('model_unlisted');
    await release('2026-05-01', model('m-1', 2, names));
    expect(await cost('acme', 'm-2', '2026-05-31T00:00:00Z')).toBe('2.00 priced');
    expect(await cost('acme', 'm-2', '2026-11-02T00:00:00Z')).toBe('1.50 priced');
  });

  test('leaves contracted prices alone', async () => {
    await release('2026-06-01', model('m-1', 2));
    const set = ['--provider', 'acme', '--model', 'm-1', '--unit', 'input', '--price', '1.5'];
    await said('set', ...set, '--valid-from', '2026-06-01', ...ORDER_FORM);
    await release('2026-11-01', model('m-1', 3));
    expect(await cost('acme', 'm-1', '2026-11-02T00:00:00Z')).toBe('1.50 priced');
  });
});

describe('what somebody took with `prices update`', () => {
  beforeEach(async () => {
    const drop = await freshDatabase();
    // That of this tricost, which would be newer.
    await owner.query('truncate tricost.price_releases');
    return drop;
  });

  const take = async (published: string, from: string, ...models: object[]) =>
    said(
      ...['update', '--catalogue', await catalogue(...models), '--published', published],
      ...['--valid-from', from, '--yes'],
    );
  const preview = { match: { or: [{ equals: 'm-1' }, { equals: 'm-1-preview' }] } };
  const moved = { match: { or: [{ equals: 'm-2' }, { equals: 'm-1-preview' }] } };
  const at = '2026-11-16T00:00:00Z';

  test('a deploy of a newer list changes: prices and names', async () => {
    await take('2026-06-10', '2026-11-01', model('m-1', 2, preview), model('m-2', 4));
    await deploy('2026-06-20', model('m-1', 3), model('m-2', 4, moved));
    expect(await cost('acme', 'm-1', '2026-11-14T00:00:00Z')).toBe('2.00 priced');
    expect(await cost('acme', 'm-1', at)).toBe('3.00 priced');
    expect(await cost('acme', 'm-1-preview', '2026-11-14T00:00:00Z')).toBe('2.00 priced');
    expect(await cost('acme', 'm-1-preview', at)).toBe('4.00 priced');
  });

  test('a deploy of an older list leaves as it is: prices and names', async () => {
    await deploy('2026-06-01', model('m-1', 1), model('m-2', 4, moved));
    await take('2026-06-10', '2026-11-01', model('m-1', 2, preview), model('m-2', 4));
    // The one that was there, and another that is older, too.
    await deploy('2026-06-01', model('m-1', 1), model('m-2', 4, moved));
    await deploy('2026-06-05', model('m-1', 9), model('m-2', 9, moved));
    expect(await cost('acme', 'm-1', at)).toBe('2.00 priced');
    expect(await cost('acme', 'm-1-preview', at)).toBe('2.00 priced');
  });

  test('keeps an older list out, also where it changed nothing', async () => {
    await deploy('2026-06-01', model('m-1', 2));
    const same = await take('2026-06-20', '2026-11-01', model('m-1', 2));
    expect(same).toMatchObject({ added: false, new: [], changed: [], repriced: null });
    await deploy('2026-06-10', model('m-1', 9));
    expect(await cost('acme', 'm-1', at)).toBe('2.00 priced');
  });

  test('a name of yours goes before, from its date until your next, whatever releases said since', async () => {
    const models = [model('m-1', 2, preview), model('m-2', 4), model('m-3', 6)];
    await take('2026-06-10', '2026-11-01', ...models);
    const name = ['--provider', 'acme', '--name', 'm-1-preview'];
    await said('alias', ...name, '--to', 'acme/m-1', '--valid-from', '2026-11-20');
    await take('2026-06-20', '2026-11-10', model('m-1', 2), model('m-2', 4, moved));
    expect(await cost('acme', 'm-1-preview', at)).toBe('4.00 priced');
    await said('alias', ...name, '--to', 'acme/m-3', '--valid-from', '2026-11-05');
    expect(await cost('acme', 'm-1-preview', '2026-11-04T00:00:00Z')).toBe('2.00 priced');
    expect(await cost('acme', 'm-1-preview', '2026-11-05T00:00:00Z')).toBe('6.00 inferred');
    expect(await cost('acme', 'm-1-preview', at)).toBe('6.00 inferred');
    expect(await cost('acme', 'm-1-preview', '2026-11-20T00:00:00Z')).toBe('2.00 inferred');
  });

  test('an older file leaves as it is and says so, unless it is taken as the newest', async () => {
    await take('2026-06-10', '2026-11-01', model('m-1', 2));
    const file = await catalogue(model('m-1', 1));
    const older = ['update', '--catalogue', file, '--published', '2026-06-01'];
    const { code, stdout } = await prices(...older, '--yes');
    expect(code).toBe(0);
    expect(stdout).toMatch(
      /^genai-prices, data\.json \(2026-06-01, revision \d+\) is older than genai-prices, data\.json \(2026-06-10, revision \d+\), taken on .*: the price list stays as it is\.\n$/,
    );
    expect(await said(...older, '--yes')).toMatchObject({
      ...{ added: false, changed: [], repriced: null },
      older_than: { published: '2026-06-10' },
    });
    expect(await cost('acme', 'm-1', at)).toBe('2.00 priced');
    await release('2026-11-15', model('m-1', 1));
    expect(await cost('acme', 'm-1', at)).toBe('1.00 priced');
    // Of a colleague who has only the list of this tricost: nothing.
    expect(await said('update', '--yes')).toMatchObject({ added: false, older_than: {} });
  });

  test('leaves a price and a name that were entered by hand, shows them, and takes them when told to', async () => {
    await take('2026-06-10', '2026-11-01', model('m-1', 2, preview), model('m-2', 4));
    await owner.query(
      `insert into tricost.prices (kind, provider, model, unit, service_tier, valid_from, price_usd, source)
       values ('list', 'acme', 'm-1', 'input', 'standard', '2026-11-02Z', 7, 'a row of ours')`,
    );
    await said('alias', '--provider', 'acme', '--name', 'm-1-preview', '--to', 'acme/m-1');
    const contract = ['--provider', 'acme', '--model', 'm-2', '--unit', 'input', '--price', '1'];
    await said('set', ...contract, '--valid-from', '2026-11-02', ...ORDER_FORM);
    const models = [model('m-1', 3), model('m-2', 5, moved)];
    const file = await catalogue(...models);
    const shown = await prices('update', '--catalogue', file, '--valid-from', '2026-11-10');
    expect(shown.stdout).toMatch(
      /kept: entered by hand +acme m-1 +input: \$7 per million \(the list: \$3 from 2026-11-10 on\)/,
    );
    expect(shown.stdout).toMatch(
      /kept: entered by hand +acme m-2 +input, contracted: \$1 per million \(the list: \$5 from 2026-11-10 on\)/,
    );
    expect(shown.stdout).toMatch(
      /name kept: entered by hand +acme m-1-preview +acme m-1 \(the list: acme m-2\)/,
    );
    expect(await take('2026-06-20', '2026-11-10', ...models)).toMatchObject({
      changed: [{ model: 'm-2', price_usd: '5' }],
      kept: [
        { model: 'm-1', price_usd: '7', listed_price_usd: '3' },
        { model: 'm-2', price_usd: '1', kind: 'contracted', listed_price_usd: '5' },
      ],
      kept_names: [{ name: 'm-1-preview', model: 'm-1', listed: { model: 'm-2' } }],
    });
    await deploy('2026-06-25', ...models);
    expect(await cost('acme', 'm-1', at)).toBe('7.00 priced');
    expect(await cost('acme', 'm-1-preview', at)).toBe('7.00 inferred');
    expect(await cost('acme', 'm-2', at)).toBe('1.00 priced');

    await said(
      ...['update', '--catalogue', file, '--valid-from', '2026-11-15', '--replace-entered'],
      '--yes',
    );
    expect(await cost('acme', 'm-1', '2026-11-14T00:00:00Z')).toBe('7.00 priced');
    expect(await cost('acme', 'm-1', at)).toBe('3.00 priced');
    expect(await cost('acme', 'm-1-preview', at)).toBe('1.00 priced');
    expect(await cost('acme', 'm-2', at)).toBe('1.00 priced');
  });
});

describe('what is refused, and changes nothing', () => {
  beforeAll(freshDatabase);

  test.each<[string, string[], RegExp]>([
    ['a unit that is none', ['--unit', 'tokens', '--price', '1'], /cache_write_1h/],
    ['a negative price', ['--price=-1'], /0 or more/],
    ['a price that is no number', ['--price', '$1'], /decimal number/],
    ['a price and an end', ['--price', '1', '--end'], /--price, or --end/],
    ['neither', [], /--price, or --end/],
    ['an end of nothing', ['--end'], /no contracted price/],
    ['a tier that is none', ['--price', '1', '--tier', 'gold'], /priority/],
    ['no date', ['--price', '1', '--valid-from', 'soon'], /a time is a date/],
    ['half a second', ['--price', '1', '--valid-from', '2026-01-01T00:00:00.5Z'], /whole second/],
    ['a size that is none', ['--price', '1', '--above', '-5'], /whole number/],
    ['a size alone', ['--price', '1', '--above', '200_000'], /small ones, which would be unpriced/],
    ['an empty source', ['--price', '1', '--source', ' '], /must say something/],
    ['a model that is a slip', ['--price', '1', '--model', 'gtp-5'], /it has of openai: gpt-/],
  ])('a price: %s', async (_, args, says) => {
    const usual = [...GPT_5, '--valid-from', '2026-11-01', ...ORDER_FORM];
    const { code, stderr } = await prices('set', ...usual, ...args);
    expect(code).toBe(1);
    expect(stderr).toMatch(says);
    const { rows } = await owner.query(`select from tricost.prices where kind = 'contracted'`);
    expect(rows).toHaveLength(0);
  });

  test('a name that leads to no price', async () => {
    const { code, stderr } = await prices(
      ...['alias', '--provider', 'azure', '--name', 'd', '--to', 'openai/gpt-5-55'],
    );
    expect(code).toBe(1);
    expect(stderr).toContain('no price of openai gpt-5-55 to lead to: it has of openai: gpt-5');
    const slashless = await prices('alias', '--provider', 'azure', '--name', 'd', '--to', 'gpt-5');
    expect(slashless.stderr).toContain('openai/gpt-5');
  });

  test('a list of what there is not: says what there is', async () => {
    const { code, stderr } = await prices('list', '--provider', 'openai', '--model', 'gpt-five');
    expect(code).toBe(1);
    expect(stderr).toContain('there is no price of openai gpt-five: it has of openai: gpt-');
  });

  test('a catalogue that is not published yet', async () => {
    const { code, stderr } = await prices(
      ...['update', '--catalogue', 'data.json', '--published', '2099-01-01'],
    );
    expect(code).toBe(1);
    expect(stderr).toContain('published by now');
  });

  test.each<[string, string, RegExp]>([
    ['no JSON', 'x', /is not a catalogue/],
    ['an object', '{}', /JSON array of providers/],
    ['a provider without models', '[{"id":"acme"}]', /acme in the catalogue has no models/],
    [
      'a price that is text',
      '[{"id":"acme","models":[{"id":"m","match":{"equals":"m"},"prices":{"input_mtok":"2"}}]}]',
      /no number of dollars/,
    ],
    [
      'a constraint that is not known',
      '[{"id":"acme","models":[{"id":"m","match":{"equals":"m"},"prices":[{"constraint":{"moon":"full"},"prices":{}}]}]}]',
      /constraint of a form/,
    ],
  ])('a catalogue: %s', async (_, text, says) => {
    const file = join(folder, 'broken.json');
    await writeFile(file, text);
    const { code, stderr } = await prices('update', '--catalogue', file, '--yes');
    expect(code).toBe(1);
    expect(stderr).toMatch(says);
  });
});
