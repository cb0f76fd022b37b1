import { expect, test } from 'vitest';
import { idOf, synthesize } from './synthesize.ts';

test('runs daily at 00:20 UTC', () => {
  synthesize().hasResourceProperties('AWS::Scheduler::Schedule', {
    Name: 'create-partitions',
    ScheduleExpression: 'cron(20 0 * * ? *)',
    ScheduleExpressionTimezone: 'Etc/UTC',
  });
});

test.each([
  ['never drops anything by default', {}, ['3', '3', '']],
  [
    'keeps as many months as configured',
    { partitions: { monthsBack: 1, monthsAhead: 2, retentionMonths: 13 } },
    ['1', '2', '13'],
  ],
])('%s', (_title, settings, [back, ahead, retention]) => {
  const template = synthesize(settings);
  const id = idOf(template, 'AWS::Lambda::Function', 'CreatePartitionsJobFunction');
  expect(template.findResources('AWS::Lambda::Function')[id]?.['Properties']).toMatchObject({
    Environment: {
      Variables: {
        TRICOST_DATABASE_URL_PARAMETER: '/tricost/database-url/migrate',
        TRICOST_DATABASE_CA: '',
        TRICOST_PARTITION_MONTHS_BACK: back,
        TRICOST_PARTITION_MONTHS_AHEAD: ahead,
        TRICOST_RETENTION_MONTHS: retention,
      },
    },
  });
});
