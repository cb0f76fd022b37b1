import { type DatabaseEnv, type DatabaseSettings, readDatabaseEnv } from '../database-env.ts';
import { requireVariable } from '../environment.ts';

export interface NotifyEnv extends DatabaseEnv {
  /** Name of the SSM SecureString parameter that says where messages go that no team owns. */
  TRICOST_SLACK_WEBHOOK_URL_PARAMETER: string;
  /** What the names of the teams' parameters begin with, for example `/tricost/Tricost/slack/`. */
  TRICOST_SLACK_PARAMETER_PREFIX: string;
  /** The notify queue, to lengthen the visibility of messages that Slack asks us to send later. */
  TRICOST_NOTIFY_QUEUE_URL: string;
}

export interface NotifySettings {
  database: DatabaseSettings;
  slackWebhookUrlParameter: string;
  slackParameterPrefix: string;
  notifyQueueUrl: string;
}

export function readNotifyEnv(env: NodeJS.ProcessEnv): NotifySettings {
  return {
    database: readDatabaseEnv(env),
    slackWebhookUrlParameter: requireVariable(env, 'TRICOST_SLACK_WEBHOOK_URL_PARAMETER'),
    slackParameterPrefix: requireVariable(env, 'TRICOST_SLACK_PARAMETER_PREFIX'),
    notifyQueueUrl: requireVariable(env, 'TRICOST_NOTIFY_QUEUE_URL'),
  };
}
