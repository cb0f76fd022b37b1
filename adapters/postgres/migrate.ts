/** Brings the schema up to date with the migrations of this release. */
import type { ClientBase } from 'pg';
import Postgrator from 'postgrator';
import { inTransaction } from './transaction.ts';

export interface MigrateResult {
  /** File names applied by this run, in order; empty when there was nothing to do. */
  applied: string[];
  /** Version of the schema afterwards; higher than this release's own when a newer release has run before. */
  version: number;
}

/**
 * Applies the missing migrations, all of them or none: one transaction under a transaction-level advisory lock, so that
 * concurrent runs wait for each other and a failed one leaves nothing behind. Migrations newer than this release are
 * left alone, so rolling the code back works.
 *
 * @param client connected as the owner of the schema, in session mode or direct
 * @param directory folder of `NNNN.do.slug.sql` files
 * @throws Error when an applied migration's file has changed since, or a statement fails.
 */
export async function migrate(client: ClientBase, directory: string): Promise<MigrateResult> {
  return inTransaction(client, async () => {
    await client.query("select pg_advisory_xact_lock(hashtextextended('tricost.migrate', 0))");
    await client.query("set local timezone to 'UTC'");
    const runner = new Postgrator({
      driver: 'pg',
      schemaTable: 'tricost.schema_migrations',
      migrationPattern: `${directory}/*.sql`,
      newline: 'LF',
      execQuery: async (query) => client.query(query),
    });
    const applied = await runner.migrate();
    return {
      applied: applied.map((migration) => fileName(migration.filename)),
      version: await runner.getDatabaseVersion(),
    };
  });
}

function fileName(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

/**
 * Adds the (feature, ts) index of the original recipe to every partition; see docs/decisions on why it is optional. It
 * blocks ingest while it builds, so on a table that is full calls wait in the queue meanwhile: a partitioned table has no
 * CREATE INDEX CONCURRENTLY (https://www.postgresql.org/docs/current/sql-createindex.html#SQL-CREATEINDEX-CONCURRENTLY).
 */
export async function ensureFeatureIndex(client: ClientBase): Promise<void> {
  await client.query(
    'create index if not exists llm_calls_feature_ts_idx on tricost.llm_calls (feature, ts)',
  );
}
