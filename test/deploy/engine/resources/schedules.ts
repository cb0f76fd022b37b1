/** AWS::Scheduler::Schedule: runs its target when due, from the moment it is made until it is deleted. */
import type { ScheduleDefinition } from '../../../../local/assembly/resources/schedule.ts';
import { ScheduleClock } from '../../../../local/schedules/schedule-clock.ts';
import type { ScheduleDelivery } from '../../../../local/schedules/schedule-delivery.ts';
import type { PlannedTemplate, Stack } from '../stack.ts';
import type { ResourceProvider } from '../stack-operations.ts';

export class Schedules implements ResourceProvider {
  /** Changes with each deploy; what the Scheduler API lists. */
  readonly definitions: ScheduleDefinition[] = [];
  readonly #delivery: ScheduleDelivery;
  readonly #onError: (source: string, problem: string) => void;
  readonly #clocks = new Map<string, ScheduleClock>();

  constructor(delivery: ScheduleDelivery, onError: (source: string, problem: string) => void) {
    this.#delivery = delivery;
    this.#onError = onError;
  }

  async create(_stack: Stack, logicalId: string, { plan }: PlannedTemplate): Promise<void> {
    const definition = plan.schedules.find((schedule) => schedule.logicalId === logicalId);
    if (definition === undefined) throw new Error(`the template has no schedule ${logicalId}`);
    this.definitions.push(definition);
    const clock = new ScheduleClock([definition], (schedule, scheduledTime) => {
      this.#delivery
        .start(schedule, scheduledTime)
        .catch((error: unknown) => this.#onError('EventBridge Scheduler', String(error)));
    });
    this.#clocks.set(logicalId, clock);
  }

  async update(stack: Stack, logicalId: string, wanted: PlannedTemplate): Promise<void> {
    await this.delete(stack, logicalId);
    await this.create(stack, logicalId, wanted);
  }

  async delete(_stack: Stack, logicalId: string): Promise<void> {
    this.#clocks.get(logicalId)?.stop();
    this.#clocks.delete(logicalId);
    const index = this.definitions.findIndex((schedule) => schedule.logicalId === logicalId);
    if (index >= 0) this.definitions.splice(index, 1);
  }

  stop(): void {
    for (const clock of this.#clocks.values()) clock.stop();
  }
}
