/** Which database a command takes, and what it says of it. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { databaseUrl, localStackOf, stackDatabase } from '../../cli/target.ts';
import { type LocalFile, writeLocalFile } from '../../local/state/local-file.ts';
import { startMiniAssembly } from '../local/running-assembly.ts';
import { runTricost } from './run-tricost.ts';

const LOCAL = 'postgres://owner:secret@127.0.0.1:5433/tricost';
const SHELL = 'postgres://app:secret@db.example.com/app?password=secret';
const FLAG = 'postgres://me:secret@[::1]:5434/mine';

let stateDirectory: string;

beforeEach(async () => {
  stateDirectory = await mkdtemp(join(tmpdir(), 'tricost-target-'));
  vi.stubEnv('DATABASE_URL', undefined);
});

afterEach(async () => {
  vi.unstubAllEnvs();
  await rm(stateDirectory, { recursive: true });
});

/** The connection string chosen, and what was said about it. */
async function choose(flag?: string): Promise<[url: string, said: string]> {
  const stderr = vi.spyOn(process.stderr, 'write').mockReturnValue(true);
  const url = await databaseUrl(flag, stateDirectory);
  const said = stderr.mock.calls.join('');
  stderr.mockRestore();
  return [url, said];
}

test('the flag goes before DATABASE_URL, that before the local stack; each is named without its password', async () => {
  await writeLocalFile(stateDirectory, { databaseUrl: LOCAL, pid: process.pid } as LocalFile);
  expect(await choose()).toEqual([
    LOCAL,
    'database 127.0.0.1:5433/tricost, from the local stack\n',
  ]);
  vi.stubEnv('DATABASE_URL', SHELL);
  expect(await choose()).toEqual([SHELL, 'database db.example.com:5432/app, from DATABASE_URL\n']);
  expect(await choose(FLAG)).toEqual([FLAG, 'database ::1:5434/mine, from --database-url\n']);
});

test('a command is about the local stack when its database is, however it was named', async () => {
  const about = async (options: Parameters<typeof localStackOf>[0]) =>
    (await localStackOf(options, stateDirectory))?.databaseUrl;
  expect(await about({})).toBeUndefined();
  await writeLocalFile(stateDirectory, { databaseUrl: LOCAL, pid: process.pid } as LocalFile);
  expect(await about({})).toBe(LOCAL);
  expect(await about({ aws: true })).toBeUndefined();
  expect(await about({ databaseUrl: FLAG })).toBeUndefined();
  vi.stubEnv('DATABASE_URL', SHELL);
  expect(await about({})).toBeUndefined();
  expect(await about({ databaseUrl: LOCAL })).toBe(LOCAL);
});

test('without any, it names the flag that these commands have', async () => {
  await expect(databaseUrl(undefined, stateDirectory)).rejects.toThrow(
    'start it with `npm start` in another terminal, or add --database-url <url>',
  );
});

test('the database of a stack on AWS is the one that its parameter holds, whatever the shell says; the configuration names the stack', async () => {
  const { awsEndpoint } = await startMiniAssembly(
    {},
    {},
    { parameters: () => ({ '/mine/migrate': 'postgres://owner:secret@db.example.com/calls' }) },
    { Outputs: { MigrateDatabaseUrlParameter: { Value: '/mine/migrate' } } },
  );
  vi.stubEnv('AWS_ENDPOINT_URL', awsEndpoint);
  vi.stubEnv('AWS_REGION', 'eu-west-1');
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'test');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'test');
  vi.stubEnv('DATABASE_URL', SHELL);
  const stderr = vi.spyOn(process.stderr, 'write').mockReturnValue(true);
  expect(await stackDatabase({ aws: true, stack: 'Mini' })).toEqual({
    connectionString: 'postgres://owner:secret@db.example.com/calls',
  });
  expect(stderr.mock.calls.join('')).toBe(
    'database db.example.com:5432/calls, from the parameter /mine/migrate\n',
  );
  const config = join(stateDirectory, 'mini.config.json');
  await writeFile(config, '{ "alarmEmail": "none", "stackName": "Mini" }');
  expect(await stackDatabase({ aws: true, config })).toEqual({
    connectionString: 'postgres://owner:secret@db.example.com/calls',
  });
  expect(await stackDatabase({ aws: true, databaseUrl: FLAG })).toEqual({ connectionString: FLAG });
  await expect(stackDatabase({ aws: true, stack: 'Other' })).rejects.toThrow(
    'there is no stack Other in this account and region; name yours with --stack or --config',
  );
});

test('the help says where each command looks', async () => {
  const { stdout } = await runTricost(['--help']);
  expect(stdout.replaceAll('\n', ' ')).toContain(
    'of --database-url, else of DATABASE_URL, else of the local stack',
  );
});
