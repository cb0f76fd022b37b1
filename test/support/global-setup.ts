/** Starts the run's PostgreSQL servers, each with a migrated template that tests clone. */
import { randomUUID } from 'node:crypto';
import pg from 'pg';
import type { TestProject } from 'vitest/node';
import { migrate } from '../../adapters/postgres/migrate.ts';
import { findPostgres15, findPostgres18 } from './postgres-binaries.ts';
import { startPostgresCluster } from './postgres-cluster.ts';
import { type PostgresServer, TEMPLATE_DATABASE } from './postgres-server.ts';

const MIGRATIONS = new URL('../../sql/migrations', import.meta.url).pathname;

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const postgres15 = findPostgres15();
  if (postgres15 === undefined) {
    console.warn(
      'Skipped: the SQL tests on PostgreSQL 15, which is not installed. Set TRICOST_TEST_PG15_BIN to the folder of its initdb.',
    );
  }
  const binaries: [major: number, folder: string][] = [
    [18, findPostgres18()],
    ...(postgres15 === undefined ? [] : ([[15, postgres15]] as [number, string][])),
  ];
  const clusters = await Promise.all(
    binaries.map(async ([major, folder]) => ({ major, ...(await startPostgresCluster(folder)) })),
  );
  const stop = async () => {
    await Promise.all(clusters.map((cluster) => cluster.stop()));
  };
  try {
    project.provide(
      'postgresServers',
      await Promise.all(clusters.map(({ major, url }) => prepare(major, url))),
    );
  } catch (error) {
    await stop();
    throw error;
  }
  return stop;
}

/**
 * Migrates as hosts let us: an owner who may create roles but is no superuser, and a login with the rights of the
 * functions.
 */
async function prepare(major: number, superuserUrl: string): Promise<PostgresServer> {
  const password = randomUUID();
  const superuser = new pg.Client({ connectionString: superuserUrl });
  await superuser.connect();
  try {
    await superuser.query(`create role tricost_owner login createrole password '${password}'`);
    await superuser.query(`create database ${TEMPLATE_DATABASE} owner tricost_owner`);
    const ownerUrl = withLogin(superuserUrl, 'tricost_owner', password);
    await migrateTemplate(ownerUrl);
    await superuser.query(
      `create role tricost_runtime login password '${password}' in role tricost_ingest`,
    );
    // Tests act as these roles with SET ROLE; since 16 the maker of a role may not, unless it is said.
    const option = major >= 16 ? 'with set true' : '';
    await superuser.query(`grant tricost_ingest, tricost_readonly to tricost_owner ${option}`);
    return {
      major,
      superuserUrl,
      ownerUrl,
      runtimeUrl: withLogin(superuserUrl, 'tricost_runtime', password),
    };
  } finally {
    await superuser.end();
  }
}

async function migrateTemplate(ownerUrl: string): Promise<void> {
  const url = new URL(ownerUrl);
  url.pathname = TEMPLATE_DATABASE;
  const owner = new pg.Client({ connectionString: url.href });
  await owner.connect();
  try {
    await migrate(owner, MIGRATIONS);
  } finally {
    await owner.end();
  }
}

function withLogin(url: string, username: string, password: string): string {
  return Object.assign(new URL(url), { username, password }).href;
}
