import { type DatabaseEnv, type DatabaseSettings, readDatabaseEnv } from '../database-env.ts';
import { requireVariable } from '../environment.ts';

export interface RepriceEnv extends DatabaseEnv {
  /** The queue that wakes the notify function. */
  TRICOST_NOTIFY_QUEUE_URL: string;
}

export interface RepriceSettings {
  database: DatabaseSettings;
  notifyQueueUrl: string;
}

export function readRepriceEnv(env: NodeJS.ProcessEnv): RepriceSettings {
  return {
    database: readDatabaseEnv(env),
    notifyQueueUrl: requireVariable(env, 'TRICOST_NOTIFY_QUEUE_URL'),
  };
}
