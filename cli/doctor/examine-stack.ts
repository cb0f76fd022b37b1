/** What the stack is made of, asked of the services that hold it. */
import { LambdaClient } from '@aws-sdk/client-lambda';
import { SchedulerClient } from '@aws-sdk/client-scheduler';
import { SNSClient } from '@aws-sdk/client-sns';
import { SQSClient } from '@aws-sdk/client-sqs';
import { inspectEventSource } from '../../adapters/lambda/inspect-event-sources.ts';
import { inspectSchedules } from '../../adapters/scheduler/inspect-schedules.ts';
import { probeDestination } from '../../adapters/slack/probe-destination.ts';
import { inspectSubscriptions } from '../../adapters/sns/inspect-subscriptions.ts';
import { queueArn } from '../../adapters/sqs/queue-arn.ts';
import { queueDepth } from '../../adapters/sqs/queue-depth.ts';
import { type Finding, notHere, unknown } from '../../domain/doctor/finding.ts';
import {
  judgeAlarmEmail,
  judgeAlarmRecipient,
  judgeWebhook,
} from '../../domain/doctor/judge-messages.ts';
import {
  type DeadLetters,
  judgeCallsQueue,
  judgeDeadLetters,
  judgeEventSources,
  judgeSchedules,
} from '../../domain/doctor/judge-stack.ts';
import { attempt } from './attempt.ts';
import type { Patient } from './patient.ts';

const NOT_YET = 'there is no stack yet';

export async function examineStack(patient: Patient): Promise<Finding[]> {
  const { stage, config, aws, sqs, remedies } = patient;
  if (stage === 'before-deploy') {
    return [notHere('schedules', NOT_YET), notHere('event-sources', NOT_YET)];
  }
  const schedules = await attempt(['schedules'], async () => {
    const group = output(patient, 'ScheduleGroupName');
    const schedules = await inspectSchedules(new SchedulerClient(aws), group);
    return [judgeSchedules(schedules, config.canary, remedies)];
  });
  if (stage === 'local') {
    const why = 'the local runner feeds the functions itself, while it runs';
    return [...schedules, notHere('event-sources', why)];
  }
  const sources = await attempt(['event-sources'], async () => {
    const [lambda, queues] = [new LambdaClient(aws), new SQSClient(sqs)];
    const facts = await Promise.all(
      Object.entries({ calls: 'QueueUrl', notify: 'NotifyQueueUrl' }).map(async ([queue, name]) => {
        const arn = await queueArn(queues, output(patient, name));
        return inspectEventSource(lambda, queue, arn);
      }),
    );
    return [judgeEventSources(facts, remedies)];
  });
  return [...schedules, ...sources];
}

export async function examineAlarmRecipient(patient: Patient): Promise<Finding[]> {
  const { stage, aws, config, remedies } = patient;
  if (stage === 'local') {
    return [notHere('alarm-recipient', 'CloudWatch alarms are not run locally')];
  }
  if (stage === 'before-deploy') return [judgeAlarmEmail(config.alarmEmail, remedies)];
  return attempt(['alarm-recipient'], async () => {
    const topicArn = output(patient, 'AlarmTopicArn');
    const subscriptions = await inspectSubscriptions(new SNSClient(aws), topicArn);
    return [judgeAlarmRecipient(subscriptions, config.alarmEmail, topicArn, remedies)];
  });
}

/** @param address the secret; undefined when it could not be read */
export async function examineWebhook(
  address: string | undefined,
  { parameters, remedies }: Patient,
): Promise<Finding[]> {
  if (address === undefined)
    return [unknown('webhook', 'no address to ask: see webhook-parameter')];
  return [
    judgeWebhook(await probeDestination(address, null), parameters.slackWebhookUrl, remedies),
  ];
}

export async function examineQueues(patient: Patient): Promise<Finding[]> {
  const { stage, sqs, remedies } = patient;
  if (stage === 'before-deploy') {
    return [
      notHere('calls-queue', NOT_YET),
      notHere('dead-letters', NOT_YET),
      notHere('failed-jobs', NOT_YET),
    ];
  }
  return attempt(['calls-queue', 'dead-letters', 'failed-jobs'], async () => {
    const client = new SQSClient(sqs);
    const count = (name: string) => queueDepth(client, output(patient, name));
    const dead: DeadLetters[] = [
      { queue: 'calls', count: await count('DeadLetterQueueUrl'), runbook: 'calls-dead-letters' },
      {
        queue: 'notify',
        count: await count('NotifyDeadLetterQueueUrl'),
        runbook: 'notify-dead-letters',
      },
    ];
    const failed: DeadLetters[] = [
      { queue: 'failed-jobs', count: await count('FailedJobsQueueUrl'), runbook: 'failed-jobs' },
    ];
    return [
      judgeCallsQueue(await count('QueueUrl'), remedies),
      judgeDeadLetters('dead-letters', dead, remedies),
      judgeDeadLetters('failed-jobs', failed, remedies),
    ];
  });
}

/** @throws Error when the stack is older than the output */
function output({ outputs }: Patient, name: string): string {
  const value = outputs[name];
  if (value === undefined) {
    throw new Error(`the stack has no output ${name}: deploy this release with npx cdk deploy`);
  }
  return value;
}
