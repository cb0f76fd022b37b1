/** What every schedule and every asynchronous function must have, whichever job it serves. */
import { expect, test } from 'vitest';
import { idOf, resourcesOf, synthesize } from './synthesize.ts';

const template = synthesize({ canary: true });
const failedJobs = {
  'Fn::GetAtt': [
    resourcesOf(template, 'AWS::SQS::Queue')
      .map(([id]) => id)
      .find((id) => id.startsWith('FailedJobs')),
    'Arn',
  ],
};

interface Target {
  Arn: { 'Fn::GetAtt': [string, string] };
  Input: string;
}

const schedules = resourcesOf(template, 'AWS::Scheduler::Schedule').map(([id, { Properties }]) => ({
  id,
  target: Properties['Target'] as Target & Record<string, unknown>,
}));

test.each(schedules)(
  '$id: says when it was due, retries briefly, and has a dead-letter queue',
  ({ target }) => {
    expect(JSON.parse(target.Input)).toEqual({ scheduledTime: '<aws.scheduler.scheduled-time>' });
    expect(target).toMatchObject({
      RetryPolicy: { MaximumRetryAttempts: 3, MaximumEventAgeInSeconds: 7200 },
      DeadLetterConfig: { Arn: failedJobs },
    });
  },
);

test.each(schedules)('$id: its function hands a failed run to the same queue', ({ target }) => {
  template.hasResourceProperties('AWS::Lambda::EventInvokeConfig', {
    FunctionName: { Ref: target.Arn['Fn::GetAtt'][0] },
    MaximumRetryAttempts: 2,
    DestinationConfig: { OnFailure: { Destination: failedJobs } },
  });
});

test('only schedules of this stack may use the roles that run the jobs', () => {
  const group = idOf(template, 'AWS::Scheduler::ScheduleGroup', 'Schedules');
  const roles = resourcesOf(template, 'AWS::IAM::Role').filter(
    ([id, role]) =>
      JSON.stringify(role).includes('scheduler.amazonaws.com') &&
      // That of another group, see spend-alert.test.ts.
      !id.startsWith('SpendAlertFollowUps'),
  );
  expect(roles).toHaveLength(schedules.length);
  for (const [, { Properties }] of roles) {
    expect(Properties['AssumeRolePolicyDocument']).toMatchObject({
      Statement: [
        {
          Condition: {
            StringEquals: {
              'aws:SourceAccount': { Ref: 'AWS::AccountId' },
              'aws:SourceArn': { 'Fn::GetAtt': [group, 'Arn'] },
            },
          },
        },
      ],
    });
  }
});
