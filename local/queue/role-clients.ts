/** SQS clients that act with a role of the stack, for what AWS services do with one: polling, failure destinations. */
import { SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import type { QueueDefinition } from '../assembly/resources/queue.ts';
import type { RoleDefinition } from '../assembly/resources/role.ts';
import type { AccessControl } from '../iam/access-control.ts';

export interface RoleClientsOptions {
  access: AccessControl;
  queues: readonly QueueDefinition[];
  endpoint: string;
  region: string;
}

export class RoleClients {
  readonly #options: RoleClientsOptions;
  readonly #clients = new Map<RoleDefinition, SQSClient>();

  constructor(options: RoleClientsOptions) {
    this.#options = options;
  }

  as(role: RoleDefinition): SQSClient {
    const { access, endpoint, region } = this.#options;
    const client =
      this.#clients.get(role) ??
      new SQSClient({ endpoint, region, credentials: access.credentialsOf(role) });
    this.#clients.set(role, client);
    return client;
  }

  /** @throws Error when there is no such queue, or the role may not send to it. */
  async send(role: RoleDefinition, queueArn: string, body: string): Promise<void> {
    const command = new SendMessageCommand({ QueueUrl: this.urlOf(queueArn), MessageBody: body });
    await this.as(role).send(command);
  }

  /** @throws Error when there is no such queue. */
  urlOf(queueArn: string): string {
    const queue = this.#options.queues.find(({ arn }) => arn === queueArn);
    if (queue === undefined) throw new Error(`the stack has no queue ${queueArn}`);
    return queue.url;
  }

  destroy(): void {
    for (const client of this.#clients.values()) client.destroy();
  }
}
