/** What waits in the stack's queues: calls that no command on the database can see yet. */
import { queueDepth } from '../adapters/sqs/queue-depth.ts';
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
    const count = async (output: string) => queueDepth(sqs, await stackOutput(options, output));
    return {
      queue: await count('QueueUrl'),
      deadLetterQueue: await count('DeadLetterQueueUrl'),
    };
  } catch {
    return undefined;
  }
}
