/** The input that the stack's schedules send: when the run was due, so that a late retry computes the same windows. */

export interface ScheduledRun {
  /** RFC 3339, from `<aws.scheduler.scheduled-time>`. */
  scheduledTime: string;
}

/** @throws Error when the event is not a schedule's input. */
export function readScheduledRun(event: ScheduledRun): Date {
  const scheduled = new Date(event.scheduledTime);
  if (Number.isNaN(scheduled.getTime())) {
    throw new Error(
      `the event must be {"scheduledTime": "<RFC 3339 time>"}, got scheduledTime ${String(event.scheduledTime)}`,
    );
  }
  return scheduled;
}
