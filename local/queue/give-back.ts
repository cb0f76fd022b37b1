/** Gives back what was in flight when an earlier runner ended: its functions ended with it, so nobody has those messages. */
import type { SQSClient } from '@aws-sdk/client-sqs';
import { returnMessages } from '../../adapters/sqs/receive-messages.ts';
import type { QueueDefinition } from '../assembly/resources/queue.ts';

/** Of what fauxqs tells without receiving (https://github.com/kibertoad/fauxqs, src/app.ts, `/_fauxqs/queues/:queueName`). */
interface InspectedQueue {
  messages: { inflight: { receiptHandle: string }[] };
}

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
    const refused = await returnMessages(sqs, url, await inFlight(address, name));
    // One whose time has come meanwhile is back by itself.
    const problem = refused.find(({ Code: code }) => code !== 'ReceiptHandleIsInvalid');
    if (problem !== undefined) throw new Error(`the local queue ${name}: ${problem.Message}`);
  }
}

async function inFlight(
  address: string,
  name: string,
): Promise<InspectedQueue['messages']['inflight']> {
  const response = await fetch(`${address}/_fauxqs/queues/${encodeURIComponent(name)}`);
  if (!response.ok) {
    throw new Error(`the local queue ${name} cannot be looked into: ${await response.text()}`);
  }
  const { messages } = (await response.json()) as InspectedQueue;
  return messages.inflight;
}
