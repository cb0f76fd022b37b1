import { type DatabaseEnv, type DatabaseSettings, readDatabaseEnv } from '../database-env.ts';
import { requireVariable } from '../environment.ts';

export interface CanaryEnv extends DatabaseEnv {
  /** The calls queue. */
  TRICOST_QUEUE_URL: string;
}

export interface CanarySettings {
  database: DatabaseSettings;
  queueUrl: string;
}

export function readCanaryEnv(env: NodeJS.ProcessEnv): CanarySettings {
  return { database: readDatabaseEnv(env), queueUrl: requireVariable(env, 'TRICOST_QUEUE_URL') };
}
