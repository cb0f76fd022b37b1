/** What waits in the stack's queues: calls that no command on the database can see yet. */
import { inspectQueue } from '../adapters/sqs/inspect-queue.ts';
import { type StackOptions, sqsClient, stackOutput } from './target.ts';

export interface MessagesUnderWay {
  queue: number;
  deadLetterQueue: number;
}

/** Undefined when the stack cannot be asked: a database may be at hand without its queues. */
export async function messagesUnderWay(
  options: StackOptions,
): Promise<MessagesUnderWay | undefined> {
  try {
    const sqs = await sqsClient(options);
    const count = async (output: string) =>
      (await inspectQueue(sqs, await stackOutput(options, output))).count;
    return {
      queue: await count('QueueUrl'),
      deadLetterQueue: await count('DeadLetterQueueUrl'),
    };
  } catch {
    return undefined;
  }
}
