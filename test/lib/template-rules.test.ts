/** Each rule about templates finds the fault that it is for, and nothing else. */
import { expect, test } from 'vitest';
import { checkTemplate, RULES } from '../../lib/template-rules/rules.ts';
import {
  type Fault,
  FUNCTION,
  MAPPING,
  QUEUE,
  SCHEDULE,
  set,
  withFault,
} from './planted-faults.ts';
import { resourcesOf, synthesize } from './synthesize.ts';

const NOTIFY = /^NotifyFunction[0-9A-F]{8}$/;
const NOTIFY_MAPPING = /^NotifyFunctionSqsEventSource/;
const INGEST_MAPPING = /^IngestCallsFunctionSqsEventSource/;
const SPEND_ALERT = /^SpendAlertJobSchedule[0-9A-F]{8}$/;
const NOBODY = { Statement: [{ Effect: 'Allow', Principal: { Service: 'ec2.amazonaws.com' } }] };
const REFUSED = { Statement: [{ Effect: 'Deny', Principal: { Service: 'lambda.amazonaws.com' } }] };

const functions = resourcesOf(synthesize(), FUNCTION);
const ingest = functions.find(([id]) => id.startsWith('IngestCalls'))?.[1].Properties ?? {};

const within =
  (name: string, plant: Fault[2]): Fault[2] =>
  (properties) =>
    plant(properties[name] as Record<string, unknown>);

const FAULTS: [rule: string, fault: Fault, problem: RegExp][] = [
  ['function-memory', [FUNCTION, NOTIFY, set('MemorySize', 20_000)], /has 20000 MB of memory/],
  ['function-memory', [FUNCTION, NOTIFY, set('MemorySize', 64)], /has 64 MB of memory/],
  [
    'function-timeout',
    [FUNCTION, /^MigrateFunction[0-9A-F]{8}$/, set('Timeout', 901)],
    /has a timeout of 901 s/,
  ],
  ['function-role', [FUNCTION, NOTIFY, set('Role', ingest['Role'])], /shares its role with/],
  [
    'function-role',
    ['AWS::IAM::Role', /^NotifyFunctionRole/, set('AssumeRolePolicyDocument', NOBODY)],
    /a role that Lambda cannot assume/,
  ],
  [
    'function-role',
    ['AWS::IAM::Role', /^NotifyFunctionRole/, set('AssumeRolePolicyDocument', REFUSED)],
    /a role that Lambda cannot assume/,
  ],
  [
    'function-role',
    [FUNCTION, NOTIFY, set('Role', 'arn:aws:iam::123456789012:role/other')],
    /a role that Lambda cannot assume/,
  ],
  ['function-log-group', [FUNCTION, NOTIFY, set('LoggingConfig', undefined)], /logs to no group/],
  [
    'function-log-group',
    [FUNCTION, NOTIFY, set('LoggingConfig', ingest['LoggingConfig'])],
    /shares its log group with/,
  ],
  [
    'function-log-group',
    ['AWS::Logs::LogGroup', /^NotifyFunctionLogs/, set('RetentionInDays', undefined)],
    /keeps its logs for ever/,
  ],
  [
    'event-source-window',
    [MAPPING, INGEST_MAPPING, set('MaximumBatchingWindowInSeconds', 0)],
    /has batches of 100 and no window/,
  ],
  [
    'event-source-visibility',
    [QUEUE, /^IngestCallsQueue[0-9A-F]{8}$/, set('VisibilityTimeout', 364)],
    /needs a VisibilityTimeout of 365 s at IngestCallsQueue.*, not 364 s/,
  ],
  [
    'event-source-visibility',
    [FUNCTION, NOTIFY, set('Timeout', 61)],
    /needs a VisibilityTimeout of 366 s at NotifyQueue/,
  ],
  [
    'event-source-concurrency',
    [MAPPING, NOTIFY_MAPPING, within('ScalingConfig', set('MaximumConcurrency', 1))],
    /has no limit that Lambda accepts/,
  ],
  [
    'event-source-concurrency',
    [MAPPING, NOTIFY_MAPPING, set('ScalingConfig', undefined)],
    /has no limit that Lambda accepts/,
  ],
  [
    'event-source-failures',
    [MAPPING, NOTIFY_MAPPING, set('FunctionResponseTypes', undefined)],
    /repeats a whole batch/,
  ],
  [
    'event-source-dead-letters',
    [QUEUE, /^NotifyQueue[0-9A-F]{8}$/, set('RedrivePolicy', undefined)],
    /loses what always fails: give NotifyQueue/,
  ],
  [
    'dead-letter-retention',
    [QUEUE, /^NotifyQueueDeadLetters/, set('MessageRetentionPeriod', 604_800)],
    /NotifyQueueDeadLetters.*, that forgets no later/,
  ],
  [
    'schedule-expression',
    [SCHEDULE, SPEND_ALERT, set('ScheduleExpression', 'cron(0 8 * * * *)')],
    /would be refused by Scheduler: .*must be `\?`/,
  ],
  [
    'schedule-expression',
    [SCHEDULE, SPEND_ALERT, set('ScheduleExpressionTimezone', 'Europe/Roma')],
    /Europe\/Roma is no IANA time zone/,
  ],
  [
    'schedule-expression',
    [SCHEDULE, SPEND_ALERT, set('ScheduleExpressionTimezone', 'us/eastern')],
    /us\/eastern is no IANA time zone in its own spelling/,
  ],
  [
    'schedule-expression',
    [SCHEDULE, SPEND_ALERT, set('ScheduleExpressionTimezone', '+05:00')],
    /\+05:00 is no IANA time zone/,
  ],
  [
    'schedule-role',
    ['AWS::IAM::Role', /^SpendAlertJobScheduleRole/, set('AssumeRolePolicyDocument', NOBODY)],
    /a role that Scheduler cannot assume/,
  ],
  [
    'schedule-dead-letters',
    [SCHEDULE, SPEND_ALERT, within('Target', set('DeadLetterConfig', undefined))],
    /loses a run that cannot be delivered/,
  ],
  [
    'schedule-failures',
    [
      'AWS::Lambda::EventInvokeConfig',
      /^SpendAlertJobFunction/,
      within('DestinationConfig', set('OnFailure', undefined)),
    ],
    /loses a run that SpendAlertJobFunction.* fails at/,
  ],
  [
    'schedule-failures',
    [
      'AWS::Lambda::EventInvokeConfig',
      /^SpendAlertJobFunction/,
      set('FunctionName', { Ref: 'Other' }),
    ],
    /loses a run that SpendAlertJobFunction.* fails at/,
  ],
  [
    'schedule-failures',
    ['AWS::Lambda::EventInvokeConfig', /^SpendAlertJobFunction/, set('Qualifier', '1')],
    /loses a run that SpendAlertJobFunction.* with Qualifier \$LATEST/,
  ],
  [
    'alarm-action',
    ['AWS::CloudWatch::Alarm', /^Alarmscallslate/, set('AlarmActions', [])],
    /tells nobody/,
  ],
  ...[false, 'false'].map((disabled): (typeof FAULTS)[number] => [
    'alarm-action',
    ['AWS::CloudWatch::Alarm', /^Alarmscallslate/, set('ActionsEnabled', disabled)],
    /tells nobody: take ActionsEnabled away/,
  ]),
];

const cases = FAULTS.map(([rule, fault, problem]) => ({ rule, fault, problem }));

test.each(cases)('$rule: $problem', ({ rule, fault, problem }) => {
  const findings = checkTemplate(withFault(fault));
  // One that two share is a fault of both.
  expect(findings.length).toBeGreaterThanOrEqual(1);
  for (const finding of findings) {
    expect(finding).toMatchObject({ rule, problem: expect.stringMatching(problem) });
  }
});

test('no rule is without a fault that it finds', () => {
  expect([...new Set(FAULTS.map(([rule]) => rule))].toSorted()).toEqual(
    RULES.map(({ name }) => name).toSorted(),
  );
});
