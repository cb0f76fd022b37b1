/** A deploy's price list: the bundled function against what somebody, or another release, has left in the database. */
import { cp, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import { afterAll, beforeAll, beforeEach, expect, onTestFinished, test, vi } from 'vitest';
import { migrate } from '../../adapters/postgres/migrate.ts';
import { createTestDatabase, type TestDatabase } from '../support/postgres.ts';
import { importBundle } from './import-bundle.ts';
import type { LoopbackServer } from './loopback-server.ts';
import { startParameterStore } from './parameter-store.ts';

const MIGRATIONS = fileURLToPath(new URL('../../sql/migrations', import.meta.url));
const PARAMETERS = { migrate: '/t/migrate', runtime: '/t/runtime', slack: '/t/slack' };

const parameters = new Map<string, string>();
let store: LoopbackServer;
let log: string[];

beforeAll(async () => {
  store = await startParameterStore(parameters);
  Object.assign(process.env, {
    AWS_REGION: 'eu-west-1',
    AWS_ACCESS_KEY_ID: 'test',
    AWS_SECRET_ACCESS_KEY: 'test',
    AWS_ENDPOINT_URL_SSM: store.url,
    TRICOST_DATABASE_URL_PARAMETER: PARAMETERS.migrate,
    TRICOST_RUNTIME_DATABASE_URL_PARAMETER: PARAMETERS.runtime,
    TRICOST_SLACK_WEBHOOK_URL_PARAMETER: PARAMETERS.slack,
    TRICOST_DATABASE_CA: '',
    TRICOST_PARTITION_MONTHS_BACK: '1',
    TRICOST_PARTITION_MONTHS_AHEAD: '1',
    TRICOST_RETENTION_MONTHS: '',
    TRICOST_FEATURE_INDEX: 'false',
    TRICOST_REPORTING_ZONE: 'UTC',
  });
});

afterAll(() => store.stop());

beforeEach(() => {
  log = [];
  vi.spyOn(console, 'log').mockImplementation((line) => {
    log.push(line);
  });
});

async function useDatabase(template?: string): Promise<TestDatabase> {
  const database = await createTestDatabase(template === undefined ? {} : { template });
  onTestFinished(() => database.drop());
  parameters.set(PARAMETERS.migrate, database.url);
  parameters.set(PARAMETERS.runtime, database.runtimeUrl);
  parameters.set(PARAMETERS.slack, 'https://hooks.slack.com/services/T0/B0/x');
  return database;
}

async function deploy(): Promise<{ pricesAdded: number; applied: string[] }> {
  const handler = await importBundle<{ pricesAdded: number; applied: string[] }>('migrate');
  return handler({});
}

/** As the release left it that had migrations up to a number. */
async function migrateUpTo(database: TestDatabase, last: string): Promise<void> {
  const directory = await mkdtemp(join(tmpdir(), 'tricost-migrations-'));
  const files = (await readdir(MIGRATIONS)).filter((name) => name.slice(0, 4) <= last);
  await Promise.all(files.map((name) => cp(join(MIGRATIONS, name), join(directory, name))));
  const owner = new pg.Client({ connectionString: database.url });
  await owner.connect();
  try {
    await migrate(owner, directory);
  } finally {
    await owner.end();
    await rm(directory, { recursive: true });
  }
}

test('a list that is older than the one somebody took takes nothing back, and says so', async () => {
  const database = await useDatabase();
  await database.query(
    `insert into tricost.price_releases (digest, catalogue, published, revision, added_at)
     values ('taken', 'genai-prices 9.9', '2099-01-01', 1, now() + interval '1 second')`,
  );
  const newer = ['list', 'openai', 'gpt-5', 'input', 'standard', '2026-01-01Z', 9, 'x', 'taken'];
  await database.query(
    `insert into tricost.prices (kind, provider, model, unit, service_tier, valid_from, price_usd, source, release)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
    newer,
  );
  await database.query(
    `insert into tricost.model_names (provider, name, match, model_provider, model, price_status, valid_from, source, release)
     values ('openai', 'gpt-5-codex', 'exact', 'openai', 'gpt-4.1', 'priced', '2026-01-01Z', 'x', 'taken')`,
  );
  const counts = () =>
    database.query(
      `select (select count(*) from tricost.prices) as prices, (select count(*) from tricost.model_names) as names,
         (select count(*) from tricost.price_releases) as releases`,
    );
  const { rows: before } = await counts();
  expect(await deploy()).toMatchObject({ pricesAdded: 0 });
  expect((await counts()).rows).toEqual(before);
  expect(log).toEqual([
    expect.stringMatching(
      /^@pydantic\/genai-prices \S+ \(\S+, revision \d+\) is older than genai-prices 9\.9 \(2099-01-01, revision 1\), taken on \S+: the price list stays as it is$/,
    ),
  ]);
});

test('the list that the last deploy brought is brought once', async () => {
  await useDatabase('template0');
  expect((await deploy()).pricesAdded).toBeGreaterThan(4_000);
  expect(await deploy()).toMatchObject({ pricesAdded: 0, applied: [] });
  expect(log).toEqual([]);
});

test('an installation of before rows were told apart: what may have been entered by hand stays', async () => {
  const database = await useDatabase('template0');
  await migrateUpTo(database, '0019');
  // A deploy's, then one that `prices update` took, as both wrote them then.
  await database.query(`insert into tricost.price_releases (digest) values ('of before')`);
  await database.query(
    `insert into tricost.prices (kind, provider, model, unit, service_tier, valid_from, price_usd, source, release)
     values ('list', 'openai', 'gpt-5', 'input', 'standard', '1970-01-01Z', 8, 'x', 'of before'),
       ('list', 'openai', 'gpt-5', 'output', 'standard', '1970-01-01Z', 8, 'x', 'of before'),
       ('list', 'openai', 'gpt-5', 'input', 'standard', '2026-01-01Z', 9, 'x', null)`,
  );
  await database.query(
    `insert into tricost.model_names (provider, name, match, model_provider, model, price_status, valid_from, source)
     values ('openai', 'gpt-5-codex', 'exact', 'openai', 'gpt-4.1', 'priced', '1970-01-01Z', 'x'),
       ('openai', 'gpt-5-chat', 'exact', 'openai', 'gpt-4.1', 'inferred', '1970-01-01Z', 'x')`,
  );

  const { applied, pricesAdded } = await deploy();
  expect(applied[0]).toMatch(/^0020/);
  expect(pricesAdded).toBeGreaterThan(4_000);
  expect(log).toEqual([
    expect.stringMatching(/^\d+ prices and names that were entered by hand stay/),
  ]);
  const { rows: prices } = await database.query(
    `select unit, price_usd::text as usd, valid_until is null as holds from reporting.prices
     where provider = 'openai' and model = 'gpt-5' and service_tier = 'standard' and unit in ('input', 'output')
     order by unit, valid_from`,
  );
  expect(prices).toEqual([
    { unit: 'input', usd: '8', holds: false },
    { unit: 'input', usd: '9', holds: true },
    { unit: 'output', usd: '8', holds: false },
    { unit: 'output', usd: '10', holds: true },
  ]);
  const { rows: names } = await database.query(
    `select name, model, release is null as by_hand from tricost.model_names
     where provider = 'openai' and name in ('gpt-5-codex', 'gpt-5-chat') order by name, id`,
  );
  expect(names).toEqual([
    { name: 'gpt-5-chat', model: 'gpt-4.1', by_hand: true },
    { name: 'gpt-5-codex', model: 'gpt-4.1', by_hand: false },
    { name: 'gpt-5-codex', model: 'gpt-5', by_hand: false },
  ]);
  expect(await deploy()).toMatchObject({ pricesAdded: 0 });
});
