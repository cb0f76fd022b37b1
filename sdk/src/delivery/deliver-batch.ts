/** Gets a batch delivered: tries again what failed, for a bounded time. */
import type { Message } from './message-packer.ts';
import type { SendBatch } from './sqs-sender.ts';

export interface DeliverySettings {
  send: SendBatch;
  /** Milliseconds after the first attempt at which nothing is tried again. */
  giveUpAfterMs: number;
  onSent(messages: readonly Message[]): void;
  /** Refused for good, or given up. */
  onLost(messages: readonly Message[], cause: unknown): void;
  onRetry(messages: readonly Message[], cause: unknown): void;
}

const FIRST_DELAY_MS = 200;
const LONGEST_DELAY_MS = 10_000;

/** Resolves when every message has arrived or is lost; never rejects. */
export async function deliverBatch(
  batch: readonly Message[],
  { send, giveUpAfterMs, onSent, onLost, onRetry }: DeliverySettings,
): Promise<void> {
  const givesUpAt = performance.now() + giveUpAfterMs;
  let remaining = batch;
  for (let attempt = 1; ; attempt += 1) {
    const { failed, refused, cause } = await send(remaining);
    const notSent = new Set([...failed, ...refused]);
    onSent(remaining.filter((message) => !notSent.has(message)));
    if (refused.length > 0) onLost(refused, cause);
    if (failed.length === 0) return;
    const delayMs = backoffMs(attempt);
    if (performance.now() + delayMs > givesUpAt) {
      onLost(failed, cause);
      return;
    }
    onRetry(failed, cause);
    remaining = failed;
    await sleep(delayMs);
  }
}

/** Full jitter, so that a fleet does not come back at once. https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/ */
function backoffMs(attempt: number): number {
  return Math.random() * Math.min(FIRST_DELAY_MS * 2 ** (attempt - 1), LONGEST_DELAY_MS);
}

/** Does not keep the process alive: flush() does, for as long as somebody waits for it. */
function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, ms).unref();
  });
}
