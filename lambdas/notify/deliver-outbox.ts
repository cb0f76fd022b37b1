/** Posts what waits in the outbox, strictly in order of id. */
import type { ClientBase } from 'pg';
import {
  lockOldestPending,
  markDelivered,
  markFailed,
  type OutboxMessage,
  postpone,
} from '../../adapters/postgres/outbox.ts';
import { inTransaction } from '../../adapters/postgres/transaction.ts';
import { type PostResult, postWebhook } from '../../adapters/slack/post-webhook.ts';
import { backoffSeconds } from '../../domain/backoff.ts';

export interface Delivery {
  delivered: number;
  /** Refused for good, with why. */
  failures: { id: string; reason: string }[];
  /** Seconds until the next message may be tried; undefined: nothing waits. */
  retryAfterSeconds?: number;
  /** Why the next message waits, when it was tried. */
  retryReason?: string;
}

/** Well below the function's timeout of 60 s, which must leave room for waiting at the lock and one more post, 10 s each. */
const LONGEST_RUN_MS = 30_000;

/**
 * SQS lets a message wait for 12 hours from when it was received, and refuses more; ten minutes are for the run itself.
 * https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-visibility-timeout.html
 */
const LONGEST_WAIT_SECONDS = (11 * 60 + 50) * 60;

type Step = 'empty' | 'delivered' | { failed: { id: string; reason: string } } | Waiting;
type Waiting = Required<Pick<Delivery, 'retryAfterSeconds'>> & Pick<Delivery, 'retryReason'>;

/**
 * One transaction a message: lock, post, mark, commit. A concurrent invocation waits at the lock and finds the message
 * marked, so it is posted once; twice only when the process dies, or the commit fails, after Slack's 200. Until one that
 * Slack may still take is through, those after it wait.
 */
export async function deliverOutbox(client: ClientBase, webhookUrl: URL): Promise<Delivery> {
  const delivery: Delivery = { delivered: 0, failures: [] };
  const end = Date.now() + LONGEST_RUN_MS;
  while (Date.now() < end) {
    const step = await inTransaction(client, () => deliverOldest(client, webhookUrl));
    if (step === 'empty') return delivery;
    if (step === 'delivered') delivery.delivered += 1;
    else if ('failed' in step) delivery.failures.push(step.failed);
    else return { ...delivery, ...step };
  }
  return { ...delivery, retryAfterSeconds: 0 };
}

async function deliverOldest(client: ClientBase, webhookUrl: URL): Promise<Step> {
  const message = await lockOldestPending(client);
  if (message === undefined) return 'empty';
  const wait = ((message.nextAttemptAt?.getTime() ?? 0) - Date.now()) / 1_000;
  if (wait > 0) return { retryAfterSeconds: Math.min(Math.ceil(wait), LONGEST_WAIT_SECONDS) };
  const result = await postWebhook(webhookUrl, message.payload, new Date());
  return mark(client, message, result, new Date());
}

async function mark(
  client: ClientBase,
  { id, attempts }: OutboxMessage,
  result: PostResult,
  now: Date,
): Promise<Step> {
  if (result.state === 'delivered') {
    await markDelivered(client, id, now);
    return 'delivered';
  }
  const { reason } = result;
  if (result.state === 'permanent') {
    await markFailed(client, id, now, reason);
    return { failed: { id, reason } };
  }
  // Slack may ask for more patience than ours, never for less: every try uses up one of the wake-up's receives.
  const patience = backoffSeconds(attempts + 1, Math.random());
  const seconds = Math.min(Math.max(result.afterSeconds ?? 0, patience), LONGEST_WAIT_SECONDS);
  await postpone(client, id, now, new Date(now.getTime() + seconds * 1_000), reason);
  return { retryAfterSeconds: seconds, retryReason: reason };
}
