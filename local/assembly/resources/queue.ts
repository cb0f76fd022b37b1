/** AWS::SQS::Queue: https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-sqs-queue.html */
import type { Properties } from '../properties.ts';

export interface QueueDefinition {
  logicalId: string;
  name: string;
  url: string;
  arn: string;
  /** As CreateQueue takes them. */
  attributes: Record<string, string>;
  deadLetterQueueArn: string | undefined;
}

const DAY_S = 86_400;

export function readQueue(
  properties: Properties,
  identity: Pick<QueueDefinition, 'logicalId' | 'name' | 'url' | 'arn'>,
): QueueDefinition {
  const visibility = properties.integer('VisibilityTimeout', {
    from: 0,
    to: 43_200,
    byDefault: 30,
  });
  const retention = properties.integer('MessageRetentionPeriod', {
    from: 60,
    to: 14 * DAY_S,
    byDefault: 4 * DAY_S,
  });
  const wait = properties.integer('ReceiveMessageWaitTimeSeconds', {
    from: 0,
    to: 20,
    byDefault: 0,
  });
  const delay = properties.integer('DelaySeconds', { from: 0, to: 900, byDefault: 0 });
  const redrive = properties.optionalChild('RedrivePolicy');
  const deadLetterQueueArn = redrive?.string('deadLetterTargetArn');
  const attributes: Record<string, string> = {
    VisibilityTimeout: String(visibility),
    MessageRetentionPeriod: String(retention),
    ReceiveMessageWaitTimeSeconds: String(wait),
    DelaySeconds: String(delay),
    // SQS removes a redrive policy when it is set to nothing.
    RedrivePolicy:
      redrive === undefined
        ? ''
        : JSON.stringify({
            deadLetterTargetArn: deadLetterQueueArn,
            maxReceiveCount: redrive.integer('maxReceiveCount', {
              from: 1,
              to: 1000,
              byDefault: 10,
            }),
          }),
  };
  properties.ignore({
    QueueName: 'read before, as the name of the queue',
    SqsManagedSseEnabled: 'the local queue lies in a file of the same user',
    Tags: 'they have no effect',
  });
  return { ...identity, attributes, deadLetterQueueArn };
}
