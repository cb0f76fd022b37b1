/** Gets a batch delivered: tries again what failed, for a bounded time. */
import type { Message } from './message-packer.ts';
import { ATTEMPT_TIMEOUT_MS, attempt, type Transport } from './transport.ts';

export interface DeliverySettings {
  transport: Transport;
  /** Milliseconds of attempts and pauses after which nothing is tried again. */
  giveUpAfterMs: number;
  /** Asked before another attempt; when it says so, what has not arrived stays undecided. */
  isStopped(): boolean;
  onSent(messages: readonly Message[]): void;
  /** Refused for good, or given up. */
  onLost(messages: readonly Message[], cause: unknown): void;
  onRetry(messages: readonly Message[], cause: unknown): void;
}

const FIRST_DELAY_MS = 200;
const LONGEST_DELAY_MS = 10_000;

/** Resolves when every message has arrived or is lost, or when it is stopped; never rejects. */
export async function deliverBatch(
  batch: readonly Message[],
  { transport, giveUpAfterMs, isStopped, onSent, onLost, onRetry }: DeliverySettings,
): Promise<void> {
  let leftMs = giveUpAfterMs;
  let remaining = batch;
  for (let attempts = 1; !isStopped(); attempts += 1) {
    const startedAt = performance.now();
    const outcome = await attempt(transport, remaining);
    // A process that was frozen has not tried meanwhile: no attempt counts for more than it may take.
    leftMs -= Math.min(performance.now() - startedAt, ATTEMPT_TIMEOUT_MS);
    const [failed, refused] = [outcome.failed, outcome.refused].map((sequences) =>
      remaining.filter(({ sequence }) => sequences.includes(sequence)),
    ) as [Message[], Message[]];
    onSent(remaining.filter((message) => !failed.includes(message) && !refused.includes(message)));
    if (refused.length > 0) onLost(refused, outcome.cause);
    if (failed.length === 0) return;
    const delayMs = backoffMs(attempts);
    leftMs -= delayMs;
    if (leftMs < 0) {
      onLost(failed, outcome.cause);
      return;
    }
    onRetry(failed, outcome.cause);
    remaining = failed;
    await sleep(delayMs);
  }
}

/** Full jitter, so that a fleet does not come back at once. https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/ */
function backoffMs(attempts: number): number {
  return Math.random() * Math.min(FIRST_DELAY_MS * 2 ** (attempts - 1), LONGEST_DELAY_MS);
}

/** Does not keep the process alive: flush() does, for as long as somebody waits for it. */
function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, ms).unref();
  });
}
