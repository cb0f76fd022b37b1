/** Starts the PostgreSQL server of a test project, with a migrated template that tests clone. */

import { randomUUID } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import type { TestProject } from 'vitest/node';
import { migrate } from '../../adapters/postgres/migrate.ts';
import { addRelease } from '../../adapters/postgres/price-releases.ts';
import { builtInRelease } from '../../domain/pricing/built-in-prices.ts';
import { SINCE_EVER } from '../../domain/pricing/price-list.ts';
import { findPostgres } from './postgres-binaries.ts';
import { startPostgresCluster } from './postgres-cluster.ts';
import { type PostgresServer, TEMPLATE_DATABASE } from './postgres-server.ts';

const MIGRATIONS = fileURLToPath(new URL('../../sql/migrations', import.meta.url));

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const major = project.getProvidedContext().postgresMajor;
  const cluster = await startPostgresCluster(findPostgres(major));
  try {
    project.provide('postgresServer', await prepare(cluster.url, major));
  } catch (error) {
    await cluster.stop();
    throw error;
  }
  return cluster.stop;
}

/**
 * Migrates as hosts let us: an owner who may create roles but is no superuser, and a login with the rights of the
 * functions.
 */
async function prepare(superuserUrl: string, major: number): Promise<PostgresServer> {
  const password = randomUUID();
  const ownerUrl = withLogin(superuserUrl, 'tricost_owner', password);
  const superuser = new pg.Client({ connectionString: superuserUrl });
  await superuser.connect();
  try {
    await superuser.query(`create role tricost_owner login createrole password '${password}'`);
    await superuser.query(`create database ${TEMPLATE_DATABASE} owner tricost_owner`);
    await migrateTemplate(ownerUrl);
    await superuser.query(
      `create role tricost_runtime login password '${password}' in role tricost_ingest`,
    );
    // Tests act as these roles with SET ROLE; since 16 the maker of a role may not, unless it is said.
    const option = major >= 16 ? 'with set true' : '';
    await superuser.query(`grant tricost_ingest, tricost_readonly to tricost_owner ${option}`);
  } finally {
    await superuser.end();
  }
  return {
    superuserUrl,
    ownerUrl,
    runtimeUrl: withLogin(superuserUrl, 'tricost_runtime', password),
  };
}

async function migrateTemplate(ownerUrl: string): Promise<void> {
  const connectionString = Object.assign(new URL(ownerUrl), { pathname: TEMPLATE_DATABASE }).href;
  const owner = new pg.Client({ connectionString });
  await owner.connect();
  try {
    await migrate(owner, MIGRATIONS);
    await addRelease(owner, builtInRelease(), { validFrom: SINCE_EVER });
  } finally {
    await owner.end();
  }
}

function withLogin(url: string, username: string, password: string): string {
  return Object.assign(new URL(url), { username, password }).href;
}
