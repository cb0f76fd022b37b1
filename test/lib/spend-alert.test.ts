import { expect, test } from 'vitest';
import { idOf, synthesize } from './synthesize.ts';

const template = synthesize({
  reportingZone: 'Asia/Kathmandu',
  alert: { growthRatio: 0.25, minimumSpendUsd: '12.50' },
  boardUrl: 'https://board.example.com/public/1',
});

test('runs every quarter of an hour from 08:00 to 12:00 of the reporting zone', () => {
  template.hasResourceProperties('AWS::Scheduler::Schedule', {
    Name: 'spend-alert',
    GroupName: 'Tricost',
    ScheduleExpression: 'cron(0/15 8-11 * * ? *)',
    ScheduleExpressionTimezone: 'Asia/Kathmandu',
    State: 'ENABLED',
  });
});

test('the function gets the thresholds, the zone and the board as configured', () => {
  template.hasResourceProperties('AWS::Lambda::Function', {
    Environment: {
      Variables: {
        TRICOST_DATABASE_URL_PARAMETER: '/tricost/database-url/runtime',
        TRICOST_DATABASE_CA: '',
        TRICOST_REPORTING_ZONE: 'Asia/Kathmandu',
        TRICOST_SPEND_GROWTH_RATIO: '0.25',
        TRICOST_MINIMUM_SPEND_USD: '12.50',
        TRICOST_HEARTBEAT: 'true',
        TRICOST_BOARD_URL: 'https://board.example.com/public/1',
        TRICOST_NOTIFY_QUEUE_URL: { Ref: idOf(template, 'AWS::SQS::Queue', 'NotifyQueue') },
        TRICOST_FOLLOW_UP_GROUP: 'Tricost-follow-ups',
        TRICOST_FOLLOW_UP_ROLE_ARN: {
          'Fn::GetAtt': [idOf(template, 'AWS::IAM::Role', 'SpendAlertFollowUpsRole'), 'Arn'],
        },
        TRICOST_FAILED_JOBS_QUEUE_ARN: {
          'Fn::GetAtt': [idOf(template, 'AWS::SQS::Queue', 'FailedJobs'), 'Arn'],
        },
      },
    },
  });
});

test('without a board the address is empty, not absent', () => {
  const id = idOf(template, 'AWS::Lambda::Function', 'SpendAlertJobFunction');
  const properties = synthesize().findResources('AWS::Lambda::Function')[id]?.['Properties'];
  expect(properties).toMatchObject({ Environment: { Variables: { TRICOST_BOARD_URL: '' } } });
});

test('makes follow-ups in a group of their own, with one role that may call this function alone', () => {
  const id = idOf(template, 'AWS::Lambda::Function', 'SpendAlertJobFunction');
  const group = idOf(template, 'AWS::Scheduler::ScheduleGroup', 'SpendAlertFollowUpsGroup');
  template.hasResourceProperties('AWS::IAM::Role', {
    AssumeRolePolicyDocument: {
      Statement: [
        {
          Action: 'sts:AssumeRole',
          Principal: { Service: 'scheduler.amazonaws.com' },
          Condition: {
            StringEquals: {
              'aws:SourceAccount': { Ref: 'AWS::AccountId' },
              'aws:SourceArn': { 'Fn::GetAtt': [group, 'Arn'] },
            },
          },
        },
      ],
    },
  });
  template.hasResourceProperties('AWS::IAM::Policy', {
    Roles: [{ Ref: idOf(template, 'AWS::IAM::Role', 'SpendAlertFollowUpsRole') }],
    PolicyDocument: {
      Statement: [
        { Action: 'lambda:InvokeFunction', Resource: { 'Fn::GetAtt': [id, 'Arn'] } },
        { Action: 'sqs:SendMessage' },
      ],
    },
  });
});
