/** reprice: gives calls that had no price theirs, once there is one. */
import { Duration, TimeZone } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import type * as lambda from 'aws-cdk-lib/aws-lambda';
import { type IScheduleGroup, ScheduleExpression } from 'aws-cdk-lib/aws-scheduler';
import type * as sqs from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import type { TricostConfig } from '../config/config.ts';
import type { RepriceEnv } from '../lambdas/reprice/env.ts';
import { databaseEnvironment } from './database-environment.ts';
import { ScheduledJob } from './scheduled-job.ts';

export interface RepriceProps {
  readonly config: TricostConfig;
  readonly scheduleGroup: IScheduleGroup;
  readonly deadLetterQueue: sqs.IQueue;
  readonly notifyQueue: sqs.IQueue;
}

export class Reprice extends Construct {
  readonly function: lambda.Function;

  constructor(scope: Construct, id: string, props: RepriceProps) {
    super(scope, id);
    const { config, notifyQueue } = props;
    this.function = new ScheduledJob(this, 'Job', {
      slug: 'reprice',
      description: 'tricost: prices stored calls that had no price, once there is one',
      // Half an hour before the spend alert, which then counts what they cost.
      schedule: ScheduleExpression.cron({
        minute: '30',
        hour: '7',
        timeZone: TimeZone.of(config.reportingZone),
      }),
      scheduleGroup: props.scheduleGroup,
      deadLetterQueue: props.deadLetterQueue,
      timeout: Duration.minutes(15),
      memorySize: 256,
      environment: {
        // The owner's: whoever writes calls must not be able to change them.
        TRICOST_DATABASE_URL_PARAMETER: config.parameters.migrateDatabaseUrl,
        TRICOST_DATABASE_CA: databaseEnvironment(config.databaseCa).ca,
        TRICOST_NOTIFY_QUEUE_URL: notifyQueue.queueUrl,
      } satisfies RepriceEnv,
      parameterNames: [config.parameters.migrateDatabaseUrl],
      config,
    }).function;
    this.function.addToRolePolicy(
      new iam.PolicyStatement({ actions: ['sqs:SendMessage'], resources: [notifyQueue.queueArn] }),
    );
  }
}
