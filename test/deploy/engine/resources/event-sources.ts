/** AWS::Lambda::EventSourceMapping: polls from the moment it is made until it is deleted. */
import { EventSource } from '../../../../local/event-sources/event-source.ts';
import type { AccessControl } from '../../../../local/iam/access-control.ts';
import type { RoleClients } from '../../../../local/queue/role-clients.ts';
import type { PlannedTemplate, Stack } from '../stack.ts';
import type { ResourceProvider } from '../stack-operations.ts';
import type { Functions } from './functions.ts';

export interface EventSourcesOptions {
  functions: Functions;
  access: AccessControl;
  clients: RoleClients;
  onError(functionName: string, problem: string): void;
}

export class EventSources implements ResourceProvider {
  readonly #options: EventSourcesOptions;
  readonly #byLogicalId = new Map<string, EventSource>();

  constructor(options: EventSourcesOptions) {
    this.#options = options;
  }

  async create(_stack: Stack, logicalId: string, { plan }: PlannedTemplate): Promise<void> {
    const { functions, access, clients, onError } = this.#options;
    const mapping = plan.eventSourceMappings.find((one) => one.logicalId === logicalId);
    if (mapping === undefined) throw new Error(`the template has no mapping ${logicalId}`);
    const target = functions.get(mapping.functionName);
    const role = access.assume(target.definition.roleArn, 'lambda.amazonaws.com');
    if (!mapping.enabled) return;
    const source = await EventSource.start({
      mapping,
      queueUrl: clients.urlOf(mapping.queueArn),
      region: plan.region,
      target,
      sqs: clients.as(role),
      onError,
    });
    this.#byLogicalId.set(logicalId, source);
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
