/** A schedule is stopped without losing anything else of it: what UpdateSchedule is not sent, it deletes. */
import {
  GetScheduleCommand,
  type GetScheduleCommandOutput,
  SchedulerClient,
  ThrottlingException,
  UpdateScheduleCommand,
} from '@aws-sdk/client-scheduler';
import { mockClient } from 'aws-sdk-client-mock';
import { beforeEach, expect, test } from 'vitest';
import { setScheduleState } from '../../adapters/scheduler/set-schedule-state.ts';

const scheduler = mockClient(SchedulerClient);
beforeEach(() => void scheduler.reset());

const DEFINITION = {
  Name: 'spend-alert',
  GroupName: 'tricost',
  Description: 'tricost: alerts',
  ScheduleExpression: 'cron(0/15 8-11 * * ? *)',
  ScheduleExpressionTimezone: 'Europe/Rome',
  FlexibleTimeWindow: { Mode: 'FLEXIBLE', MaximumWindowInMinutes: 5 },
  StartDate: new Date('2026-01-01T00:00:00Z'),
  KmsKeyArn: 'arn:aws:kms:eu-west-1:123456789012:key/1',
  ActionAfterCompletion: 'NONE',
  Target: {
    Arn: 'arn:aws:lambda:eu-west-1:123456789012:function:spend-alert',
    RoleArn: 'arn:aws:iam::123456789012:role/schedules',
    Input: '{"scheduledTime":"<aws.scheduler.scheduled-time>"}',
    RetryPolicy: { MaximumRetryAttempts: 3, MaximumEventAgeInSeconds: 7_200 },
    DeadLetterConfig: { Arn: 'arn:aws:sqs:eu-west-1:123456789012:failed-jobs' },
  },
} as const;

const ENABLED: GetScheduleCommandOutput = {
  ...DEFINITION,
  State: 'ENABLED',
  Arn: 'arn:aws:scheduler:eu-west-1:123456789012:schedule/tricost/spend-alert',
  CreationDate: new Date('2026-01-01T00:00:00Z'),
  LastModificationDate: new Date('2026-01-01T00:00:00Z'),
  $metadata: {},
};

const set = (state: 'ENABLED' | 'DISABLED') =>
  setScheduleState(new SchedulerClient(), { name: 'spend-alert', group: 'tricost' }, state);

test('sends all of it back, with the other state', async () => {
  scheduler.on(GetScheduleCommand).resolves(ENABLED);
  scheduler.on(UpdateScheduleCommand).resolves({ ScheduleArn: ENABLED.Arn });
  expect(await set('DISABLED')).toBe(true);
  expect(scheduler.commandCalls(GetScheduleCommand)[0]?.args[0].input).toEqual({
    ...{ Name: 'spend-alert', GroupName: 'tricost' },
  });
  expect(scheduler.commandCalls(UpdateScheduleCommand)[0]?.args[0].input).toEqual({
    ...DEFINITION,
    State: 'DISABLED',
  });
});

test('sends nothing when it is so already', async () => {
  scheduler.on(GetScheduleCommand).resolves(ENABLED);
  expect(await set('ENABLED')).toBe(false);
  expect(scheduler.commandCalls(UpdateScheduleCommand)).toEqual([]);
});

test('what AWS refuses is told in its own words', async () => {
  scheduler.on(GetScheduleCommand).resolves(ENABLED);
  const throttled = new ThrottlingException({
    ...{ Message: 'Rate exceeded', message: 'Rate exceeded', $metadata: {} },
  });
  scheduler.on(UpdateScheduleCommand).rejects(throttled);
  await expect(set('DISABLED')).rejects.toBe(throttled);
});
