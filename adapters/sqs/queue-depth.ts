/** How many messages a queue holds, in whatever state. */
import { GetQueueAttributesCommand, type SQSClient } from '@aws-sdk/client-sqs';

export interface QueueCounts {
  /** Can be received now. */
  visible: number;
  /** In the hands of a consumer, or parked by one that failed. */
  notVisible: number;
  delayed: number;
}

const COUNTS = {
  visible: 'ApproximateNumberOfMessages',
  notVisible: 'ApproximateNumberOfMessagesNotVisible',
  delayed: 'ApproximateNumberOfMessagesDelayed',
} as const;

/** An estimate on AWS, exact locally. */
export async function queueCounts(sqs: SQSClient, queueUrl: string): Promise<QueueCounts> {
  const { Attributes: attributes = {} } = await sqs.send(
    new GetQueueAttributesCommand({
      QueueUrl: queueUrl,
      AttributeNames: Object.values(COUNTS),
    }),
  );
  return {
    visible: Number(attributes[COUNTS.visible] ?? 0),
    notVisible: Number(attributes[COUNTS.notVisible] ?? 0),
    delayed: Number(attributes[COUNTS.delayed] ?? 0),
  };
}

/** All of them together. */
export async function queueDepth(sqs: SQSClient, queueUrl: string): Promise<number> {
  const { visible, notVisible, delayed } = await queueCounts(sqs, queueUrl);
  return visible + notVisible + delayed;
}
