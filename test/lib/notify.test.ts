import { expect, test } from 'vitest';
import { idOf, synthesize } from './synthesize.ts';

const template = synthesize();
const queue = idOf(template, 'AWS::SQS::Queue', 'NotifyQueue');

test('has a queue of its own, with dead letters of its own', () => {
  const deadLetters = idOf(template, 'AWS::SQS::Queue', 'NotifyQueueDeadLetters');
  expect(template.findResources('AWS::SQS::Queue')[queue]?.['Properties']).toMatchObject({
    RedrivePolicy: {
      deadLetterTargetArn: { 'Fn::GetAtt': [deadLetters, 'Arn'] },
      maxReceiveCount: 100,
    },
  });
});

test('takes one wake-up at a time, two at most at once', () => {
  template.hasResourceProperties('AWS::Lambda::EventSourceMapping', {
    EventSourceArn: { 'Fn::GetAtt': [queue, 'Arn'] },
    BatchSize: 1,
    ScalingConfig: { MaximumConcurrency: 2 },
  });
});

test('the function gets exactly the environment of its contract', () => {
  template.hasResourceProperties('AWS::Lambda::Function', {
    Environment: {
      Variables: {
        TRICOST_DATABASE_URL_PARAMETER: '/tricost/database-url/runtime',
        TRICOST_DATABASE_CA: '',
        TRICOST_SLACK_WEBHOOK_URL_PARAMETER: '/tricost/slack-webhook-url',
        TRICOST_SLACK_PARAMETER_PREFIX: '/tricost/Tricost/slack/',
        TRICOST_NOTIFY_QUEUE_URL: { Ref: queue },
      },
    },
  });
});
