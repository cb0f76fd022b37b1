/** `tricost teams` on a real database. */
import pg from 'pg';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { readOwners } from '../../adapters/postgres/teams.ts';
import { createTestDatabase, type TestDatabase } from '../support/postgres.ts';
import { runCommand } from './run-command.ts';

let database: TestDatabase;
let owner: pg.Client;

beforeAll(async () => {
  database = await createTestDatabase();
  owner = new pg.Client({ connectionString: database.url });
  await owner.connect();
});

afterAll(async () => {
  await owner.end();
  await database.drop();
});

beforeEach(() => owner.query('truncate tricost.teams cascade'));

const teams = (...args: string[]) => runCommand(['teams', ...args, '--database-url', database.url]);

async function said(...args: string[]) {
  const { code, stdout, stderr } = await teams(...args, '--json');
  expect(`${code} ${stderr}`).toMatch(/^0 database /);
  return JSON.parse(stdout);
}

test('without teams it says where messages go', async () => {
  expect((await teams('list')).stdout).toBe(
    'no teams: every message goes to the webhook of the stack\n',
  );
  expect(await said('list')).toEqual({ teams: [] });
});

test('a team is added, and what is not named stays as it is', async () => {
  const first = await teams(
    'set',
    'support',
    '--zone',
    'Europe/Rome',
    '--owns',
    'support.*',
    'chat',
  );
  expect(first.stdout).toMatch(/^support {2}09:00 Europe\/Rome {2}support {2}chat, support\.\*\n/);
  expect(first.stdout).toContain('--name /tricost/Tricost/slack/support --value "$value"');
  await said('set', 'support', '--secret', 'slack-bot', '--channel', 'C0123456789', '--hour', '7');
  const support = {
    ...{
      name: 'support',
      secret: 'slack-bot',
      slack_channel: 'C0123456789',
      time_zone: 'Europe/Rome',
    },
    ...{ hour: 7, owns: ['chat', 'support.*'] },
  };
  expect(await said('list')).toEqual({ teams: [support] });
  expect(await said('set', 'support', '--no-channel', '--disowns', 'chat')).toEqual({
    teams: [{ ...support, slack_channel: null, owns: ['support.*'] }],
  });
});

test('a feature has one owner: the last that was said to own it', async () => {
  await said('set', 'support', '--owns', 'chat');
  await said('set', 'search', '--owns', 'chat');
  expect(await readOwners(owner)).toEqual([{ feature: 'chat', team: 'search' }]);
});

test('a team that is removed owns nothing', async () => {
  await said('set', 'support', '--owns', 'chat');
  expect(await said('remove', 'support')).toEqual({ removed: 'support' });
  expect(await readOwners(owner)).toEqual([]);
  const again = await teams('remove', 'support');
  expect(again).toMatchObject({
    code: 1,
    stderr: expect.stringMatching(/no team support; there is none$/),
  });
});

test('what cannot be done is done in no part', async () => {
  const { code, stderr } = await teams('set', 'support', '--owns', 'a', '--disowns', 'b');
  expect(`${code} ${stderr}`).toMatch(/^1 (.|\n)*nobody owns b/);
  expect(await said('list')).toEqual({ teams: [] });
});

test.each([
  [['Support'], /a name is of lower-case/],
  [['support', '--secret', '/tricost/x'], /not a path/],
  [['support', '--secret', 'https://hooks.slack.com/x'], /not the secret itself/],
  [['support', '--channel', '#support'], /an id looks like/],
  [['support', '--zone', 'europe/rome'], /a zone looks like/],
  [['support', '--hour', '24'], /an hour is/],
  [['support', '--owns', 'a*b'], /a \* stands at the end/],
])('%j is refused', async (args, reason) => {
  const { code, stderr } = await teams('set', ...args);
  expect(code).toBe(1);
  expect(stderr).toMatch(reason);
});
