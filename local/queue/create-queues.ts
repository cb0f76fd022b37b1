/** Makes the stack's queues, or brings those of an earlier start up to date: their messages stay. */
import { CreateQueueCommand, SetQueueAttributesCommand, type SQSClient } from '@aws-sdk/client-sqs';
import type { QueueDefinition } from '../assembly/resources/queue.ts';

export async function createQueues(
  sqs: SQSClient,
  queues: readonly QueueDefinition[],
): Promise<void> {
  for (const { name } of queues) {
    // Without attributes this also succeeds for a queue that exists with other ones.
    await sqs.send(new CreateQueueCommand({ QueueName: name }));
  }
  // Once all exist: a redrive policy may name any of them.
  for (const { url, attributes } of queues) {
    await sqs.send(new SetQueueAttributesCommand({ QueueUrl: url, Attributes: attributes }));
  }
}
