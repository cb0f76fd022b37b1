import { expect, test } from 'vitest';
import { idOf, synthesize } from './synthesize.ts';

const template = synthesize({ reportingZone: 'Asia/Kathmandu' });

test('runs half an hour before the spend alert, in its zone', () => {
  template.hasResourceProperties('AWS::Scheduler::Schedule', {
    Name: 'reprice',
    ScheduleExpression: 'cron(30 7 * * ? *)',
    ScheduleExpressionTimezone: 'Asia/Kathmandu',
    State: 'ENABLED',
  });
});

test('connects as the owner: the role that writes calls may not change them', () => {
  const id = idOf(template, 'AWS::Lambda::Function', 'RepriceJobFunction');
  expect(template.findResources('AWS::Lambda::Function')[id]?.['Properties']).toMatchObject({
    Timeout: 900,
    Environment: {
      Variables: {
        TRICOST_DATABASE_URL_PARAMETER: '/tricost/database-url/migrate',
        TRICOST_DATABASE_CA: '',
        TRICOST_NOTIFY_QUEUE_URL: { Ref: idOf(template, 'AWS::SQS::Queue', 'NotifyQueue') },
      },
    },
  });
});
