/** How many messages of a queue can be received now. */
import { GetQueueAttributesCommand, type SQSClient } from '@aws-sdk/client-sqs';

/** An estimate on AWS, exact locally. */
export async function approximateDepth(sqs: SQSClient, queueUrl: string): Promise<number> {
  const { Attributes: attributes } = await sqs.send(
    new GetQueueAttributesCommand({
      QueueUrl: queueUrl,
      AttributeNames: ['ApproximateNumberOfMessages'],
    }),
  );
  return Number(attributes?.['ApproximateNumberOfMessages'] ?? 0);
}
