import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readRunnerEnvironment } from '../../local/runner-environment.ts';
import { createTestDatabase, type TestDatabase } from '../support/postgres.ts';

let database: TestDatabase;

beforeAll(async () => {
  database = await createTestDatabase();
});

afterAll(() => database.drop());

test('nothing set, or set to nothing, is the embedded database and no Slack', async () => {
  const none = { ownDatabase: undefined, slackWebhookUrl: undefined };
  expect(await readRunnerEnvironment({})).toEqual(none);
  expect(await readRunnerEnvironment({ DATABASE_URL: '', SLACK_WEBHOOK_URL: '' })).toEqual(none);
});

test('a database that answers is named without its login', async () => {
  const { host, pathname } = new URL(database.url);
  const { ownDatabase } = await readRunnerEnvironment({ DATABASE_URL: database.url });
  expect(ownDatabase).toEqual({ url: database.url, name: `${host}${pathname}`, loopback: true });
});

test.runIf(process.platform === 'linux')('a host that is not loopback is told apart', async () => {
  // Linux takes this address to itself, so a server that listens on loopback only stands for a remote one.
  const url = new URL(database.url);
  url.hostname = '0.0.0.0';
  url.search = 'sslmode=disable';
  const { ownDatabase } = await readRunnerEnvironment({ DATABASE_URL: url.href });
  expect(ownDatabase).toMatchObject({ name: `${url.host}${url.pathname}`, loopback: false });
});

describe('a wrong value is named, with what to do, before anything starts', () => {
  const unset = 'Correct it, or unset it to use the embedded Postgres.';
  const refused = async (env: NodeJS.ProcessEnv): Promise<string> => {
    const error: unknown = await readRunnerEnvironment(env).catch((caught: unknown) => caught);
    return (error as Error).message;
  };

  test.each([
    ['no URL', 'nonsense-secret', /^DATABASE_URL: .*not a URL/],
    ['nobody there', 'postgres://me:secret@127.0.0.1:1/db', /^DATABASE_URL: .*ECONNREFUSED/],
    [
      'nobody at any address',
      'postgres://me:secret@localhost:1/db',
      /^DATABASE_URL: .*ECONNREFUSED/,
    ],
    ['a socket', 'postgres:///db?host=/var/run/postgresql', /^DATABASE_URL: .*Unix sockets/],
    ['a socket besides a host', 'postgres://me:secret@h/db?host=/run', /^DATABASE_URL: .*Unix/],
  ])('%s', async (_, url, reason) => {
    const message = await refused({ DATABASE_URL: url });
    expect(message).toMatch(reason);
    expect(message).toContain(unset);
    expect(message).not.toContain('secret');
  });

  test('a database that does not exist', async () => {
    const url = new URL(database.url);
    url.pathname = 'nowhere';
    expect(await refused({ DATABASE_URL: url.href })).toMatch(
      /^DATABASE_URL: database "nowhere" does not exist\. Correct it/,
    );
  });

  test.each(['hooks.slack.com/services/secret', 'http://hooks.slack.com/services/secret'])(
    'the webhook %s',
    async (url) => {
      const message = await refused({ SLACK_WEBHOOK_URL: url });
      expect(message).toMatch(/^SLACK_WEBHOOK_URL: not an https:\/\/ address\. .*unset it/);
      expect(message).not.toContain('secret');
    },
  );
});
