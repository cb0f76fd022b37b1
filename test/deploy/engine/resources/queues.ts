/** AWS::SQS::Queue. */
import { DeleteQueueCommand, type SQSClient } from '@aws-sdk/client-sqs';
import { createQueues } from '../../../../local/queue/create-queues.ts';
import type { PlannedTemplate, Stack } from '../stack.ts';
import type { ResourceProvider } from '../stack-operations.ts';

export class Queues implements ResourceProvider {
  readonly #sqs: SQSClient;

  constructor(sqs: SQSClient) {
    this.#sqs = sqs;
  }

  async create(_stack: Stack, logicalId: string, { plan }: PlannedTemplate): Promise<void> {
    await createQueues(
      this.#sqs,
      plan.queues.filter((queue) => queue.logicalId === logicalId),
    );
  }

  update(stack: Stack, logicalId: string, wanted: PlannedTemplate): Promise<void> {
    return this.create(stack, logicalId, wanted);
  }

  async delete(_stack: Stack, logicalId: string, { plan }: PlannedTemplate): Promise<void> {
    const url = plan.queues.find((queue) => queue.logicalId === logicalId)?.url;
    await this.#sqs.send(new DeleteQueueCommand({ QueueUrl: url }));
  }
}
