/** AWS::Lambda::EventSourceMapping: polls from the moment it is made until it is deleted. */
import type { SQSClient } from '@aws-sdk/client-sqs';
import { EventSource } from '../../../../local/event-sources/event-source.ts';
import type { PlannedTemplate, Stack } from '../stack.ts';
import type { ResourceProvider } from '../stack-operations.ts';
import type { Functions } from './functions.ts';

export class EventSources implements ResourceProvider {
  readonly #sqs: SQSClient;
  readonly #functions: Functions;
  readonly #onError: (functionName: string, problem: string) => void;
  readonly #byLogicalId = new Map<string, EventSource>();

  constructor(
    sqs: SQSClient,
    functions: Functions,
    onError: (functionName: string, problem: string) => void,
  ) {
    this.#sqs = sqs;
    this.#functions = functions;
    this.#onError = onError;
  }

  async create(_stack: Stack, logicalId: string, { plan }: PlannedTemplate): Promise<void> {
    const mapping = plan.eventSourceMappings.find((one) => one.logicalId === logicalId);
    if (mapping === undefined) throw new Error(`the template has no mapping ${logicalId}`);
    const queue = plan.queues.find(({ arn }) => arn === mapping.queueArn);
    if (queue === undefined) throw new Error(`the stack has no queue ${mapping.queueArn}`);
    const target = this.#functions.get(mapping.functionName);
    if (!mapping.enabled) return;
    this.#byLogicalId.set(
      logicalId,
      await EventSource.start({
        mapping,
        queueUrl: queue.url,
        region: plan.region,
        target,
        sqs: this.#sqs,
        onError: this.#onError,
      }),
    );
  }

  async update(stack: Stack, logicalId: string, wanted: PlannedTemplate): Promise<void> {
    await this.delete(stack, logicalId);
    await this.create(stack, logicalId, wanted);
  }

  async delete(_stack: Stack, logicalId: string): Promise<void> {
    await this.#byLogicalId.get(logicalId)?.stop();
    this.#byLogicalId.delete(logicalId);
  }

  async stop(): Promise<void> {
    await Promise.all([...this.#byLogicalId.values()].map((source) => source.stop()));
  }
}
