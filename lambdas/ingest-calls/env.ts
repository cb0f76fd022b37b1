import { type DatabaseEnv, type DatabaseSettings, readDatabaseEnv } from '../database-env.ts';
import { requireVariable } from '../environment.ts';

export interface IngestCallsEnv extends DatabaseEnv {
  /** The calls queue, to lengthen the visibility of messages whose infrastructure is down. */
  TRICOST_QUEUE_URL: string;
  /** The queue that wakes the notify function. */
  TRICOST_NOTIFY_QUEUE_URL: string;
}

export interface IngestCallsSettings {
  database: DatabaseSettings;
  queueUrl: string;
  notifyQueueUrl: string;
}

export function readIngestCallsEnv(env: NodeJS.ProcessEnv): IngestCallsSettings {
  return {
    database: readDatabaseEnv(env),
    queueUrl: requireVariable(env, 'TRICOST_QUEUE_URL'),
    notifyQueueUrl: requireVariable(env, 'TRICOST_NOTIFY_QUEUE_URL'),
  };
}
