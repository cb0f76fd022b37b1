/** A test's database with months to store calls in, and a connection as its owner. */
import pg from 'pg';
import { ensurePartitions } from '../../adapters/postgres/create-partitions.ts';
import { createTestDatabase, type TestDatabase } from './postgres.ts';

export interface OwnedDatabase {
  database: TestDatabase;
  owner: pg.Client;
  /** Ends the connection, too. */
  drop(): Promise<void>;
}

/** @param months as `ensurePartitions` counts them from `now` */
export async function createOwnedDatabase(
  now: Date,
  months: { monthsBack: number; monthsAhead: number },
): Promise<OwnedDatabase> {
  const database = await createTestDatabase();
  const owner = new pg.Client({ connectionString: database.url });
  await owner.connect();
  await ensurePartitions(owner, now, months);
  return {
    database,
    owner,
    async drop() {
      await owner.end();
      await database.drop();
    },
  };
}
