import { Match } from 'aws-cdk-lib/assertions';
import { expect, test } from 'vitest';
import { idOf, resourcesOf, synthesize } from './synthesize.ts';

const template = synthesize();
const trigger = idOf(template, 'Custom::Trigger', 'MigrateOnDeploy');

test('the trigger names a version of the function, so that changed code or settings run it again', () => {
  const version = resourcesOf(template, 'AWS::Lambda::Version')[0]?.[0] ?? '';
  template.hasResourceProperties('Custom::Trigger', {
    HandlerArn: { Ref: version },
    InvocationType: 'RequestResponse',
    ExecuteOnHandlerChange: true,
  });
  const changed = synthesize({ featureIndex: true });
  expect(resourcesOf(changed, 'AWS::Lambda::Version')[0]?.[0]).not.toBe(version);
});

test('the trigger waits longer than the function may take', () => {
  const id = idOf(template, 'AWS::Lambda::Function', 'MigrateFunction');
  const seconds = Number(
    template.findResources('AWS::Lambda::Function')[id]?.['Properties']['Timeout'],
  );
  const waitsMs = Number(resourcesOf(template, 'Custom::Trigger')[0]?.[1].Properties['Timeout']);
  expect(seconds).toBe(600);
  expect(waitsMs).toBeGreaterThan(seconds * 1000);
});

test.each([
  'AWS::Lambda::EventSourceMapping',
  'AWS::Scheduler::Schedule',
  'AWS::Lambda::EventInvokeConfig',
])('every %s waits for the migration', (type) => {
  for (const [id, resource] of resourcesOf(template, type)) {
    expect(resource.DependsOn, id).toContain(trigger);
  }
});

test('every function that needs the schema waits for the migration', () => {
  const waiting = resourcesOf(template, 'AWS::Lambda::Function')
    .filter(([, resource]) => resource.DependsOn?.includes(trigger))
    .map(([id]) => id.replace(/[0-9A-F]{8}$/, ''));
  expect(waiting.toSorted()).toEqual([
    'CreatePartitionsJobFunction',
    'IngestCallsFunction',
    'NotifyFunction',
    'RepriceJobFunction',
    'SpendAlertJobFunction',
  ]);
});

test('the function gets exactly the environment of its contract', () => {
  synthesize({ featureIndex: true }).hasResourceProperties('AWS::Lambda::Function', {
    Environment: {
      Variables: {
        TRICOST_DATABASE_URL_PARAMETER: '/tricost/database-url/migrate',
        TRICOST_DATABASE_CA: '',
        TRICOST_PARTITION_MONTHS_BACK: '3',
        TRICOST_PARTITION_MONTHS_AHEAD: '3',
        TRICOST_RETENTION_MONTHS: '',
        TRICOST_FEATURE_INDEX: 'true',
        TRICOST_RUNTIME_DATABASE_URL_PARAMETER: '/tricost/database-url/runtime',
        TRICOST_SLACK_WEBHOOK_URL_PARAMETER: '/tricost/slack-webhook-url',
      },
    },
  });
});

test("the CDK's own trigger function follows our rules: current runtime, a log group that expires", () => {
  template.hasResourceProperties('AWS::Lambda::Function', {
    Handler: '__entrypoint__.handler',
    Runtime: 'nodejs24.x',
    LoggingConfig: { LogGroup: { Ref: Match.stringLikeRegexp('^TriggerProviderLogs') } },
  });
});
