/** A queue's ARN, and how many messages it holds: waiting, being processed or delayed. An estimate, on AWS. */
import { GetQueueAttributesCommand, type SQSClient } from '@aws-sdk/client-sqs';

const COUNTS = [
  'ApproximateNumberOfMessages',
  'ApproximateNumberOfMessagesNotVisible',
  'ApproximateNumberOfMessagesDelayed',
] as const;

export interface QueueFacts {
  arn: string;
  count: number;
}

export async function inspectQueue(sqs: SQSClient, queueUrl: string): Promise<QueueFacts> {
  const { Attributes: attributes = {} } = await sqs.send(
    new GetQueueAttributesCommand({
      QueueUrl: queueUrl,
      AttributeNames: ['QueueArn', ...COUNTS],
    }),
  );
  const count = COUNTS.reduce((sum, name) => sum + Number(attributes[name] ?? 0), 0);
  return { arn: attributes.QueueArn ?? '', count };
}
