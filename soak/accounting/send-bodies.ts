/** Puts bodies into the calls queue as they are, as a producer without the SDK does. */
import { SendMessageBatchCommand } from '@aws-sdk/client-sqs';
import type { SoakStack } from '../world/soak-stack.ts';

export interface SentBodies {
  /** The message id of each body; undefined: the queue refused it. */
  messageIds: (string | undefined)[];
}

/** Limits of a batch: https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/quotas-messages.html */
const MAX_MESSAGES = 10;
const MAX_BYTES = 1_048_576;

export async function sendBodies(soak: SoakStack, bodies: readonly string[]): Promise<SentBodies> {
  const messageIds: (string | undefined)[] = [];
  for (const batch of batches(bodies)) {
    const { Successful: taken = [] } = await soak.stack.sqs.send(
      new SendMessageBatchCommand({
        QueueUrl: soak.queueUrl,
        Entries: batch.map((body, index) => ({ Id: String(index), MessageBody: body })),
      }),
    );
    const ids = new Map(taken.map(({ Id: id, MessageId: messageId }) => [id, messageId]));
    messageIds.push(...batch.map((_, index) => ids.get(String(index))));
  }
  return { messageIds };
}

function* batches(bodies: readonly string[]): Generator<string[]> {
  let batch: string[] = [];
  let bytes = 0;
  for (const body of bodies) {
    const size = Buffer.byteLength(body);
    if (batch.length === MAX_MESSAGES || (batch.length > 0 && bytes + size > MAX_BYTES)) {
      yield batch;
      batch = [];
      bytes = 0;
    }
    batch.push(body);
    bytes += size;
  }
  if (batch.length > 0) yield batch;
}
