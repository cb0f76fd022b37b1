/** Publishes many calls through the SDK and makes sure that the queue took every one. */
import type { SQSClient } from '@aws-sdk/client-sqs';
import { createPublisher, type LlmCall } from '../../sdk/src/index.ts';

/** An hour of traffic at once would not fit into the publisher's bounded memory. */
const CHUNK = 2_000;

/** @throws Error when the queue does not take them all */
export async function publishAll(
  calls: readonly LlmCall[],
  queue: { queueUrl: string; client: SQSClient },
  onProgress: (sent: number) => void,
): Promise<void> {
  const publisher = createPublisher(queue);
  for (let start = 0; start < calls.length; start += CHUNK) {
    publisher.publish(calls.slice(start, start + CHUNK));
    const { dropped, pending } = await publisher.flush();
    if (dropped + pending > 0) {
      throw new Error(`the queue at ${queue.queueUrl} did not take all calls; is it running?`);
    }
    onProgress(publisher.stats().sent);
  }
}
