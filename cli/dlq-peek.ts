/** `tricost dlq peek`: looks at dead letters and leaves them where they are. */
import type { SQSClient } from '@aws-sdk/client-sqs';
import { approximateDepth } from '../adapters/sqs/approximate-depth.ts';
import {
  type MessageInHand,
  receiveMessages,
  returnMessages,
} from '../adapters/sqs/receive-messages.ts';
import { type DlqOptions, deadLetterQueueUrl } from './dlq-queue.ts';
import { verdictOn } from './dlq-verdict.ts';
import { printable } from './printable.ts';
import { sqsClient } from './target.ts';

export interface PeekOptions extends DlqOptions {
  limit: number;
  bodies?: boolean;
}

/** While we look, so that no message is seen twice; they are given back before, unless the process is killed. */
const VISIBILITY_SECONDS = 60;

export async function peek(options: PeekOptions): Promise<void> {
  const now = new Date();
  const sqs = await sqsClient(options);
  const queueUrl = await deadLetterQueueUrl(options);
  const estimate = await approximateDepth(sqs, queueUrl);
  const seen = (await lookAt(sqs, queueUrl, options.limit)).map((message) => ({
    message_id: message.messageId,
    age_s: Math.round((now.getTime() - message.sentAt.getTime()) / 1_000),
    receive_count: message.receiveCount,
    bytes: Buffer.byteLength(message.body),
    verdict: verdictOn(options.queue, message, now),
    ...(options.bodies === true ? { body: message.body } : {}),
  }));
  const depth = Math.max(estimate, seen.length);
  const counts = countEqual(seen.map(({ verdict }) => verdict));
  if (options.json === true) {
    console.log(JSON.stringify({ queue: options.queue, depth, messages: seen, verdicts: counts }));
    return;
  }
  for (const { message_id, age_s, receive_count, bytes, verdict, body } of seen) {
    console.log(
      `${printable(message_id)}  ${duration(age_s)} old  received ${receive_count} times  ${bytes} bytes  ${printable(verdict)}`,
    );
    if (body !== undefined) console.log(`  ${printable(body)}`);
  }
  console.log(summary(options.queue, depth, seen.length));
  for (const [verdict, count] of Object.entries(counts))
    console.log(`  ${count} × ${printable(verdict)}`);
}

/** Up to `limit` messages, visible to everybody again when this returns. */
export async function lookAt(
  sqs: SQSClient,
  queueUrl: string,
  limit: number,
): Promise<MessageInHand[]> {
  const messages = new Map<string, MessageInHand>();
  try {
    while (messages.size < limit) {
      const batch = await receiveMessages(sqs, queueUrl, {
        limit: limit - messages.size,
        visibilitySeconds: VISIBILITY_SECONDS,
      });
      const known = messages.size;
      // Those seen before too: only their newest receipt gives them back.
      for (const message of batch) messages.set(message.messageId, message);
      // Nothing new: either that was all, or the first ones are visible again and there would be no end.
      if (messages.size === known) break;
    }
  } finally {
    await returnMessages(sqs, queueUrl, [...messages.values()]);
  }
  return [...messages.values()];
}

function summary(queue: string, depth: number, shown: number): string {
  if (depth === 0) return `the dead-letter queue of ${queue} is empty`;
  return `about ${depth} in the dead-letter queue of ${queue}, ${shown} looked at:`;
}

/** Most frequent first. */
export function countEqual(texts: readonly string[]): Record<string, number> {
  const counts = new Map<string, number>();
  for (const text of texts) counts.set(text, (counts.get(text) ?? 0) + 1);
  return Object.fromEntries([...counts].sort(([, a], [, b]) => b - a));
}

function duration(seconds: number): string {
  if (seconds < 120) return `${seconds} s`;
  if (seconds < 7_200) return `${Math.round(seconds / 60)} min`;
  return seconds < 172_800
    ? `${Math.round(seconds / 3_600)} h`
    : `${Math.round(seconds / 86_400)} d`;
}
