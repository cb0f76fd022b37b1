/** Connecting: TLS that no URL can switch off by accident, secrets that no error quotes, peers that fall silent. */
import net from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { connect, connectionSettings } from '../../../adapters/postgres/connect.ts';
import { WarmConnection } from '../../../adapters/postgres/warm-connection.ts';
import { createTestDatabase, type TestDatabase } from '../../support/postgres.ts';

const CA = '-----BEGIN CERTIFICATE-----';
const VERIFIED = { rejectUnauthorized: true, ca: CA };

let database: TestDatabase;

beforeAll(async () => {
  database = await createTestDatabase();
});

afterAll(() => database.drop());

describe('TLS', () => {
  test.each([
    ['postgres://u:p@db.example.com/d', VERIFIED],
    ['postgres://u:p@db.example.com/d?sslmode=require', VERIFIED],
    ['postgres://u:p@db.example.com/d?sslmode=no-verify', VERIFIED],
    ['postgres://u:p@db.example.com/d?ssl=0', VERIFIED],
    ['postgres://u:p@db.example.com/d?ssl=no-verify', VERIFIED],
    ['postgres://u:p@db.example.com/d?sslrootcert=system&uselibpqcompat=true', VERIFIED],
    ['postgres://u:p@127.evil.example/d', VERIFIED],
    ['postgres://u:p@127.0.0.1:5432/d?sslmode=require', VERIFIED],
    ['postgres://u:p@127.0.0.1:5432/d', false],
    ['postgres://u:p@localhost/d', false],
    ['postgres://u:p@db.internal/d?sslmode=disable', false],
  ])('%s', (connectionString, expected) => {
    const settings = connectionSettings({ connectionString, ca: CA });
    expect(settings.ssl).toEqual(expected);
    expect(settings.connectionString).not.toContain('ssl');
  });

  test('other parameters of the URL stay', () => {
    const { connectionString } = connectionSettings({
      connectionString: 'postgres://u:p@h/d?application_name=x&sslmode=require',
    });
    expect(connectionString).toBe('postgres://u:p@h/d?application_name=x');
  });
});

test.each(['postgres://tricost:s3cr#t/pw@db', 'mysql://u:secret@h/d', 's3cr#t', ''])(
  'a connection string that is none is not quoted: %s',
  async (connectionString) => {
    const error = await connect({ connectionString, applicationName: 'test' }).catch(
      (thrown: unknown) => thrown,
    );
    expect(error).toBeInstanceOf(Error);
    expect(String(error)).toContain('is not a URL like postgres://');
    expect(JSON.stringify({ ...(error as Error) })).toBe('{}');
    expect(String((error as Error).stack)).not.toContain('s3cr');
  },
);

test('a statement that gets no answer fails, and its connection can be left', async () => {
  const locker = await connect({ connectionString: database.url, applicationName: 'locker' });
  await locker.query('begin');
  await locker.query('lock table tricost.alerts');
  const warm = new WarmConnection();
  const client = await warm.get({
    connectionString: database.url,
    applicationName: 'test',
    queryTimeoutMs: 300,
  });
  await expect(client.query('select count(*) from tricost.alerts')).rejects.toThrow('timeout');
  await warm.discard();
  await locker.query('rollback');
  await locker.end();
});

test('a peer that falls silent does not hold the next connection up', async () => {
  // Speaks just enough of the protocol to look like a server that accepted the login, and then nothing more.
  const server = net.createServer((socket) => {
    socket.once('data', () => {
      socket.write(Buffer.from([0x52, 0, 0, 0, 8, 0, 0, 0, 0, 0x5a, 0, 0, 0, 5, 0x49]));
    });
    socket.on('error', () => {});
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as net.AddressInfo;
  const warm = new WarmConnection();
  await warm.get({
    connectionString: `postgres://u:p@127.0.0.1:${port}/d`,
    applicationName: 'test',
  });
  // Would hang for ever: the goodbye is never answered.
  await warm.discard();
  const client = await warm.get({ connectionString: database.url, applicationName: 'test' });
  expect((await client.query('select 1 as one')).rows).toEqual([{ one: 1 }]);
  await warm.discard();
  server.close();
});
