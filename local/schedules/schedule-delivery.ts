/** Brings a due schedule to its function, with the schedule's role; what cannot be brought goes to its dead-letter queue. */
import type { ScheduleDefinition } from '../assembly/resources/schedule.ts';
import type { InvocationResult } from '../functions/invocation-result.ts';
import type { Invocable } from '../functions/lambda-function.ts';
import type { AccessControl } from '../iam/access-control.ts';
import type { RoleClients } from '../queue/role-clients.ts';
import { fillScheduleInput } from './schedule-input.ts';

export interface ScheduleDeliveryOptions {
  registry: {
    /** @throws Error when the stack has no such function. */
    get(nameOrArn: string): Invocable;
    /** False when the stack has no such function. */
    acceptAsynchronously(nameOrArn: string, payload: string): boolean;
  };
  access: AccessControl;
  clients: RoleClients;
}

export class ScheduleDelivery {
  readonly #options: ScheduleDeliveryOptions;

  constructor(options: ScheduleDeliveryOptions) {
    this.#options = options;
  }

  /** As the clock does: nobody waits for the function. */
  async start(schedule: ScheduleDefinition, scheduledTime: Date): Promise<void> {
    await this.#deliver(schedule, scheduledTime, (target, payload) => {
      this.#options.registry.acceptAsynchronously(target, payload);
    });
  }

  /** Waits for the function, and tries once. */
  run(schedule: ScheduleDefinition, scheduledTime: Date): Promise<InvocationResult> {
    return this.#deliver(schedule, scheduledTime, (target, payload) =>
      this.#options.registry.get(target).invoke(payload),
    );
  }

  /** @throws Error that says why it could not be delivered. */
  async #deliver<Result>(
    schedule: ScheduleDefinition,
    scheduledTime: Date,
    invoke: (targetArn: string, payload: string) => Result,
  ): Promise<Awaited<Result>> {
    const { registry, access, clients } = this.#options;
    const { roleArn, targetArn, deadLetterQueueArn } = schedule;
    const role = access.assume(roleArn, 'scheduler.amazonaws.com');
    const payload = fillScheduleInput(schedule, scheduledTime);
    try {
      access.require(role, { action: 'lambda:InvokeFunction', resource: targetArn });
      registry.get(targetArn);
    } catch (error) {
      // https://docs.aws.amazon.com/scheduler/latest/UserGuide/configuring-schedule-dlq.html
      if (deadLetterQueueArn !== undefined) await clients.send(role, deadLetterQueueArn, payload);
      throw new Error(
        `schedule ${schedule.name} cannot be delivered: ${(error as Error).message}`,
        {
          cause: error,
        },
      );
    }
    return await invoke(targetArn, payload);
  }
}
