import { chmod, mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { connect } from '../../../adapters/postgres/connect.ts';
import { startLocalDatabase } from '../../../local/postgres/local-database.ts';

async function stateDirectory(): Promise<string> {
  // Others may not enter it, as with a clone in a folder that belongs to root.
  const directory = await mkdtemp(join(tmpdir(), 'tricost-postgres-'));
  await chmod(directory, 0o700);
  onTestFinished(() => rm(directory, { recursive: true }));
  return directory;
}

async function query(connectionString: string, sql: string): Promise<unknown[]> {
  const client = await connect({ connectionString, applicationName: 'test' });
  try {
    return (await client.query(sql)).rows;
  } finally {
    await client.end();
  }
}

test('an embedded database has an owner, a runtime login with the ingest role and a reader with the read-only role', async () => {
  const directory = await stateDirectory();
  const database = await startLocalDatabase({ stateDirectory: directory });
  onTestFinished(() => database.stop());
  await query(
    database.ownerUrl,
    'create role tricost_ingest nologin; create role tricost_readonly nologin; create table secret (a int)',
  );
  await expect(query(database.runtimeUrl, 'select 1')).rejects.toThrow(/password|does not exist/);
  await database.allowLogins();
  await database.allowLogins();
  const [who] = await query(
    database.runtimeUrl,
    "select current_database() as database, pg_has_role('tricost_ingest', 'usage') as ingest",
  );
  expect(who).toEqual({ database: 'tricost', ingest: true });
  const [reader] = await query(
    database.readerUrl,
    "select pg_has_role('tricost_readonly', 'usage') as readonly, pg_has_role('tricost_ingest', 'usage') as ingest",
  );
  expect(reader).toEqual({ readonly: true, ingest: false });
  for (const url of [database.runtimeUrl, database.readerUrl]) {
    await expect(query(url, 'select * from secret')).rejects.toThrow(/permission/);
  }
  for (const file of ['postgres-password', 'runtime-password', 'reader-password']) {
    expect((await stat(join(directory, file))).mode & 0o077).toBe(0);
  }
});

test('a stale process id of another program does not keep the server from starting', async () => {
  const directory = await stateDirectory();
  await (await startLocalDatabase({ stateDirectory: directory })).stop();
  const dataDirectory = join(directory, 'postgres');
  // The id of this very process: alive, and no Postgres.
  await writeFile(join(dataDirectory, 'postmaster.pid'), `${process.pid}\n${dataDirectory}\n`);
  const database = await startLocalDatabase({ stateDirectory: directory });
  onTestFinished(() => database.stop());
  expect(await query(database.ownerUrl, 'select 1 as one')).toEqual([{ one: 1 }]);
});

test('DATABASE_URL takes the place of the embedded one', async () => {
  const directory = await stateDirectory();
  const database = await startLocalDatabase({
    stateDirectory: directory,
    databaseUrl: 'postgres://me@127.0.0.1:1/mine',
  });
  expect(database).toMatchObject({
    ownerUrl: 'postgres://me@127.0.0.1:1/mine',
    runtimeUrl: 'postgres://me@127.0.0.1:1/mine',
  });
  await expect(stat(join(directory, 'postgres'))).rejects.toThrow(/ENOENT/);
});

test('the embedded one takes its port again, also after a run with DATABASE_URL', async () => {
  const directory = await stateDirectory();
  const embedded = async () => {
    const database = await startLocalDatabase({ stateDirectory: directory });
    await database.stop();
    return new URL(database.ownerUrl).port;
  };
  const port = await embedded();
  await startLocalDatabase({
    stateDirectory: directory,
    databaseUrl: 'postgres://me@127.0.0.1:5432/mine',
  });
  expect(await embedded()).toBe(port);
});
