/** A connection as the owner of the schema, for commands that are about a database alone. */
import type { Command } from 'commander';
import type { Client } from 'pg';
import { connect } from '../adapters/postgres/connect.ts';
import {
  AWS_HELP,
  CONFIG_HELP,
  namedDatabase,
  STACK_HELP,
  type StackOptions,
  stackDatabase,
} from './target.ts';

export interface OwnerDatabaseOptions extends StackOptions {
  databaseUrl?: string;
  config?: string;
}

const OWNER_URL_HELP =
  "the owner's connection string (default: with --aws the stack's own, else DATABASE_URL, else the local stack's)";

/** The options of every command that connects as the owner. */
export function ownerOptions(command: Command): Command {
  return command
    .option('--database-url <url>', OWNER_URL_HELP)
    .option('--config <path>', CONFIG_HELP)
    .option('--aws', AWS_HELP)
    .option('--stack <name>', STACK_HELP);
}

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
