import { type DatabaseEnv, type DatabaseSettings, readDatabaseEnv } from '../database-env.ts';
import { requireNumber, requireVariable } from '../environment.ts';

export interface SpendAlertEnv extends DatabaseEnv {
  /** IANA zone whose days are the alert's days, for example `Europe/Rome`. */
  TRICOST_REPORTING_ZONE: string;
  /** Growth above which a feature alerts: `0.3` is +30 %. */
  TRICOST_SPEND_GROWTH_RATIO: string;
  /** This week's spend above which a feature may alert, a decimal number of US dollars. */
  TRICOST_MINIMUM_SPEND_USD: string;
  /** `true`: one line a day, also when nothing fires. */
  TRICOST_HEARTBEAT: string;
  /** Address of the board, linked from messages; empty: no link. */
  TRICOST_BOARD_URL: string;
  /** The queue that wakes the notify function. */
  TRICOST_NOTIFY_QUEUE_URL: string;
  /** The schedule group of follow-ups. */
  TRICOST_FOLLOW_UP_GROUP: string;
  /** The role with which Scheduler calls this function for them. */
  TRICOST_FOLLOW_UP_ROLE_ARN: string;
  /** Gets the follow-ups that cannot be delivered. */
  TRICOST_FAILED_JOBS_QUEUE_ARN: string;
}

export interface SpendAlertSettings {
  database: DatabaseSettings;
  reportingZone: string;
  growthRatio: number;
  minimumSpendUsd: string;
  hasHeartbeat: boolean;
  boardUrl: string | undefined;
  notifyQueueUrl: string;
  followUps: { group: string; roleArn: string; deadLetterQueueArn: string };
}

export function readSpendAlertEnv(env: NodeJS.ProcessEnv): SpendAlertSettings {
  return {
    database: readDatabaseEnv(env),
    reportingZone: requireVariable(env, 'TRICOST_REPORTING_ZONE'),
    growthRatio: requireNumber(env, 'TRICOST_SPEND_GROWTH_RATIO'),
    minimumSpendUsd: requireVariable(env, 'TRICOST_MINIMUM_SPEND_USD'),
    hasHeartbeat: env['TRICOST_HEARTBEAT'] === 'true',
    boardUrl: env['TRICOST_BOARD_URL'] || undefined,
    notifyQueueUrl: requireVariable(env, 'TRICOST_NOTIFY_QUEUE_URL'),
    followUps: {
      group: requireVariable(env, 'TRICOST_FOLLOW_UP_GROUP'),
      roleArn: requireVariable(env, 'TRICOST_FOLLOW_UP_ROLE_ARN'),
      deadLetterQueueArn: requireVariable(env, 'TRICOST_FAILED_JOBS_QUEUE_ARN'),
    },
  };
}
