/** AWS::SQS::Queue. */
import { DeleteQueueCommand, type SQSClient } from '@aws-sdk/client-sqs';
import type { QueueDefinition } from '../../../../local/assembly/resources/queue.ts';
import { createQueues } from '../../../../local/queue/create-queues.ts';
import type { PlannedTemplate, Stack } from '../stack.ts';
import type { ResourceProvider } from '../stack-operations.ts';

export class Queues implements ResourceProvider {
  /** Changes with each deploy. */
  readonly definitions: QueueDefinition[] = [];
  readonly #sqs: SQSClient;

  constructor(sqs: SQSClient) {
    this.#sqs = sqs;
  }

  async create(_stack: Stack, logicalId: string, { plan }: PlannedTemplate): Promise<void> {
    const definitions = plan.queues.filter((queue) => queue.logicalId === logicalId);
    await createQueues(this.#sqs, definitions);
    this.definitions.push(...definitions);
  }

  async update(stack: Stack, logicalId: string, wanted: PlannedTemplate): Promise<void> {
    this.#forget(logicalId);
    await this.create(stack, logicalId, wanted);
  }

  async delete(_stack: Stack, logicalId: string, { plan }: PlannedTemplate): Promise<void> {
    const url = plan.queues.find((queue) => queue.logicalId === logicalId)?.url;
    await this.#sqs.send(new DeleteQueueCommand({ QueueUrl: url }));
    this.#forget(logicalId);
  }

  #forget(logicalId: string): void {
    const index = this.definitions.findIndex((queue) => queue.logicalId === logicalId);
    if (index >= 0) this.definitions.splice(index, 1);
  }
}
