/** notify: delivers the messages of the outbox to Slack and webhooks, from a queue of its own so that Slack's trouble stays here. */
import { Duration } from 'aws-cdk-lib';
import type * as lambda from 'aws-cdk-lib/aws-lambda';
import type * as sqs from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { type TricostConfig, teamParameterPrefix } from '../config/config.ts';
import type { NotifyEnv } from '../lambdas/notify/env.ts';
import { databaseEnvironment } from './database-environment.ts';
import { grantReadParametersBelow } from './parameter-access.ts';
import { TricostFunction } from './tricost-function.ts';
import { WorkQueue } from './work-queue.ts';

export interface NotifyProps {
  readonly config: TricostConfig;
}

export class Notify extends Construct {
  readonly queue: sqs.Queue;
  readonly deadLetterQueue: sqs.Queue;
  readonly function: lambda.Function;

  constructor(scope: Construct, id: string, { config }: NotifyProps) {
    super(scope, id);
    const timeout = Duration.minutes(1);
    const prefix = teamParameterPrefix(config.stackName);
    const notifications = new WorkQueue(this, 'Queue', {
      functionTimeout: timeout,
      batchingWindow: Duration.seconds(0),
    });
    this.queue = notifications.queue;
    this.deadLetterQueue = notifications.deadLetterQueue;
    const notify = new TricostFunction(this, 'Function', {
      slug: 'notify',
      description: 'tricost: delivers alerts to Slack',
      timeout,
      memorySize: 256,
      environment: {
        TRICOST_DATABASE_URL_PARAMETER: config.parameters.runtimeDatabaseUrl,
        TRICOST_DATABASE_CA: databaseEnvironment(config.databaseCa).ca,
        TRICOST_SLACK_WEBHOOK_URL_PARAMETER: config.parameters.slackWebhookUrl,
        TRICOST_SLACK_PARAMETER_PREFIX: prefix,
        TRICOST_NOTIFY_QUEUE_URL: this.queue.queueUrl,
      } satisfies NotifyEnv,
      parameterNames: [config.parameters.runtimeDatabaseUrl, config.parameters.slackWebhookUrl],
      config,
    });
    this.function = notify.function;
    grantReadParametersBelow(notify.role, prefix);
    // Slack takes about one message a second per webhook; two is the least an event source allows.
    // https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-scaling.html
    notifications.feed(this.function, { batchSize: 1, maxConcurrency: 2 });
  }
}
