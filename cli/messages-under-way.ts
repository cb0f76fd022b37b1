/** What waits in the stack's queues: calls that no command on the database can see yet. */
import { queueDepth } from '../adapters/sqs/queue-depth.ts';
import { describe } from './doctor/attempt.ts';
import { type StackOptions, sqsClient, stackOutput } from './target.ts';

export type MessagesUnderWay =
  | { queue: number; deadLetterQueue: number }
  /** Why nobody could ask: a database may be at hand without its queues. */
  | { notCounted: string };

export async function messagesUnderWay(options: StackOptions): Promise<MessagesUnderWay> {
  try {
    const sqs = await sqsClient(options);
    const count = async (output: string) => queueDepth(sqs, await stackOutput(options, output));
    return {
      queue: await count('QueueUrl'),
      deadLetterQueue: await count('DeadLetterQueueUrl'),
    };
  } catch (error) {
    return { notCounted: describe(error) };
  }
}
