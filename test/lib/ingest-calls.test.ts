import { Match } from 'aws-cdk-lib/assertions';
import { describe, expect, test } from 'vitest';
import { idOf, resourcesOf, synthesize } from './synthesize.ts';

const template = synthesize();
const queue = idOf(template, 'AWS::SQS::Queue', 'IngestCallsQueue');
const deadLetters = idOf(template, 'AWS::SQS::Queue', 'IngestCallsQueueDeadLetters');
const ingest = idOf(template, 'AWS::Lambda::Function', 'IngestCallsFunction');

describe('the calls queue', () => {
  test('parks an outage of days before it gives a message up', () => {
    expect(template.findResources('AWS::SQS::Queue')[queue]?.['Properties']).toMatchObject({
      SqsManagedSseEnabled: true,
      MessageRetentionPeriod: 7 * 86_400,
      ReceiveMessageWaitTimeSeconds: 20,
      RedrivePolicy: {
        deadLetterTargetArn: { 'Fn::GetAtt': [deadLetters, 'Arn'] },
        maxReceiveCount: 100,
      },
    });
  });

  test('keeps dead letters longer than a message can live before', () => {
    expect(template.findResources('AWS::SQS::Queue')[deadLetters]?.['Properties']).toMatchObject({
      SqsManagedSseEnabled: true,
      MessageRetentionPeriod: 14 * 86_400,
    });
  });

  test.each(resourcesOf(template, 'AWS::SQS::Queue').map(([id]) => id))(
    '%s refuses senders without TLS',
    (id) => {
      template.hasResourceProperties('AWS::SQS::QueuePolicy', {
        Queues: [{ Ref: id }],
        PolicyDocument: {
          Statement: Match.arrayWith([
            Match.objectLike({
              Effect: 'Deny',
              Action: 'sqs:*',
              Principal: { AWS: '*' },
              Condition: { Bool: { 'aws:SecureTransport': 'false' } },
            }),
          ]),
        },
      });
    },
  );
});

test('the function gets exactly the environment of its contract', () => {
  template.hasResourceProperties('AWS::Lambda::Function', {
    Environment: {
      Variables: {
        TRICOST_DATABASE_URL_PARAMETER: '/tricost/database-url/runtime',
        TRICOST_DATABASE_CA: '',
        TRICOST_QUEUE_URL: { Ref: queue },
        NODE_OPTIONS: '--max-semi-space-size=8',
      },
    },
  });
});

test('the event source batches, caps concurrency and takes failures message by message', () => {
  template.hasResourceProperties('AWS::Lambda::EventSourceMapping', {
    EventSourceArn: { 'Fn::GetAtt': [queue, 'Arn'] },
    FunctionName: { Ref: ingest },
    BatchSize: 100,
    MaximumBatchingWindowInSeconds: 5,
    ScalingConfig: { MaximumConcurrency: 5 },
    FunctionResponseTypes: ['ReportBatchItemFailures'],
  });
});
