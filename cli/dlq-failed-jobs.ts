/** Runs the jobs again that the queue of failed jobs names; nothing else takes its messages. */
import {
  deleteMessages,
  type MessageInHand,
  receiveMessages,
  returnMessages,
} from '../adapters/sqs/receive-messages.ts';
import { readFailedJob } from '../domain/failed-job.ts';
import { countEqual } from './dlq-peek.ts';
import { deadLetterQueueUrl } from './dlq-queue.ts';
import type { Redriven, RedriveOptions } from './dlq-redrive.ts';
import { textAttributes } from './dlq-verdict.ts';
import type { Report } from './progress.ts';
import { invokeSchedule, listSchedules } from './schedules.ts';
import { sqsClient } from './target.ts';

/** Longer than any job may take. */
const VISIBILITY_SECONDS = 15 * 60;

/** One at a time, each as of the moment it was due. A job that fails again, and what names no job of the stack, is left. */
export async function rerunFailedJobs(
  options: RedriveOptions,
  report: Report,
  stopped: AbortSignal,
): Promise<Redriven> {
  const { limit = Number.POSITIVE_INFINITY } = options;
  const sqs = await sqsClient(options);
  const queueUrl = await deadLetterQueueUrl(options);
  const schedules = await listSchedules(options);
  const left: { message: MessageInHand; reason: string }[] = [];
  let [moved, doubled] = [0, 0];
  const run = async ({ body, attributes }: MessageInHand): Promise<string | undefined> => {
    const job = readFailedJob(body, textAttributes(attributes));
    const schedule = schedules.find(({ Target: target }) => target?.Arn === job?.functionArn);
    if (job === undefined || schedule === undefined)
      return 'it names no scheduled job of this stack';
    report(`${schedule.Name} as of ${job.scheduledTime}`);
    return invokeSchedule(schedule, new Date(job.scheduledTime), options).then(
      () => undefined,
      (error: unknown) => (error instanceof Error ? error.message : String(error)),
    );
  };
  try {
    while (!stopped.aborted && moved + left.length < limit) {
      const [message] = await receiveMessages(sqs, queueUrl, {
        limit: 1,
        visibilitySeconds: VISIBILITY_SECONDS,
      });
      if (message === undefined) break;
      const reason = await run(message);
      if (reason !== undefined) left.push({ message, reason });
      else {
        doubled += await deleteMessages(sqs, queueUrl, [message]);
        moved += 1;
      }
    }
  } finally {
    await returnMessages(
      sqs,
      queueUrl,
      left.map(({ message }) => message),
    );
  }
  return { moved, doubled, left: countEqual(left.map(({ reason }) => reason)) };
}
