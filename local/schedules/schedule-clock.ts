/** Runs the enabled schedules when they are due. */
import type { ScheduleDefinition } from '../assembly/resources/schedule.ts';

/** setTimeout cannot wait longer than 2^31 ms, and a laptop that slept should notice soon. */
const LONGEST_SLEEP_MS = 60_000;

export class ScheduleClock {
  readonly #startedAt = new Date();
  readonly #run: (schedule: ScheduleDefinition, scheduledTime: Date) => void;
  readonly #schedules: ScheduleDefinition[];
  readonly #timers = new Map<ScheduleDefinition, NodeJS.Timeout>();

  /** @param run starts a run; must not throw */
  constructor(
    schedules: ScheduleDefinition[],
    run: (schedule: ScheduleDefinition, scheduledTime: Date) => void,
  ) {
    this.#run = run;
    this.#schedules = schedules;
    for (const schedule of schedules) {
      // A rate begins now, so the first run may be this very moment.
      if (schedule.enabled) this.#plan(schedule, new Date(this.#startedAt.getTime() - 1));
    }
  }

  /** One that was made, stopped or resumed while the clock runs. */
  replan(schedule: ScheduleDefinition): void {
    clearTimeout(this.#timers.get(schedule));
    this.#timers.delete(schedule);
    if (schedule.enabled) this.#plan(schedule, new Date());
  }

  stop(): void {
    for (const timer of this.#timers.values()) clearTimeout(timer);
    this.#timers.clear();
  }

  #plan(schedule: ScheduleDefinition, after: Date): void {
    const due = schedule.recurrence.next(after, this.#startedAt);
    if (due !== undefined) this.#wait(schedule, due);
    else if (schedule.deleteAfterCompletion === true) {
      this.#schedules.splice(this.#schedules.indexOf(schedule), 1);
    }
  }

  #wait(schedule: ScheduleDefinition, due: Date): void {
    const remainingMs = due.getTime() - Date.now();
    const timer = setTimeout(
      () => {
        if (Date.now() < due.getTime()) {
          this.#wait(schedule, due);
          return;
        }
        this.#run(schedule, due);
        // Runs that fell into a sleep of the machine are not made up for.
        this.#plan(schedule, new Date());
      },
      Math.min(Math.max(0, remainingMs), LONGEST_SLEEP_MS),
    );
    this.#timers.set(schedule, timer);
  }
}
