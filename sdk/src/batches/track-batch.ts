/**
 * Publishes the calls of a batch, no faster than they leave: a batch may have more of them than the buffer holds. Loaded by its
 * first use, for few processes track batches.
 */
import type { Publisher } from '../delivery/publisher.ts';
import type { CallInput } from '../delivery/serialise-call.ts';
import { type Batch, batchCall } from './batch-calls.ts';
import { type BatchResults, batchResults } from './batch-results.ts';

/** A few messages, and a small part of the buffer. */
const FLUSH_EVERY_CALLS = 500;

export interface BatchPublisher extends Pick<Publisher, 'flush' | 'stats'> {
  publish(call: CallInput, customId: string): void;
}

/**
 * @returns how many calls have arrived
 * @throws Error where the queue does not take them, and what {@link batchCall} and {@link batchResults} throw
 */
export async function trackBatch(
  provider: string,
  batch: Batch,
  results: BatchResults,
  { publish, flush, stats }: BatchPublisher,
): Promise<number> {
  let calls = 0;
  let { dropped } = stats();
  async function arrived(): Promise<void> {
    const { pending } = await flush();
    const lost = stats().dropped - dropped;
    dropped += lost;
    if (pending === 0 && lost === 0) return;
    throw new Error(
      `stopped tracking ${batch.id} after ${calls} calls, with ${pending} still on their way and ${lost} lost: ` +
        'once the queue takes calls, track the batch again, which counts nothing twice',
    );
  }
  for await (const result of batchResults(results)) {
    const tracked = batchCall(provider, batch, result);
    if (tracked === undefined) continue;
    publish(tracked.call, tracked.customId);
    calls += 1;
    if (calls % FLUSH_EVERY_CALLS === 0) await arrived();
  }
  await arrived();
  return calls;
}
