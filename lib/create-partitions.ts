/** create-partitions: keeps the calls table ready for the coming months, every day. */
import { Duration, TimeZone } from 'aws-cdk-lib';
import type * as lambda from 'aws-cdk-lib/aws-lambda';
import { type IScheduleGroup, ScheduleExpression } from 'aws-cdk-lib/aws-scheduler';
import type * as sqs from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import type { TricostConfig } from '../config/config.ts';
import type { CreatePartitionsEnv } from '../lambdas/create-partitions/env.ts';
import { databaseEnvironment } from './database-environment.ts';
import { ScheduledJob } from './scheduled-job.ts';

export interface CreatePartitionsProps {
  readonly config: TricostConfig;
  readonly scheduleGroup: IScheduleGroup;
  readonly deadLetterQueue: sqs.IQueue;
}

export class CreatePartitions extends Construct {
  readonly function: lambda.Function;

  constructor(scope: Construct, id: string, props: CreatePartitionsProps) {
    super(scope, id);
    const { config } = props;
    this.function = new ScheduledJob(this, 'Job', {
      slug: 'create-partitions',
      description: 'tricost: makes and retires the monthly partitions of the calls table',
      // Months are UTC months. Twenty past, because the full hour is when everyone's jobs start.
      schedule: ScheduleExpression.cron({ minute: '20', hour: '0', timeZone: TimeZone.ETC_UTC }),
      scheduleGroup: props.scheduleGroup,
      deadLetterQueue: props.deadLetterQueue,
      timeout: Duration.minutes(2),
      memorySize: 256,
      environment: partitionEnvironment(config),
      parameterNames: [config.parameters.migrateDatabaseUrl],
      config,
    }).function;
  }
}

/** Also the migration's, which makes the first partitions. */
export function partitionEnvironment(config: TricostConfig) {
  return {
    TRICOST_DATABASE_URL_PARAMETER: config.parameters.migrateDatabaseUrl,
    TRICOST_DATABASE_CA: databaseEnvironment(config.databaseCa).ca,
    TRICOST_PARTITION_MONTHS_BACK: String(config.partitions.monthsBack),
    TRICOST_PARTITION_MONTHS_AHEAD: String(config.partitions.monthsAhead),
    TRICOST_RETENTION_MONTHS: String(config.partitions.retentionMonths ?? ''),
  } satisfies CreatePartitionsEnv;
}
