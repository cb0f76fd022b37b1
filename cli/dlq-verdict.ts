/** What would become of a dead letter, in a few words: equal ones can be counted. */

import type { MessageInHand } from '../adapters/sqs/receive-messages.ts';
import { readFailedJob } from '../domain/failed-job.ts';
import { planBatch } from '../domain/ingest-calls/plan-batch.ts';
import { builtInPriceBook } from '../domain/pricing/built-in-prices.ts';
import type { DeadLetters } from './dlq-queue.ts';
import { oldestByDefault } from './validate.ts';

export function verdictOn(queue: DeadLetters, message: MessageInHand, now: Date): string {
  switch (queue) {
    case 'calls':
      return ingestVerdict(message, now);
    case 'notify':
      return 'a wake-up: the messages themselves are in tricost.outbox';
    case 'failed-jobs':
      return jobVerdict(message);
  }
}

/** As `tricost validate` says it. */
function ingestVerdict({ messageId, body }: MessageInHand, now: Date): string {
  const plan = planBatch([{ messageId, body }], {
    now,
    oldest: oldestByDefault(now),
    prices: builtInPriceBook(),
  });
  const [bug] = plan.bugs;
  if (bug !== undefined) return `our own code fails on it: ${String(bug.error)}`;
  const reasons = [...new Set(plan.rejections.map(({ reason }) => reason))].join(', ');
  const refused = reasons === '' ? '' : `refused: ${reasons}`;
  if (plan.calls.length === 0) return refused || 'no events';
  return refused === '' ? 'would be stored' : `would be stored in part, ${refused}`;
}

function jobVerdict({ body, attributes }: MessageInHand): string {
  const job = readFailedJob(body, textAttributes(attributes));
  if (job === undefined) return 'not a failed job';
  return `${job.functionArn.split(':').at(-1)}: ${job.error}`;
}

export function textAttributes(attributes: MessageInHand['attributes']): Record<string, string> {
  return Object.fromEntries(
    Object.entries(attributes).map(([name, { StringValue: text = '' }]) => [name, text]),
  );
}
