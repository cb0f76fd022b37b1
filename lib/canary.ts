/** canary: every quarter of an hour, sends an empty envelope the way of the calls and measures when it is stored. */
import { Duration, TimeZone } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import type * as lambda from 'aws-cdk-lib/aws-lambda';
import { type IScheduleGroup, ScheduleExpression } from 'aws-cdk-lib/aws-scheduler';
import type * as sqs from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import type { TricostConfig } from '../config/config.ts';
import type { CanaryEnv } from '../lambdas/canary/env.ts';
import { databaseEnvironment } from './database-environment.ts';
import { ScheduledJob } from './scheduled-job.ts';

export interface CanaryProps {
  readonly config: TricostConfig;
  readonly scheduleGroup: IScheduleGroup;
  readonly deadLetterQueue: sqs.IQueue;
  readonly callsQueue: sqs.IQueue;
}

export class Canary extends Construct {
  readonly function: lambda.Function;

  constructor(scope: Construct, id: string, props: CanaryProps) {
    super(scope, id);
    const { config, callsQueue } = props;
    this.function = new ScheduledJob(this, 'Job', {
      slug: 'canary',
      description: 'tricost: measures how long a call takes from the queue to the database',
      schedule: ScheduleExpression.cron({ minute: '0/15', timeZone: TimeZone.ETC_UTC }),
      scheduleGroup: props.scheduleGroup,
      deadLetterQueue: props.deadLetterQueue,
      timeout: Duration.minutes(1),
      memorySize: 256,
      environment: {
        TRICOST_DATABASE_URL_PARAMETER: config.parameters.runtimeDatabaseUrl,
        TRICOST_DATABASE_CA: databaseEnvironment(config.databaseCa).ca,
        TRICOST_QUEUE_URL: callsQueue.queueUrl,
      } satisfies CanaryEnv,
      parameterNames: [config.parameters.runtimeDatabaseUrl],
      config,
    }).function;
    this.function.addToRolePolicy(
      new iam.PolicyStatement({ actions: ['sqs:SendMessage'], resources: [callsQueue.queueArn] }),
    );
  }
}
