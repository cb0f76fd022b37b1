/** `tricost dlq redrive`: moves dead letters back to where they came from. */

import { approximateDepth } from '../adapters/sqs/approximate-depth.ts';
import { moveBatch } from '../adapters/sqs/move-batch.ts';
import { type MessageInHand, returnMessages } from '../adapters/sqs/receive-messages.ts';
import { replayMessage } from '../domain/ingest-calls/replay.ts';
import { rerunFailedJobs } from './dlq-failed-jobs.ts';
import { countEqual, lookAt } from './dlq-peek.ts';
import {
  type DeadLetters,
  type DlqOptions,
  deadLetterQueueUrl,
  sourceQueueUrl,
} from './dlq-queue.ts';
import { verdictOn } from './dlq-verdict.ts';
import { interruptible } from './interruptible.ts';
import { printable } from './printable.ts';
import { type Report, withProgress } from './progress.ts';
import { sqsClient } from './target.ts';

export interface RedriveOptions extends DlqOptions {
  limit?: number;
  dryRun?: boolean;
}

export interface Redriven {
  moved: number;
  /** Sent but not deleted: the next redrive sends them again. */
  doubled: number;
  /** Left where they are, by reason. */
  left: Record<string, number>;
}

/** So many are looked at in a dry run that names no limit. */
const DRY_RUN_LIMIT = 100;

export async function redrive(options: RedriveOptions): Promise<void> {
  if (options.dryRun === true) return dryRun(options);
  const { queue } = options;
  const result = await withProgress(`Redrive ${queue}`, (report) =>
    interruptible((stopped) =>
      queue === 'failed-jobs'
        ? rerunFailedJobs(options, report, stopped)
        : moveAll(options, queue, report, stopped),
    ),
  );
  if (Object.keys(result.left).length > 0) process.exitCode = 1;
  if (options.json === true) console.log(JSON.stringify({ queue, ...result }));
  else print(queue, result);
}

async function dryRun({
  queue,
  json,
  limit = DRY_RUN_LIMIT,
  ...stack
}: RedriveOptions): Promise<void> {
  const sqs = await sqsClient(stack);
  const queueUrl = await deadLetterQueueUrl({ queue, ...stack });
  const estimate = await approximateDepth(sqs, queueUrl);
  const messages = await lookAt(sqs, queueUrl, limit);
  const depth = Math.max(estimate, messages.length);
  const verdicts = countEqual(messages.map((message) => verdictOn(queue, message, new Date())));
  if (json === true) {
    console.log(
      JSON.stringify({ queue, dry_run: true, depth, looked_at: messages.length, verdicts }),
    );
    return;
  }
  console.log(
    `dry run: about ${depth} in the dead-letter queue of ${queue}; of the first ${messages.length}:`,
  );
  for (const [verdict, count] of Object.entries(verdicts))
    console.log(`  ${count} × ${printable(verdict)}`);
}

async function moveAll(
  options: RedriveOptions,
  queue: Exclude<DeadLetters, 'failed-jobs'>,
  report: Report,
  stopped: AbortSignal,
): Promise<Redriven> {
  const { limit = Number.POSITIVE_INFINITY } = options;
  const sqs = await sqsClient(options);
  const queues = {
    from: await deadLetterQueueUrl(options),
    to: await sourceQueueUrl(options, queue),
  };
  const total = Math.min(limit, await approximateDepth(sqs, queues.from));
  const bodyOf = (message: MessageInHand) =>
    queue === 'calls' ? replayMessage(message) : message.body;
  const refused: { message: MessageInHand; reason: string }[] = [];
  let [moved, doubled] = [0, 0];
  try {
    while (!stopped.aborted && moved + refused.length < limit) {
      const batch = await moveBatch(sqs, queues, limit - moved - refused.length, bodyOf);
      if (batch.received === 0) break;
      moved += batch.moved;
      doubled += batch.doubled;
      refused.push(...batch.refused);
      report(`${moved} of about ${total} moved`);
      // The other queue takes nothing: to go on would only hide the whole queue from everybody.
      if (batch.moved === 0) break;
    }
  } finally {
    await returnMessages(
      sqs,
      queues.from,
      refused.map(({ message }) => message),
    );
  }
  return { moved, doubled, left: countEqual(refused.map(({ reason }) => reason)) };
}

function print(queue: DeadLetters, { moved, doubled, left }: Redriven): void {
  console.log(queue === 'failed-jobs' ? `jobs run: ${moved}` : `messages moved: ${moved}`);
  if (doubled > 0) {
    console.log(
      `${doubled} of them could not be deleted and are moved again by the next redrive; no call counts twice`,
    );
  }
  for (const [reason, count] of Object.entries(left))
    console.log(`${count} left: ${printable(reason)}`);
}
