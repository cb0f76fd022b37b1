/** Waits until the calls queue is empty: every message has been dealt with, or is in the dead-letter queue. */
import { setTimeout as sleep } from 'node:timers/promises';
import { queueDepth } from '../../adapters/sqs/queue-depth.ts';
import type { SoakStack } from './soak-stack.ts';

export interface DrainOptions {
  /** Whether messages that wait are brought back by putting the queue's clock forward. */
  skipWaits: boolean;
  report(progress: string): void;
}

const POLL_MS = 100;
/** Time for a batch to be processed, on a busy machine. */
const SETTLE_MS = 1_000;
/** Past the queue's visibility timeout and the longest backoff of a parked message, 75 minutes. */
const SKIP_MS = 90 * 60_000;
/** Longer than a parked message waits after an outage of a few minutes. */
const LONGEST_STALL_MS = 600_000;
/** Far below the receives after which a message goes to the dead-letter queue. */
const MOST_SKIPS = 30;

/** @throws Error saying how many messages are stuck */
export async function drain(soak: SoakStack, { skipWaits, report }: DrainOptions): Promise<void> {
  const { stack, clock, batchingWindowMs } = soak;
  const stallMs = skipWaits ? batchingWindowMs + SETTLE_MS : LONGEST_STALL_MS;
  let skips = 0;
  let left = Number.POSITIVE_INFINITY;
  let movedAt = Date.now();
  for (;;) {
    const depth = await queueDepth(stack.sqs, soak.queueUrl);
    if (depth === 0) return;
    if (depth !== left) movedAt = Date.now();
    left = depth;
    report(`${left} messages left in the queue`);
    if (Date.now() - movedAt > stallMs) {
      if (!skipWaits || skips === MOST_SKIPS) throw new Error(`${left} messages are stuck`);
      await clock.advance(SKIP_MS);
      skips += 1;
      movedAt = Date.now();
    }
    await sleep(POLL_MS);
  }
}
