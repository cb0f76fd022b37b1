/** Gives back what was in flight when an earlier runner ended: its functions ended with it, so nobody has those messages. */
import { ChangeMessageVisibilityBatchCommand, type SQSClient } from '@aws-sdk/client-sqs';
import type { QueueDefinition } from '../assembly/resources/queue.ts';

/** Of what fauxqs tells without receiving (https://github.com/kibertoad/fauxqs, src/app.ts, `/_fauxqs/queues/:queueName`). */
interface InspectedQueue {
  messages: { inflight: { receiptHandle: string }[] };
}

const BATCH_LIMIT = 10;

/**
 * For the start of a runner alone: later, functions hold messages. Each counts as received once more when it comes again, as
 * it would after its visibility timeout.
 *
 * @param address `http://127.0.0.1:<port>` of the engine
 * @throws Error when the engine does not tell or does not take them
 */
export async function giveBackInFlight(
  sqs: SQSClient,
  address: string,
  queues: readonly QueueDefinition[],
): Promise<void> {
  for (const { name, url } of queues) {
    const handles = await handlesInFlight(address, name);
    for (let start = 0; start < handles.length; start += BATCH_LIMIT) {
      const { Failed: failed = [] } = await sqs.send(
        new ChangeMessageVisibilityBatchCommand({
          QueueUrl: url,
          Entries: handles.slice(start, start + BATCH_LIMIT).map((handle, index) => ({
            Id: String(index),
            ReceiptHandle: handle,
            VisibilityTimeout: 0,
          })),
        }),
      );
      // One whose time has come meanwhile is back by itself.
      const refused = failed.find(({ Code: code }) => code !== 'ReceiptHandleIsInvalid');
      if (refused !== undefined) throw new Error(`the local queue ${name}: ${refused.Message}`);
    }
  }
}

async function handlesInFlight(address: string, name: string): Promise<string[]> {
  const response = await fetch(`${address}/_fauxqs/queues/${encodeURIComponent(name)}`);
  if (!response.ok) {
    throw new Error(`the local queue ${name} cannot be looked into: ${await response.text()}`);
  }
  const { messages } = (await response.json()) as InspectedQueue;
  return messages.inflight.map(({ receiptHandle }) => receiptHandle);
}
