/** Migrating an empty database: once, whoever runs at the same time, and all or nothing. */

import { randomUUID } from 'node:crypto';
import { cp, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import { afterEach, beforeEach, describe, expect, inject, onTestFinished, test } from 'vitest';
import { migrate } from '../../adapters/postgres/migrate.ts';
import { createTestDatabase, type TestDatabase } from '../support/postgres.ts';

const MIGRATIONS = fileURLToPath(new URL('../../sql/migrations', import.meta.url));
const files = (await readdir(MIGRATIONS)).sort();
/** Branches that are merged later may leave a number out for a while. */
const newest = Number(files.at(-1)?.slice(0, 4));

let database: TestDatabase;

beforeEach(async () => {
  database = await createTestDatabase({ template: 'template0' });
});

afterEach(() => database.drop());

async function migrateFrom(directory: string) {
  const owner = new pg.Client({ connectionString: database.url });
  await owner.connect();
  try {
    return await migrate(owner, directory);
  } finally {
    await owner.end();
  }
}

/** The migrations of another release: these and a changed, broken or further one. */
async function anotherRelease(name: string, text: string): Promise<string> {
  const directory = await mkdtemp(`${tmpdir()}/tricost-migrations-`);
  onTestFinished(() => rm(directory, { recursive: true, force: true }));
  await cp(MIGRATIONS, directory, { recursive: true });
  await writeFile(`${directory}/${name}`, text);
  return directory;
}

async function relations(): Promise<number> {
  const { rows } = await database.query<{ count: number }>(
    `select count(*)::int from pg_class where relnamespace::regnamespace::text in ('tricost', 'reporting')`,
  );
  return rows[0]?.count ?? 0;
}

describe('migrate', () => {
  test('applies every file in order, then none', async () => {
    expect(await migrateFrom(MIGRATIONS)).toEqual({ applied: files, version: newest });
    expect(await migrateFrom(MIGRATIONS)).toEqual({ applied: [], version: newest });
  });

  test('concurrent runs wait for each other, and one of them does it', async () => {
    const results = await Promise.all([1, 2, 3, 4].map(() => migrateFrom(MIGRATIONS)));
    expect(results.flatMap(({ applied }) => applied)).toEqual(files);
    expect(results.map(({ version }) => version)).toEqual([1, 2, 3, 4].map(() => newest));
  });

  test('a failing file leaves nothing behind, the schema included', async () => {
    const broken = await anotherRelease(
      '0099.do.broken.sql',
      'create table tricost.t (); select 1 / 0;',
    );
    await expect(migrateFrom(broken)).rejects.toThrow('division by zero');
    expect(await relations()).toBe(0);
    const { rows } = await database.query(`select from pg_namespace where nspname = 'tricost'`);
    expect(rows).toEqual([]);
  });

  test('a schema that a newer release made is accepted, so rolling the code back works', async () => {
    const newer = await anotherRelease('0099.do.newer.sql', 'create table tricost.newer ();');
    await migrateFrom(newer);
    expect(await migrateFrom(MIGRATIONS)).toEqual({ applied: [], version: 99 });
  });

  test('an applied file that has changed since is refused', async () => {
    const [first = ''] = files;
    const changed = await anotherRelease(
      first,
      `${await readFile(`${MIGRATIONS}/${first}`, 'utf8')}\n-- changed\n`,
    );
    await migrateFrom(MIGRATIONS);
    await expect(migrateFrom(changed)).rejects.toThrow(/MD5|checksum/i);
  });
});

/** Makes a login the owner of the database; it and its database end with the test. */
async function anotherOwner(attributes: string): Promise<pg.Client> {
  const superuser = new pg.Client({ connectionString: inject('postgresServer').superuserUrl });
  await superuser.connect();
  const role = `owner_${randomUUID().replaceAll('-', '')}`;
  const password = randomUUID();
  await superuser.query(`create role ${role} login ${attributes} password '${password}'`);
  const url = new URL(database.url);
  await superuser.query(`alter database ${url.pathname.slice(1)} owner to ${role}`);
  const owner = new pg.Client({
    connectionString: Object.assign(url, { username: role, password }).href,
  });
  await owner.connect();
  // After afterEach, which drops the database.
  onTestFinished(async () => {
    await superuser.query(`drop role ${role}`);
    await superuser.end();
  });
  return owner;
}

describe('the roles of a cluster', () => {
  test.each(['createrole', 'nocreaterole'])(
    'that another owner made serve an owner with %s too',
    async (attributes) => {
      const owner = await anotherOwner(attributes);
      const { applied } = await migrate(owner, MIGRATIONS).finally(() => owner.end());
      expect(applied).toEqual(files);
    },
  );

  test('that are missing are an instruction to an owner who may not make them', async () => {
    const owner = await anotherOwner('nocreaterole');
    const prefix = `absent_${randomUUID().slice(0, 8)}_`;
    const roles = await readFile(`${MIGRATIONS}/${files[0]}`, 'utf8');
    // Roles of this name are there for all tests; others are not.
    const migration = owner.query(roles.replaceAll('tricost_', prefix)).finally(() => owner.end());
    await expect(migration).rejects.toThrow(
      `role ${prefix}ingest does not exist and ${owner.user} may not create it; have an administrator run once: create role ${prefix}ingest nologin;`,
    );
  });
});
