import { expect, test } from 'vitest';
import { idOf, resourcesOf, synthesize } from './synthesize.ts';

const template = synthesize({ canary: true });

test('runs every quarter of an hour, day and night', () => {
  template.hasResourceProperties('AWS::Scheduler::Schedule', {
    Name: 'canary',
    GroupName: 'Tricost',
    ScheduleExpression: 'cron(0/15 * * * ? *)',
    ScheduleExpressionTimezone: 'Etc/UTC',
    State: 'ENABLED',
  });
});

test('the function gets the queue that apps publish to, and the database of the functions', () => {
  template.hasResourceProperties('AWS::Lambda::Function', {
    Environment: {
      Variables: {
        TRICOST_DATABASE_URL_PARAMETER: '/tricost/database-url/runtime',
        TRICOST_DATABASE_CA: '',
        TRICOST_QUEUE_URL: { Ref: idOf(template, 'AWS::SQS::Queue', 'IngestCallsQueue') },
      },
    },
    Timeout: 60,
  });
});

test('is made once the schema is in place', () => {
  const trigger = resourcesOf(template, 'Custom::Trigger')[0]?.[0];
  const id = idOf(template, 'AWS::Lambda::Function', 'CanaryJobFunction');
  expect(template.findResources('AWS::Lambda::Function')[id]?.['DependsOn']).toContain(trigger);
});

test('is not there unless somebody wants it, and nothing waits for one', () => {
  expect(JSON.stringify(synthesize().toJSON())).not.toMatch(/canary/i);
});
