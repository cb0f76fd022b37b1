/** A connection as the owner of the schema, for commands that are about a database alone. */
import type { Client } from 'pg';
import { connect } from '../adapters/postgres/connect.ts';
import { namedDatabase, type StackOptions, stackDatabase } from './target.ts';

export interface OwnerDatabaseOptions extends StackOptions {
  databaseUrl?: string;
  config?: string;
}

export const OWNER_URL_HELP =
  "the owner's connection string (default: with --aws the stack's own, else DATABASE_URL, else the local stack's)";

/** @throws Error with what to do, when there is no database to connect to */
export async function withOwner(
  options: OwnerDatabaseOptions,
  applicationName: string,
  work: (client: Client) => Promise<void>,
): Promise<void> {
  const database =
    options.aws === true ? await stackDatabase(options) : await namedDatabase(options);
  const client = await connect({ ...database, applicationName });
  try {
    await work(client);
  } finally {
    await client.end();
  }
}
