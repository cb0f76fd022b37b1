/** Sends the demo's traffic the way an app would: through the SDK, into the queue. */
import { SendMessageBatchCommand, type SQSClient } from '@aws-sdk/client-sqs';
import { createPublisher } from '../../sdk/src/index.ts';
import { brokenBodies } from './broken-bodies.ts';
import { demoCalls } from './traffic.ts';

export interface PublishDemoOptions {
  queueUrl: string;
  client: SQSClient;
  /** The end of the demo's sixty days: the same `now` publishes the same events, to the byte. */
  now: Date;
  onProgress(sent: number, total: number): void;
}

/** Every so many calls one is sent twice, as by a producer that never saw the answer to its first try. */
const REPEAT_EVERY = 50;
const CHUNK = 1_000;
const SQS_BATCH = 10;

/**
 * @returns how many event copies were sent, repeats and broken ones included
 * @throws Error when the queue did not take all of them
 */
export async function publishDemo(options: PublishDemoOptions): Promise<{ published: number }> {
  const { queueUrl, client, now } = options;
  const calls = demoCalls(now);
  const copies = [...calls, ...calls.filter((_, index) => index % REPEAT_EVERY === 0)];
  const broken = brokenBodies(new Date(now.getTime() - 86_400_000).toISOString());
  const total = copies.length + broken.length;

  const publisher = createPublisher({ queueUrl, client });
  for (let start = 0; start < copies.length; start += CHUNK) {
    publisher.publish(copies.slice(start, start + CHUNK));
    const { dropped, pending } = await publisher.flush();
    if (dropped + pending > 0) throw new Error('the local queue did not take the demo traffic');
    options.onProgress(publisher.stats().sent, total);
  }
  await sendBodies(client, queueUrl, broken);
  options.onProgress(total, total);
  return { published: total };
}

async function sendBodies(client: SQSClient, queueUrl: string, bodies: string[]): Promise<void> {
  for (let start = 0; start < bodies.length; start += SQS_BATCH) {
    const { Failed = [] } = await client.send(
      new SendMessageBatchCommand({
        QueueUrl: queueUrl,
        Entries: bodies
          .slice(start, start + SQS_BATCH)
          .map((body, index) => ({ Id: String(index), MessageBody: body })),
      }),
    );
    if (Failed.length > 0)
      throw new Error(`the local queue refused ${Failed.length} broken bodies`);
  }
}
