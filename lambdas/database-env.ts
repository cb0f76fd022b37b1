/** The part of the environment shared by every function that opens a database connection. */
import { requireVariable } from './environment.ts';

export interface DatabaseEnv {
  /** Name of the SSM SecureString parameter that holds the connection string. */
  TRICOST_DATABASE_URL_PARAMETER: string;
  /** PEM of the certificate authority that signed the database's certificate; empty: the system's own list. */
  TRICOST_DATABASE_CA: string;
}

export interface DatabaseSettings {
  urlParameter: string;
  ca: string | undefined;
}

export function readDatabaseEnv(env: NodeJS.ProcessEnv): DatabaseSettings {
  return {
    urlParameter: requireVariable(env, 'TRICOST_DATABASE_URL_PARAMETER'),
    ca: env['TRICOST_DATABASE_CA'] || undefined,
  };
}
