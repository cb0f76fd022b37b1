/** Fills a schedule's input with the particulars of a run. */
import { randomUUID } from 'node:crypto';
import type { ScheduleDefinition } from '../assembly/resources/schedule.ts';

/** https://docs.aws.amazon.com/scheduler/latest/UserGuide/managing-schedule-context-attributes.html */
export function fillScheduleInput(
  { input, arn }: Pick<ScheduleDefinition, 'input' | 'arn'>,
  scheduledTime: Date,
): string {
  // Scheduler writes whole seconds.
  const time = `${scheduledTime.toISOString().slice(0, 19)}Z`;
  return input
    .replaceAll('<aws.scheduler.scheduled-time>', time)
    .replaceAll('<aws.scheduler.schedule-arn>', arn)
    .replaceAll('<aws.scheduler.execution-id>', randomUUID())
    .replaceAll('<aws.scheduler.attempt-number>', '1');
}
