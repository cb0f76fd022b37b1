/** Waits until queues are empty: everything in them has been dealt with. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { SQSClient } from '@aws-sdk/client-sqs';
import { queueDepth } from '../../adapters/sqs/queue-depth.ts';

export interface DrainOptions {
  sqs: SQSClient;
  queueUrls: readonly string[];
  onProgress(left: number): void;
  /** Gives up when nothing has left the queues for so long. */
  stallAfterMs?: number;
}

const POLL_MS = 100;
const STALL_AFTER_MS = 120_000;

/** @throws Error saying how many messages are stuck. */
export async function waitUntilDrained(options: DrainOptions): Promise<void> {
  const { sqs, queueUrls, onProgress, stallAfterMs = STALL_AFTER_MS } = options;
  let last = Number.POSITIVE_INFINITY;
  let movedAt = Date.now();
  for (;;) {
    const depths = await Promise.all(queueUrls.map((url) => queueDepth(sqs, url)));
    const left = depths.reduce((sum, depth) => sum + depth, 0);
    if (left === 0) return;
    if (left < last) movedAt = Date.now();
    last = left;
    if (Date.now() - movedAt > stallAfterMs) {
      throw new Error(
        `${left} messages are stuck in the queue: look for the reason in .tricost/logs`,
      );
    }
    onProgress(left);
    await sleep(POLL_MS);
  }
}
