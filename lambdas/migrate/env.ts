import {
  type CreatePartitionsEnv,
  type CreatePartitionsSettings,
  readCreatePartitionsEnv,
} from '../create-partitions/env.ts';
import { requireVariable } from '../environment.ts';

export interface MigrateEnv extends CreatePartitionsEnv {
  /** `true` adds the (feature, ts) index of the original recipe; see docs/decisions/0005-no-feature-index.md. */
  TRICOST_FEATURE_INDEX: string;
  /** IANA zone whose hours and days the rollups get. */
  TRICOST_REPORTING_ZONE: string;
  /** The parameters of the other functions, read to see that they are there: without them the deploy must fail. */
  TRICOST_RUNTIME_DATABASE_URL_PARAMETER: string;
  TRICOST_SLACK_WEBHOOK_URL_PARAMETER: string;
}

export interface MigrateSettings extends CreatePartitionsSettings {
  featureIndex: boolean;
  reportingZone: string;
  otherParameters: { runtimeDatabaseUrl: string; slackWebhookUrl: string };
}

export function readMigrateEnv(env: NodeJS.ProcessEnv): MigrateSettings {
  return {
    ...readCreatePartitionsEnv(env),
    featureIndex: env['TRICOST_FEATURE_INDEX'] === 'true',
    reportingZone: requireVariable(env, 'TRICOST_REPORTING_ZONE'),
    otherParameters: {
      runtimeDatabaseUrl: requireVariable(env, 'TRICOST_RUNTIME_DATABASE_URL_PARAMETER'),
      slackWebhookUrl: requireVariable(env, 'TRICOST_SLACK_WEBHOOK_URL_PARAMETER'),
    },
  };
}
