/** The command as an operator runs it: what it says, what it refuses, and killed in the middle. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type pg from 'pg';
import { beforeAll, expect, test } from 'vitest';
import { storeCalls } from '../sql/stored-calls.ts';
import { createOwnedDatabase } from '../support/owned-database.ts';
import type { TestDatabase } from '../support/postgres.ts';
import { runCommand } from './run-command.ts';
import { runTricost } from './run-tricost.ts';

const COMMAND = fileURLToPath(new URL('../../cli/tricost.ts', import.meta.url));

let database: TestDatabase;
let owner: pg.Client;

beforeAll(async () => {
  const owned = await createOwnedDatabase(new Date('2026-11-23T12:00:00Z'), {
    monthsBack: 2,
    monthsAhead: 0,
  });
  ({ database, owner } = owned);
  await storeCalls(owner, [
    { ts: '2026-09-10T00:00:00Z', user_id: 'u_10421', usd: '1.5' },
    { ts: '2026-11-10T00:00:00Z', user_id: 'u_10421', usd: '0.000000000001' },
    { ts: '2026-11-10T00:00:00Z', user_id: 'u_10422' },
  ]);
  return owned.drop;
});

const ARGUMENTS = () => ['forget-user', 'u_10421', '--database-url', database.url];

async function users(): Promise<string[]> {
  const { rows } = await owner.query<{ user_id: string }>(
    'select user_id from tricost.llm_calls order by ts, user_id',
  );
  return rows.map((row) => row.user_id);
}

test('says what there is, asks before it acts, survives a kill, and never tells the pseudonym', async () => {
  const dry = await runTricost([...ARGUMENTS(), '--dry-run']);
  expect(dry.code).toBe(0);
  expect(dry.stdout).toContain('llm_calls_p2026_09  1 call  $1.500000000000');
  expect(dry.stdout).toMatch(/ 2 {2}calls of this user: \$1\.500000000001 stay in the books/);
  expect(dry.stdout).toContain('messages under way (not counted: --database-url names a database,');

  const unasked = await runTricost([...ARGUMENTS(), '--json']);
  expect(unasked).toMatchObject({ code: 1, stdout: '' });
  expect(unasked.stderr).toContain('add --yes');
  expect(await users()).toEqual(['u_10421', 'u_10421', 'u_10422']);

  // A lock on the November call stops the command between two months, and there it dies.
  await owner.query('begin');
  await owner.query(`select from tricost.llm_calls where ts = '2026-11-10T00:00:00Z' for update`);
  const flags = ['--experimental-import-text', '--disable-warning=ExperimentalWarning'];
  const child = spawn(process.execPath, [...flags, COMMAND, ...ARGUMENTS(), '--yes'], {
    stdio: 'ignore',
  });
  await expect
    .poll(async () => (await users())[0], { timeout: 30_000 })
    .toMatch(/^forgotten-[0-9a-f]{16}$/);
  child.kill('SIGKILL');
  await once(child, 'exit');
  await owner.query('rollback');

  // The server may take a moment to notice, and until then the lock of the dead one keeps others out.
  let again = await runTricost([...ARGUMENTS(), '--yes', '--json']);
  while (again.stderr.includes('another forget-user')) {
    again = await runTricost([...ARGUMENTS(), '--yes', '--json']);
  }
  const [first, ...rest] = await users();
  expect(rest).toEqual([first, 'u_10422']);
  expect(again.code).toBe(0);
  expect(JSON.parse(again.stdout)).toMatchObject({ arrived_meanwhile: 0, resumed: true });
  expect(again.stdout + again.stderr).not.toContain('forgotten-');
}, 120_000);

test('Ctrl-C ends the batch in hand, and the next run goes on', async () => {
  const run = () =>
    runCommand(['forget-user', 'u_10422', '--yes', '--json', '--database-url', database.url]);
  await owner.query('begin');
  await owner.query(`select from tricost.llm_calls where user_id = 'u_10422' for update`);
  const running = run();
  const waiting = `select from pg_stat_activity where application_name = 'tricost forget-user'
    and wait_event_type = 'Lock' and datname = current_database()`;
  await expect
    .poll(async () => (await database.query(waiting)).rowCount, { timeout: 30_000 })
    .toBe(1);
  process.listeners('SIGINT').at(-1)?.('SIGINT');
  await owner.query('rollback');
  const { code, stdout, stderr } = await running;
  expect([code, stdout]).toEqual([130, '']);
  expect(stderr).toContain('run the same command again and it goes on');
  expect(await users()).not.toContain('u_10422');
  expect(JSON.parse((await run()).stdout)).toMatchObject({ resumed: true });
});

test('nobody is not a user', async () => {
  const result = await runTricost(['forget-user', '(none)', '--database-url', database.url]);
  expect(result).toMatchObject({ code: 1 });
  expect(result.stderr).toContain('there is no user to forget');
});
