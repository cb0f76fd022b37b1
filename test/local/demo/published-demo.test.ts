import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { connect } from '../../../adapters/postgres/connect.ts';
import { ensurePartitions } from '../../../adapters/postgres/create-partitions.ts';
import { demoPublishedAt, markDemoPublished } from '../../../local/demo/published-demo.ts';
import { resetState } from '../../../local/state/reset-state.ts';
import { storeCalls } from '../../sql/stored-calls.ts';
import { createTestDatabase } from '../../support/postgres.ts';

const NOW = new Date('2026-11-23T08:00:00Z');

async function stateDirectory(): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'tricost-published-'));
  onTestFinished(() => rm(directory, { recursive: true }));
  return directory;
}

async function migratedDatabase() {
  const database = await createTestDatabase();
  onTestFinished(() => database.drop());
  return database;
}

async function databaseWithCalls() {
  const database = await migratedDatabase();
  const client = await connect({ connectionString: database.url, applicationName: 'test' });
  try {
    await ensurePartitions(client, NOW, { monthsBack: 0, monthsAhead: 0 });
    await storeCalls(client, [{ ts: NOW }]);
  } finally {
    await client.end();
  }
  return database;
}

test('the demo of one database is not that of another', async () => {
  const directory = await stateDirectory();
  const { url } = await databaseWithCalls();
  const place = (ownDatabase: string | undefined) => ({ stateDirectory: directory, ownDatabase });
  await markDemoPublished(place(undefined), NOW);
  await markDemoPublished(place('127.0.0.1:5432/../app'), NOW);
  expect(await demoPublishedAt(place(undefined), url)).toEqual(NOW);
  expect(await demoPublishedAt(place('127.0.0.1:5432/../app'), url)).toEqual(NOW);
  expect(await demoPublishedAt(place('127.0.0.1:5433/../app'), url)).toBeUndefined();
});

test('a database that was made again has it no more', async () => {
  const { url } = await migratedDatabase();
  const place = { stateDirectory: await stateDirectory(), ownDatabase: 'db:5432/app' };
  await markDemoPublished(place, NOW);
  expect(await demoPublishedAt(place, url)).toBeUndefined();
});

test('a reset forgets the demo of the embedded database, which it clears, and of no other', async () => {
  const directory = await stateDirectory();
  const { url } = await databaseWithCalls();
  const embedded = { stateDirectory: directory, ownDatabase: undefined };
  const own = { stateDirectory: directory, ownDatabase: 'db:5432/app' };
  await markDemoPublished(embedded, NOW);
  await markDemoPublished(own, NOW);
  await resetState(directory);
  expect(await demoPublishedAt(embedded, url)).toBeUndefined();
  expect(await demoPublishedAt(own, url)).toEqual(NOW);
});
