/** A database of its own for a test file, cloned from the migrated template in about 30 ms. */
import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { inject } from 'vitest';
import { type PostgresServer, TEMPLATE_DATABASE } from './postgres-server.ts';

export interface TestDatabase {
  /** As the owner, who is no superuser but may SET ROLE to tricost_ingest and tricost_readonly. */
  url: string;
  /** As a login that has the rights of tricost_ingest only, like the deployed functions. */
  runtimeUrl: string;
  /** One statement as the owner. */
  query<Row extends pg.QueryResultRow>(
    text: string,
    values?: unknown[],
  ): Promise<pg.QueryResult<Row>>;
  /** Drops it, whoever is still connected. */
  drop(): Promise<void>;
}

export interface TestDatabaseOptions {
  /** Cloned from: the migrated template by default, `template0` for an empty database. */
  template?: string;
}

/** On the server that this run of the test file is about. */
export async function createTestDatabase(options: TestDatabaseOptions = {}): Promise<TestDatabase> {
  const server = postgresServer();
  const name = `test_${randomUUID().replaceAll('-', '')}`;
  await asSuperuser(
    server,
    `create database ${name} template ${options.template ?? TEMPLATE_DATABASE} owner tricost_owner`,
  );
  const url = inDatabase(server.ownerUrl, name);
  const pool = new pg.Pool({ connectionString: url, max: 2 });
  // A server that goes away under an idle connection is the test's business, not an unhandled error.
  pool.on('error', () => {});
  return {
    url,
    runtimeUrl: inDatabase(server.runtimeUrl, name),
    query: (text, values) => pool.query(text, values),
    async drop() {
      await pool.end();
      await asSuperuser(server, `drop database ${name} with (force)`);
    },
  };
}

function postgresServer(): PostgresServer {
  // The types promise a value, but a project without the global setup provides none.
  const server: PostgresServer | undefined = inject('postgresServer');
  if (server === undefined) {
    throw new Error(
      'tests in this folder run without PostgreSQL: take it off WITHOUT_DATABASE in vitest.config.ts',
    );
  }
  return server;
}

async function asSuperuser(server: PostgresServer, statement: string): Promise<void> {
  const client = new pg.Client({ connectionString: server.superuserUrl });
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
}

function inDatabase(url: string, name: string): string {
  return Object.assign(new URL(url), { pathname: name }).href;
}
