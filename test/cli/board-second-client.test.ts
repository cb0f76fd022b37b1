/**
 * Metabase's own command line as a second reading of its API: its schemas hold every body that we send and what the stand-in
 * answers, it takes each card's query after looking at it itself, and it reads the board from the stand-in.
 */
import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import formats from 'ajv-formats';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { TABS } from '../../board/layout.ts';
import { type FakeMetabase, startFakeMetabase } from '../support/metabase/fake-metabase.ts';
import { createOwnedDatabase } from '../support/owned-database.ts';
import { runCommand } from './run-command.ts';

const require = createRequire(import.meta.url);
const MB = require.resolve('@metabase/cli/dist/cli.mjs');

let fake: FakeMetabase;
let home: string;
let viewerUrl: string;
const schemas = new Map<string, { input: ValidateFunction; output: ValidateFunction }>();

beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'tricost-mb-'));
  const ajv = new Ajv2020({ strict: false, allErrors: true });
  formats.default(ajv);
  const commands = ['setup', 'collection create', 'card create', 'card get'];
  commands.push('dashboard create', 'dashboard update', 'dashboard get', 'field update');
  await Promise.all(
    commands.map(async (command) => {
      const help = JSON.parse((await mb([...command.split(' '), '--help', '--json'])).stdout);
      schemas.set(command, {
        input: ajv.compile(help.inputSchema ?? {}),
        output: ajv.compile(help.outputSchema ?? {}),
      });
    }),
  );
  const owned = await createOwnedDatabase(new Date(), { monthsBack: 1, monthsAhead: 0 });
  const login = `metabase_${process.pid}`;
  await owned.owner.query(`create role ${login} login password 'x' in role tricost_readonly`);
  viewerUrl = Object.assign(new URL(owned.database.url), { username: login, password: 'x' }).href;
  fake = await startFakeMetabase({ isNew: true });
  vi.stubEnv('METABASE_URL', fake.url);
  const { stdout } = await runCommand(['board', 'setup', '--email', 'ops@example.com', '--json']);
  vi.stubEnv('METABASE_API_KEY', JSON.parse(stdout).api_key);
  const applied = await runCommand(['board', 'apply', '--database-url', viewerUrl]);
  expect(applied).toMatchObject({ code: 0 });
  return async () => {
    await fake.stop();
    await owned.owner.query(`drop role ${login}`);
    await owned.drop();
  };
});

afterAll(() => rm(home, { recursive: true, force: true }));

/** As a user has it: no key ring, no settings, nothing of this machine. */
function mb(args: string[], input = ''): Promise<{ stdout: string; stderr: string }> {
  const running = promisify(execFile)(process.execPath, [MB, ...args], {
    env: {
      PATH: process.env['PATH'],
      HOME: home,
      XDG_CONFIG_HOME: home,
      MB_CLI_DISABLE_KEYRING: '1',
      ...(fake === undefined ? {} : { MB_URL: fake.url, MB_API_KEY: fake.apiKey }),
    },
    maxBuffer: 64 * 1024 * 1024,
  });
  running.child.stdin?.end(input);
  return running;
}

function problems(command: string, side: 'input' | 'output', value: unknown): unknown {
  const validate = schemas.get(command)?.[side];
  if (validate === undefined) throw new Error(`no schema of ${command}`);
  return validate(value) ? [] : validate.errors;
}

const sent = (method: string, path: RegExp) =>
  fake.requests.filter((request) => request.method === method && path.test(request.path));

test.each([
  ['setup', 'POST', /^\/api\/setup$/, 1],
  ['collection create', 'POST', /^\/api\/collection$/, 1],
  ['card create', 'POST', /^\/api\/card$/, 3],
  ['dashboard create', 'POST', /^\/api\/dashboard$/, 1],
  ['dashboard update', 'PUT', /^\/api\/dashboard\/\d+$/, 1],
  ['field update', 'PUT', /^\/api\/field\/\d+$/, 1],
] as const)('%s: what we send is what it would', (command, method, path, least) => {
  const bodies = sent(method, path);
  expect(bodies.length).toBeGreaterThanOrEqual(least);
  for (const { body } of bodies) expect(problems(command, 'input', body)).toEqual([]);
  expect(fake.stripped).toEqual([]);
});

test('a body that it would refuse is found', () => {
  const body = structuredClone(sent('PUT', /^\/api\/dashboard\/\d+$/)[0]?.body) as {
    parameters: { type: string }[];
  };
  Object.assign(body.parameters[0] as object, { type: 'date/al-options' });
  expect(problems('dashboard update', 'input', body)).not.toEqual([]);
});

test('the stand-in answers in its shape', async () => {
  const [dashboard] = fake.dashboards;
  const get = async (path: string): Promise<unknown> =>
    (await fetch(fake.url + path, { headers: { 'x-api-key': fake.apiKey } })).json();
  expect(problems('dashboard get', 'output', await get(`/api/dashboard/${dashboard?.id}`))).toEqual(
    [],
  );
  for (const { id } of fake.cards) {
    expect(problems('card get', 'output', await get(`/api/card/${id}`))).toEqual([]);
  }
});

test('it reads the board', async () => {
  const [dashboard] = fake.dashboards;
  const [collection] = fake.collections;
  const whole = ['--json', '--max-bytes', '0'];
  const read = await Promise.all([
    mb(['dashboard', 'get', `${dashboard?.id}`, '--full', ...whole]),
    mb(['collection', 'items', `${collection?.id}`, ...whole]),
  ]);
  const [{ tabs }, { data }] = read.map(({ stdout }) => JSON.parse(stdout));
  expect(tabs.map(({ name }: { name: string }) => name)).toEqual(TABS.map(({ name }) => name));
  expect(data).toHaveLength(fake.cards.length + 1);
});

test('every query is one of its language', async () => {
  const { stdout } = await mb(['query', '--print-schema']);
  const ajv = new Ajv2020({ strict: false, allErrors: true });
  formats.default(ajv);
  const isQuery = ajv.compile(JSON.parse(stdout));
  for (const { body } of sent('POST', /^\/api\/card$/)) {
    expect(isQuery(body['dataset_query']) ? [] : isQuery.errors).toEqual([]);
  }
});

test('it makes a card from our body, and not from one whose column is written the old way', async () => {
  const body = structuredClone(sent('POST', /^\/api\/card$/)[0]?.body) as {
    entity_id: string;
    dataset_query: { stages: [{ 'template-tags': Record<string, { dimension: unknown[] }> }] };
  };
  body.entity_id = 'second-client-of-ours';
  await mb(['card', 'create', '--json'], JSON.stringify(body));
  expect(fake.cards.at(-1)).toMatchObject({ entity_id: body.entity_id });

  const [tag] = Object.values(body.dataset_query.stages[0]['template-tags']);
  const [, , id] = tag?.dimension ?? [];
  Object.assign(tag as object, { dimension: ['field', id, null] });
  await expect(mb(['card', 'create', '--json'], JSON.stringify(body))).rejects.toThrow(
    'dataset_query validation failed',
  );
});
