import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { connect } from '../../adapters/postgres/connect.ts';
import { ensurePartitions } from '../../adapters/postgres/create-partitions.ts';
import { createTestDatabase, type TestDatabase } from '../support/postgres.ts';

let database: TestDatabase;

beforeAll(async () => {
  database = await createTestDatabase();
  const owner = await connect({ connectionString: database.url, applicationName: 'test' });
  await ensurePartitions(owner, new Date(), { monthsBack: 1, monthsAhead: 1 });
  await owner.end();
});

afterAll(() => database.drop());

const insert = (feature: string) =>
  database.query(
    `insert into tricost.llm_calls
       (ts, event_id, user_id, feature, prompt_id, provider, model, status, cost_usd, price_status)
     values (now(), gen_random_uuid(), 'u_1', $1, '(none)', 'openai', 'gpt-5', 'ok', 0.0213, 'priced')`,
    [feature],
  );

test('tricost tail shows each call once, as it lands, and Ctrl-C ends it', async () => {
  await insert('landed.before');
  const command = new URL('../../cli/tricost.ts', import.meta.url).pathname;
  const child = spawn(
    process.execPath,
    [
      '--experimental-import-text',
      '--disable-warning=ExperimentalWarning',
      command,
      'tail',
      '--json',
    ],
    {
      env: { PATH: process.env['PATH'], DATABASE_URL: database.url },
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  );
  const lines: { feature: string; cost_usd: string }[] = [];
  createInterface(child.stdout).on('line', (line) => lines.push(JSON.parse(line)));
  await once(child.stderr, 'data');
  for (const feature of ['first', 'second', 'third']) {
    await insert(feature);
    await expect.poll(() => lines.at(-1)?.feature, { timeout: 30_000 }).toBe(feature);
  }
  child.kill('SIGINT');
  const [code] = await once(child, 'exit');
  expect(code).toBe(0);
  expect(lines.map(({ feature, cost_usd }) => [feature, cost_usd])).toEqual([
    ['first', '0.021300000000'],
    ['second', '0.021300000000'],
    ['third', '0.021300000000'],
  ]);
}, 120_000);
