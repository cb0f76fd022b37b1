/** Posts what waits in the outbox: strictly in order of id to each destination, and none waits for another's. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { ClientBase } from 'pg';
import type { PostResult } from '../../adapters/http/post-result.ts';
import {
  type Lane,
  lockOldestPending,
  markDelivered,
  markFailed,
  type OutboxMessage,
  pendingLanes,
  postpone,
} from '../../adapters/postgres/outbox.ts';
import { inTransaction } from '../../adapters/postgres/transaction.ts';
import { backoffSeconds } from '../../domain/backoff.ts';
import type { Destination } from '../../domain/notify/destination.ts';
import { describeError } from '../report.ts';
import { postTo } from './post-to.ts';

export interface Delivery {
  delivered: number;
  /** Refused for good, with why. */
  failures: { id: string; reason: string }[];
  /** Destinations that cannot be used, one sentence each: their messages wait for a person. */
  unusable: string[];
  /** Seconds until the next message may be tried; undefined: nothing waits. */
  retryAfterSeconds?: number;
  /** Why messages that were tried wait. */
  retryReasons: string[];
}

/**
 * Below the function's timeout of 60 s by what one message more may take: waiting at the lock while another run does its
 * two posts of 10 s each and reads a parameter, and the same of its own.
 */
const LONGEST_RUN_MS = 10_000;

/**
 * SQS lets a message wait for 12 hours from when it was received, and refuses more; ten minutes are for the run itself.
 * https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-visibility-timeout.html
 */
const LONGEST_WAIT_SECONDS = (11 * 60 + 50) * 60;

/** "1 per second per channel": https://docs.slack.dev/apis/web-api/rate-limits; a webhook takes bursts, and says 429 after. */
const BOT_REST_MS = 1_000;

type Step =
  | { state: 'empty' }
  | { state: 'delivered'; restMs: number }
  | { state: 'failed'; id: string; reason: string }
  | { state: 'waits'; seconds: number; reason?: string; isUnusable?: boolean };

/**
 * One transaction a message: lock, post, mark, commit. A concurrent invocation waits at the lock and finds the message
 * marked, so it is posted once; twice only when the process dies, or the commit fails, after the receiver's 200. Until one
 * that may still be taken is through, those after it to the same destination wait.
 *
 * @param destinationOf throws an Error that says what to do when a lane's cannot be used
 */
export async function deliverOutbox(
  client: ClientBase,
  destinationOf: (lane: Lane) => Promise<Destination>,
): Promise<Delivery> {
  const delivery: Delivery = { delivered: 0, failures: [], unusable: [], retryReasons: [] };
  const end = Date.now() + LONGEST_RUN_MS;
  const waits: number[] = [];
  // One of each in turn: a destination with many messages, or a slow one, does not keep the others waiting.
  let lanes = (await pendingLanes(client)).map((lane) => ({ lane, restsUntil: 0 }));
  while (lanes.length > 0) {
    const remaining: typeof lanes = [];
    for (const { lane, restsUntil } of lanes) {
      if (Date.now() >= end) return { ...delivery, retryAfterSeconds: 0 };
      await sleep(Math.max(0, restsUntil - Date.now()));
      const step = await inTransaction(client, () => deliverOldest(client, lane, destinationOf));
      if (step.state === 'empty') continue;
      if (step.state === 'waits') {
        waits.push(step.seconds);
        const { reason, isUnusable = false } = step;
        if (reason !== undefined)
          (isUnusable ? delivery.unusable : delivery.retryReasons).push(reason);
        continue;
      }
      if (step.state === 'delivered') delivery.delivered += 1;
      else delivery.failures.push({ id: step.id, reason: step.reason });
      const restMs = step.state === 'delivered' ? step.restMs : 0;
      remaining.push({ lane, restsUntil: Date.now() + restMs });
    }
    lanes = remaining;
  }
  return waits.length === 0 ? delivery : { ...delivery, retryAfterSeconds: Math.min(...waits) };
}

async function deliverOldest(
  client: ClientBase,
  lane: Lane,
  destinationOf: (lane: Lane) => Promise<Destination>,
): Promise<Step> {
  const message = await lockOldestPending(client, lane);
  if (message === undefined) return { state: 'empty' };
  const wait = ((message.nextAttemptAt?.getTime() ?? 0) - Date.now()) / 1_000;
  if (wait > 0) return { state: 'waits', seconds: Math.min(Math.ceil(wait), LONGEST_WAIT_SECONDS) };
  let destination: Destination;
  try {
    destination = await destinationOf(lane);
  } catch (error) {
    const step = await comeAgain(client, message, {
      reason: describeError(error).replace(/^Error: /, ''),
    });
    return { ...step, isUnusable: true };
  }
  const restMs = destination.kind === 'slack-bot' ? BOT_REST_MS : 0;
  return mark(client, message, await postTo(destination, message), restMs);
}

async function mark(
  client: ClientBase,
  message: OutboxMessage,
  result: PostResult,
  restMs: number,
): Promise<Step> {
  const { id } = message;
  switch (result.state) {
    case 'delivered':
      await markDelivered(client, id, new Date(), result.slack);
      return { state: 'delivered', restMs };
    case 'permanent':
      await markFailed(client, id, new Date(), result.reason);
      return { state: 'failed', id, reason: result.reason };
    case 'retry':
      return comeAgain(client, message, result);
  }
}

/** The receiver may ask for more patience than ours, never for less: every try uses up one of the wake-up's receives. */
async function comeAgain(
  client: ClientBase,
  { id, attempts }: OutboxMessage,
  { reason, afterSeconds = 0 }: { reason: string; afterSeconds?: number },
): Promise<Extract<Step, { state: 'waits' }>> {
  const patience = backoffSeconds(attempts + 1, Math.random());
  const seconds = Math.min(Math.max(afterSeconds, patience), LONGEST_WAIT_SECONDS);
  const now = new Date();
  await postpone(client, id, now, new Date(now.getTime() + seconds * 1_000), reason);
  return { state: 'waits', seconds, reason };
}
