/** The whole of tricost on AWS: one stack, one construct per capability. */
import { CfnOutput, RemovalPolicy, Stack, Tags } from 'aws-cdk-lib';
import { ScheduleGroup } from 'aws-cdk-lib/aws-scheduler';
import type { Construct } from 'constructs';
import type { TricostConfig } from '../config/config.ts';
import { Alarms } from './alarms.ts';
import { Canary } from './canary.ts';
import { CreatePartitions } from './create-partitions.ts';
import { DeadLetterQueue } from './dead-letter-queue.ts';
import { IngestCalls } from './ingest-calls.ts';
import { Migrate } from './migrate.ts';
import { Notify } from './notify.ts';
import { PublisherPolicy } from './publisher-policy.ts';
import { Reprice } from './reprice.ts';
import { SpendAlert } from './spend-alert.ts';

export interface TricostStackProps {
  readonly config: TricostConfig;
}

export class TricostStack extends Stack {
  constructor(scope: Construct, id: string, { config }: TricostStackProps) {
    super(scope, id, {
      stackName: config.stackName,
      description: "tricost: splits a team's LLM bill by feature, user and prompt",
      terminationProtection: config.terminationProtection,
    });
    Tags.of(this).add('application', 'tricost');

    const jobs = {
      config,
      // Named, so that the command line finds the schedules of this stack.
      scheduleGroup: new ScheduleGroup(this, 'Schedules', {
        scheduleGroupName: config.stackName,
        removalPolicy: RemovalPolicy.DESTROY,
      }),
      deadLetterQueue: new DeadLetterQueue(this, 'FailedJobs'),
    };
    const migrate = new Migrate(this, 'Migrate', { config });
    const notify = new Notify(this, 'Notify', { config });
    const ingestCalls = new IngestCalls(this, 'IngestCalls', { config, notifyQueue: notify.queue });
    const createPartitions = new CreatePartitions(this, 'CreatePartitions', jobs);
    const reprice = new Reprice(this, 'Reprice', { ...jobs, notifyQueue: notify.queue });
    const spendAlert = new SpendAlert(this, 'SpendAlert', { ...jobs, notifyQueue: notify.queue });
    const canary = config.canary
      ? new Canary(this, 'Canary', { ...jobs, callsQueue: ingestCalls.queue })
      : undefined;
    migrate.executeBefore(ingestCalls, notify, createPartitions, reprice, spendAlert);
    if (canary !== undefined) migrate.executeBefore(canary);

    const alarms = new Alarms(this, 'Alarms', {
      config,
      ingestCalls,
      notify,
      createPartitions,
      reprice,
      spendAlert,
      canary,
      failedJobs: jobs.deadLetterQueue,
    });
    const publisherPolicy = new PublisherPolicy(this, 'Publisher', { queue: ingestCalls.queue });

    const outputs = {
      QueueUrl: ingestCalls.queue.queueUrl,
      QueueArn: ingestCalls.queue.queueArn,
      DeadLetterQueueUrl: ingestCalls.deadLetterQueue.queueUrl,
      NotifyQueueUrl: notify.queue.queueUrl,
      NotifyDeadLetterQueueUrl: notify.deadLetterQueue.queueUrl,
      FailedJobsQueueUrl: jobs.deadLetterQueue.queueUrl,
      IngestCallsFunctionName: ingestCalls.function.functionName,
      MigrateDatabaseUrlParameter: config.parameters.migrateDatabaseUrl,
      RuntimeDatabaseUrlParameter: config.parameters.runtimeDatabaseUrl,
      SlackWebhookUrlParameter: config.parameters.slackWebhookUrl,
      PublisherPolicyArn: publisherPolicy.managedPolicyArn,
      AlarmTopicArn: alarms.topicArn,
      ScheduleGroupName: jobs.scheduleGroup.scheduleGroupName,
    };
    for (const [name, value] of Object.entries(outputs)) new CfnOutput(this, name, { value });
  }
}
