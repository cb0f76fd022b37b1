/** `tricost dlq requeue`: sends rejected events once more, after what refused them was mended. */

import type { SQSClient } from '@aws-sdk/client-sqs';
import type { Client } from 'pg';
import { connect } from '../adapters/postgres/connect.ts';
import { oldestPartitionStart } from '../adapters/postgres/create-partitions.ts';
import {
  countRejectedCalls,
  deleteRejectedCalls,
  type RejectedFilter,
  rejectedCalls,
} from '../adapters/postgres/replay-rejected-calls.ts';
import { sendMessages } from '../adapters/sqs/send-messages.ts';
import { type RejectedCall, replayRejected } from '../domain/ingest-calls/replay.ts';
import { builtInPriceBook } from '../domain/pricing/built-in-prices.ts';
import { countEqual } from './dlq-peek.ts';
import { sourceQueueUrl } from './dlq-queue.ts';
import { interruptible } from './interruptible.ts';
import { printable } from './printable.ts';
import { type Report, withProgress } from './progress.ts';
import {
  refuseDatabaseWithoutStack,
  type StackOptions,
  sqsClient,
  stackDatabase,
} from './target.ts';

export interface RequeueOptions extends StackOptions, RejectedFilter {
  databaseUrl?: string;
  limit?: number;
  dryRun?: boolean;
  json?: boolean;
}

interface Requeued {
  sent: number;
  /** Left in the table, by reason. */
  left: Record<string, number>;
  /** Ended before the last of them: so many that match are still in the table. */
  stopped_before?: number;
}

/** So many refused in a row: the queue is at fault, not an event. As many as a page holds. */
const GIVE_UP_AFTER = 10;

export async function requeue(options: RequeueOptions): Promise<void> {
  refuseDatabaseWithoutStack(options);
  const client = await connect({
    ...(await stackDatabase(options)),
    applicationName: 'tricost dlq requeue',
  });
  try {
    const result = await withProgress('Requeue rejected events', (report) =>
      interruptible((stopped) => requeueAll(client, options, report, stopped)),
    );
    const dry = options.dryRun === true;
    if (options.json === true) console.log(JSON.stringify({ dry_run: dry, ...result }));
    else print(dry, result);
  } finally {
    await client.end();
  }
}

async function requeueAll(
  client: Client,
  options: RequeueOptions,
  report: Report,
  stopped: AbortSignal,
): Promise<Requeued> {
  const { limit = Number.POSITIVE_INFINITY } = options;
  const sqs = await sqsClient(options);
  const queueUrl = await sourceQueueUrl(options, 'calls');
  const oldest = await oldestPartitionStart(client);
  const left: string[] = [];
  let [sent, looked, inARow] = [0, 0, 0];
  for await (const page of rejectedCalls(client, options)) {
    const wanted = page.slice(0, limit - looked);
    looked += wanted.length;
    const ready: { row: RejectedCall; body: string }[] = [];
    for (const row of wanted) {
      const replay = replayRejected(row, { now: new Date(), oldest, prices: builtInPriceBook() });
      if ('body' in replay) ready.push({ row, body: replay.body });
      else left.push(`still refused: ${replay.refused.reason}`);
    }
    const refusals = options.dryRun === true ? [] : await sendAgain(sqs, queueUrl, client, ready);
    sent += ready.length - refusals.length;
    left.push(...refusals);
    // What could be sent and was not is for the operator to send again.
    if (refusals.length > 0) process.exitCode = 1;
    report(`${sent} sent, ${left.length} left`);
    inARow = refusals.length === ready.length ? inARow + refusals.length : 0;
    if (looked >= limit) break;
    if (stopped.aborted || inARow >= GIVE_UP_AFTER) {
      const stopped_before = await countRejectedCalls(client, options);
      return { sent, left: countEqual(left), stopped_before };
    }
  }
  return { sent, left: countEqual(left) };
}

/**
 * Sent first, then taken out of the table: whoever dies in between sends them again, and ingest knows them by their ids.
 *
 * @returns why the queue refused those it did not take
 */
async function sendAgain(
  sqs: SQSClient,
  queueUrl: string,
  client: Client,
  ready: readonly { row: RejectedCall; body: string }[],
): Promise<string[]> {
  const refusals = await sendMessages(sqs, queueUrl, ready);
  const taken = ready.filter((_, index) => refusals[index] === undefined);
  await deleteRejectedCalls(
    client,
    taken.map(({ row }) => row),
  );
  return refusals.filter((reason) => reason !== undefined);
}

function print(dry: boolean, { sent, left, stopped_before: remaining }: Requeued): void {
  console.log(dry ? `dry run: ${sent} would be sent again` : `${sent} sent again`);
  for (const [reason, count] of Object.entries(left))
    console.log(`${count} left: ${printable(reason)}`);
  if (remaining !== undefined) {
    console.log(
      `stopped: ${remaining} that match are still in the table; the same command goes on with them`,
    );
  }
}
