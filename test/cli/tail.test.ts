import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
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

const insert = (feature: string, calls = 1) =>
  database.query(
    `insert into tricost.llm_calls
       (ts, event_id, user_id, feature, prompt_id, provider, model, status, cost_usd, price_status)
     select now(), gen_random_uuid(), 'u_1', $1, '(none)', 'openai', 'gpt-5', 'ok', 0.0213, 'priced'
     from generate_series(1, $2)`,
    [feature, calls],
  );

/** Its lines, from when it waits for calls. */
async function startTail(...args: string[]): Promise<{ child: ChildProcess; lines: string[] }> {
  const command = fileURLToPath(new URL('../../cli/tricost.ts', import.meta.url));
  const child = spawn(
    process.execPath,
    [
      '--experimental-import-text',
      '--disable-warning=ExperimentalWarning',
      command,
      'tail',
      ...args,
    ],
    {
      env: { PATH: process.env['PATH'], DATABASE_URL: database.url },
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  );
  onTestFinished(() => void child.kill('SIGKILL'));
  const lines: string[] = [];
  createInterface(child.stdout).on('line', (line) => lines.push(line));
  let said = '';
  while (!said.includes('waiting for calls')) said += (await once(child.stderr, 'data')).join('');
  return { child, lines };
}

test('tricost tail shows each call once, as it lands, and Ctrl-C ends it', async () => {
  await insert('landed.before');
  const { child, lines } = await startTail('--json');
  const calls = () =>
    lines.map((line) => JSON.parse(line) as { feature: string; cost_usd: string });
  for (const feature of ['first', 'second', 'third']) {
    await insert(feature);
    await expect.poll(() => calls().at(-1)?.feature, { timeout: 30_000 }).toBe(feature);
  }
  child.kill('SIGINT');
  const [code] = await once(child, 'exit');
  expect(code).toBe(0);
  expect(calls().map(({ feature, cost_usd }) => [feature, cost_usd])).toEqual([
    ['first', '0.021300000000'],
    ['second', '0.021300000000'],
    ['third', '0.021300000000'],
  ]);
}, 120_000);

test('thousands of calls at one moment are shown, and those after them', async () => {
  const { lines } = await startTail('--json');
  await insert('burst', 2_500);
  await insert('after');
  await expect.poll(() => lines.at(-1), { timeout: 30_000 }).toContain('"after"');
  expect(lines).toHaveLength(2_501);
  expect(new Set(lines).size).toBe(2_501);
  expect(Object.keys(JSON.parse(lines[0] ?? '{}'))).not.toContain('exact_ts');
}, 120_000);

test('a name that would clear the screen does not', async () => {
  const { lines } = await startTail();
  await insert('\u001b[2Jgone');
  await expect.poll(() => lines.join(), { timeout: 30_000 }).toContain('\\u001b[2Jgone');
  expect(lines.join()).not.toContain('\u001b[2J');
}, 120_000);
