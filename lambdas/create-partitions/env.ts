import { type DatabaseEnv, type DatabaseSettings, readDatabaseEnv } from '../database-env.ts';
import { requireNumber } from '../environment.ts';

export interface CreatePartitionsEnv extends DatabaseEnv {
  /** Whole months kept before the current one: calls older than that are rejected. */
  TRICOST_PARTITION_MONTHS_BACK: string;
  /** Whole months made ready after the current one. */
  TRICOST_PARTITION_MONTHS_AHEAD: string;
  /** Whole months of calls kept; older partitions are dropped. Empty: nothing is ever dropped. */
  TRICOST_RETENTION_MONTHS: string;
}

export interface CreatePartitionsSettings {
  database: DatabaseSettings;
  monthsBack: number;
  monthsAhead: number;
  retentionMonths: number | undefined;
}

export function readCreatePartitionsEnv(env: NodeJS.ProcessEnv): CreatePartitionsSettings {
  return {
    database: readDatabaseEnv(env),
    monthsBack: requireNumber(env, 'TRICOST_PARTITION_MONTHS_BACK'),
    monthsAhead: requireNumber(env, 'TRICOST_PARTITION_MONTHS_AHEAD'),
    retentionMonths: env['TRICOST_RETENTION_MONTHS']
      ? requireNumber(env, 'TRICOST_RETENTION_MONTHS')
      : undefined,
  };
}
