/** spend-alert: each morning, finds the features whose spend jumped and hands their messages to notify. */
import { Duration, TimeZone } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import type * as lambda from 'aws-cdk-lib/aws-lambda';
import { type IScheduleGroup, ScheduleExpression } from 'aws-cdk-lib/aws-scheduler';
import type * as sqs from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import type { TricostConfig } from '../config/config.ts';
import { FIRST_RUN_HOUR } from '../domain/spend-alert/windows.ts';
import type { SpendAlertEnv } from '../lambdas/spend-alert/env.ts';
import { databaseEnvironment } from './database-environment.ts';
import { FollowUps } from './follow-ups.ts';
import { ScheduledJob } from './scheduled-job.ts';

export interface SpendAlertProps {
  readonly config: TricostConfig;
  readonly scheduleGroup: IScheduleGroup;
  readonly deadLetterQueue: sqs.IQueue;
  readonly notifyQueue: sqs.IQueue;
}

export class SpendAlert extends Construct {
  readonly function: lambda.Function;

  constructor(scope: Construct, id: string, props: SpendAlertProps) {
    super(scope, id);
    const { config, notifyQueue } = props;
    const followUps = new FollowUps(this, 'FollowUps', { config });
    const job = new ScheduledJob(this, 'Job', {
      slug: 'spend-alert',
      description: 'tricost: alerts on features whose weekly spend jumped',
      // Sixteen chances between 08:00 and noon: the job does its work once a day, at the first that succeeds.
      schedule: ScheduleExpression.cron({
        minute: '0/15',
        hour: `${FIRST_RUN_HOUR}-11`,
        timeZone: TimeZone.of(config.reportingZone),
      }),
      scheduleGroup: props.scheduleGroup,
      deadLetterQueue: props.deadLetterQueue,
      timeout: Duration.minutes(2),
      memorySize: 256,
      environment: {
        TRICOST_DATABASE_URL_PARAMETER: config.parameters.runtimeDatabaseUrl,
        TRICOST_DATABASE_CA: databaseEnvironment(config.databaseCa).ca,
        TRICOST_REPORTING_ZONE: config.reportingZone,
        TRICOST_SPEND_GROWTH_RATIO: String(config.alert.growthRatio),
        TRICOST_MINIMUM_SPEND_USD: config.alert.minimumSpendUsd,
        TRICOST_HEARTBEAT: String(config.alert.heartbeat),
        TRICOST_BOARD_URL: config.boardUrl ?? '',
        TRICOST_NOTIFY_QUEUE_URL: notifyQueue.queueUrl,
        TRICOST_FOLLOW_UP_GROUP: followUps.group.scheduleGroupName,
        TRICOST_FOLLOW_UP_ROLE_ARN: followUps.role.roleArn,
        TRICOST_FAILED_JOBS_QUEUE_ARN: props.deadLetterQueue.queueArn,
      } satisfies SpendAlertEnv,
      parameterNames: [config.parameters.runtimeDatabaseUrl],
      config,
    });
    this.function = job.function;
    this.function.addToRolePolicy(
      new iam.PolicyStatement({ actions: ['sqs:SendMessage'], resources: [notifyQueue.queueArn] }),
    );
    followUps.letSchedule(job, props.deadLetterQueue);
  }
}
