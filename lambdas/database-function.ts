/** What every function with a database has in common: its secrets from the parameter store, one connection kept warm. */
import middy, { type MiddyfiedHandler } from '@middy/core';
import { clearCache } from '@middy/util';
import type { Client } from 'pg';
import { isRefusedLogin } from '../adapters/postgres/sql-state.ts';
import { WarmConnection } from '../adapters/postgres/warm-connection.ts';
import type { DatabaseSettings } from './database-env.ts';
import { plainError } from './plain-error.ts';
import { describeError } from './report.ts';
import { secrets } from './secrets.ts';

export interface DatabaseFunction<Event, Result, Secret extends string> {
  /** Slug of the capability; the connection's name in pg_stat_activity. */
  slug: string;
  database: DatabaseSettings;
  /** Further SecureString parameters, by the name under which `run` gets them. */
  secrets?: Record<Secret, string>;
  /** A statement without an answer after so long fails. Default: never, the function's timeout decides. */
  queryTimeoutMs?: number;
  run(event: Event, services: Services<Secret>): Promise<Result>;
}

export interface Services<Secret extends string> {
  /** The warm connection, or a new one. After an error that `run` catches, discard it. */
  connection(): Promise<Client>;
  discardConnection(): Promise<void>;
  /** Until the function's timeout. */
  remainingMs(): number;
  /** As it was called. */
  functionArn: string;
  /** The next invocation reads its parameters again. */
  forgetSecrets(): void;
  secrets: Record<Secret, string>;
}

export function databaseFunction<Event, Result, Secret extends string = never>(
  definition: DatabaseFunction<Event, Result, Secret>,
): MiddyfiedHandler<Event, Result> {
  const { slug, database } = definition;
  const warm = new WarmConnection();
  // No early answer shortly before the timeout: the run would go on in a process that is handed the next event meanwhile,
  // on the same connection, and a message could be posted twice. Lambda ends the process at the timeout, its run with it.
  const handler = middy<Event, Result>({ timeoutEarlyInMillis: 0 })
    .use(secrets({ databaseUrl: database.urlParameter, ...definition.secrets }, slug))
    .handler(async (event, context) => {
      const values = context as unknown as Record<'databaseUrl' | Secret, string>;
      try {
        return await definition.run(event, {
          secrets: values,
          discardConnection: () => warm.discard(),
          functionArn: context.invokedFunctionArn,
          remainingMs: () => context.getRemainingTimeInMillis(),
          forgetSecrets: () => clearCache(slug),
          connection: () =>
            warm.get({
              connectionString: values.databaseUrl,
              ca: database.ca,
              applicationName: `tricost ${slug}`,
              queryTimeoutMs: definition.queryTimeoutMs,
            }),
        });
      } catch (error) {
        await warm.discard();
        // The password may have been rotated: the next invocation reads it again.
        if (isRefusedLogin(error)) clearCache(slug);
        // The runtime logs every property of an error, and the driver's have the row and its values.
        throw plainError(describeError(error));
      }
    });
  return handler as unknown as MiddyfiedHandler<Event, Result>;
}
