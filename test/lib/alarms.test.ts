import { readFileSync } from 'node:fs';
import { App } from 'aws-cdk-lib';
import { Annotations, Match } from 'aws-cdk-lib/assertions';
import { describe, expect, test } from 'vitest';
import { parseConfig } from '../../config/read-config.ts';
import { MAX_DESCRIPTION_LENGTH } from '../../lib/runbook.ts';
import { TricostStack } from '../../lib/tricost-stack.ts';
import { idOf, resourcesOf, synthesize } from './synthesize.ts';

const template = synthesize({ canary: true });
const runbook = readFileSync(new URL('../../docs/runbook.md', import.meta.url), 'utf8');
const topic = resourcesOf(template, 'AWS::SNS::Topic')[0]?.[0];
const alarms = resourcesOf(template, 'AWS::CloudWatch::Alarm').map(([, { Properties }]) => ({
  name: String(Properties['AlarmName']).replace('Tricost/', ''),
  Properties,
}));

test('the things that must not happen unnoticed are watched', () => {
  expect(alarms.map(({ name }) => name).toSorted()).toEqual([
    'calls-dead-letters',
    'calls-late',
    'calls-rejected',
    'calls-waiting',
    'canary-late',
    'canary-missing',
    'create-partitions-errors',
    'failed-jobs',
    'ingest-calls-bugs',
    'ingest-calls-errors',
    'notifications-failed',
    'notify-dead-letters',
    'notify-errors',
    'partitions-missing',
    'reprice-errors',
    'spend-alert-errors',
    'spend-alert-silent',
  ]);
});

test('every dead-letter queue is watched', () => {
  const watched = JSON.stringify(alarms);
  for (const [id, { Properties }] of resourcesOf(template, 'AWS::SQS::Queue')) {
    if ('RedrivePolicy' in Properties) continue;
    expect(watched, id).toContain(`{"Fn::GetAtt":["${id}","QueueName"]}`);
  }
});

describe.each(alarms)('$name', ({ name, Properties }) => {
  test('reaches the topic', () => {
    expect(Properties['AlarmActions']).toEqual([{ Ref: topic }]);
  });

  test('carries a command and a link to a heading of the runbook', () => {
    const description = JSON.stringify(Properties['AlarmDescription']);
    expect(description).toContain('Run: ');
    expect(description).toContain(`docs/runbook.md#${name}`);
    expect(runbook).toMatch(new RegExp(`^## ${name}$`, 'm'));
    // Queue addresses and log groups are filled in at deploy: 200 characters are more than either takes.
    expect(description.length + 200).toBeLessThanOrEqual(MAX_DESCRIPTION_LENGTH);
  });
});

test.each(
  alarms.flatMap(({ name, Properties }) => {
    const command = /^Run: (.*)$/m.exec(String(Properties['AlarmDescription']))?.[1] ?? '';
    return /^(psql|npx) /.test(command) ? [{ name, command }] : [];
  }),
)('the mail of $name and the runbook give the same command', ({ name, command }) => {
  const section = runbook.split(/^## /m).find((text) => text.startsWith(`${name}\n`));
  expect(section).toContain(
    `**Command.** \`${command.replace('--stack Tricost', '--stack "$STACK"')}\``,
  );
});

test('the runbook has no heading whose alarm is gone, and each has its four parts', () => {
  const sections = runbook.split(/^## /m).slice(1);
  expect(sections.map((section) => section.split('\n')[0]).toSorted()).toEqual(
    alarms.map(({ name }) => name).toSorted(),
  );
  for (const section of sections) {
    for (const part of ['Description', 'Investigation', 'Resolution', 'Command']) {
      expect(section).toContain(`**${part}.**`);
    }
  }
});

test('a message that fails on our own code rings by itself, and stays on between its attempts', () => {
  template.hasResourceProperties('AWS::CloudWatch::Alarm', {
    AlarmName: 'Tricost/ingest-calls-bugs',
    Namespace: 'tricost',
    MetricName: 'Bugs',
    Dimensions: [{ Name: 'service', Value: 'ingest-calls' }],
    Statistic: 'Sum',
    EvaluationPeriods: 1,
    Threshold: 0,
    ComparisonOperator: 'GreaterThanThreshold',
  });
  const calls =
    template.findResources('AWS::SQS::Queue')[
      idOf(template, 'AWS::SQS::Queue', 'IngestCallsQueue')
    ];
  const bugs = alarms.find(({ name }) => name === 'ingest-calls-bugs');
  expect(bugs?.Properties['Period']).toBeGreaterThan(calls?.['Properties'].VisibilityTimeout);
});

test('the canary rings when one has not arrived, and when none is sent', () => {
  template.hasResourceProperties('AWS::CloudWatch::Alarm', {
    AlarmName: 'Tricost/canary-missing',
    MetricName: 'CanaryArrived',
    Dimensions: [{ Name: 'service', Value: 'canary' }],
    Statistic: 'Maximum',
    Period: 900,
    EvaluationPeriods: 1,
    Threshold: 1,
    ComparisonOperator: 'LessThanThreshold',
    TreatMissingData: 'breaching',
  });
});

test('silence of the spend alert rings after 26 hours', () => {
  template.hasResourceProperties('AWS::CloudWatch::Alarm', {
    AlarmName: 'Tricost/spend-alert-silent',
    Namespace: 'tricost',
    MetricName: 'SpendAlertSucceeded',
    Dimensions: [{ Name: 'service', Value: 'spend-alert' }],
    Period: 3600,
    EvaluationPeriods: 26,
    Threshold: 1,
    ComparisonOperator: 'LessThanThreshold',
    TreatMissingData: 'breaching',
  });
});

test('silence of the partition job rings after two days', () => {
  template.hasResourceProperties('AWS::CloudWatch::Alarm', {
    AlarmName: 'Tricost/partitions-missing',
    Namespace: 'tricost',
    MetricName: 'PartitionsAhead',
    Dimensions: [{ Name: 'service', Value: 'create-partitions' }],
    Statistic: 'Minimum',
    Period: 86400,
    EvaluationPeriods: 2,
    Threshold: 1,
    ComparisonOperator: 'LessThanThreshold',
    TreatMissingData: 'breaching',
  });
});

test('rejected events ring above one percent, not for a handful', () => {
  template.hasResourceProperties('AWS::CloudWatch::Alarm', {
    AlarmName: 'Tricost/calls-rejected',
    Threshold: 1,
    Metrics: Match.arrayWith([
      Match.objectLike({
        Expression: 'IF(rejected >= 10, 100 * rejected / (stored + duplicate + rejected), 0)',
      }),
    ]),
  });
});

describe('the topic', () => {
  test("lets this stack's alarms in, which its own policy would otherwise shut out", () => {
    template.hasResourceProperties('AWS::SNS::TopicPolicy', {
      PolicyDocument: {
        Statement: Match.arrayWith([
          Match.objectLike({
            Effect: 'Allow',
            Principal: { Service: 'cloudwatch.amazonaws.com' },
            Action: 'sns:Publish',
          }),
        ]),
      },
    });
  });

  test('writes to the configured address', () => {
    template.hasResourceProperties('AWS::SNS::Subscription', {
      Protocol: 'email',
      Endpoint: 'ops@example.com',
    });
  });

  test('with "none", subscribes nobody and says so at synthesis', () => {
    const config = parseConfig({ alarmEmail: 'none' }, 'tricost.config.json');
    const app = new App({ builtinCloudFormationValidation: false });
    const stack = new TricostStack(app, 'Tricost', { config });
    Annotations.fromStack(stack).hasWarning('*', Match.stringLikeRegexp('alarms reach nobody'));
    synthesize({ alarmEmail: 'none' }).resourceCountIs('AWS::SNS::Subscription', 0);
  });
});
