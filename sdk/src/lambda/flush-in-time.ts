/** The last thing of an invocation: what it has published is sent before Lambda freezes the process. */
import type { Publisher } from '../delivery/publisher.ts';

export type Flushable = Pick<Publisher, 'flush'>;

export interface LambdaOptions {
  /** The longest that an invocation waits for its calls to arrive. Default 1,000 ms. What is left then goes in the next one. */
  maxFlushMs?: number;
}

/** Kept back for Lambda's own work, and the answer's way. */
const RESERVE_MS = 100;

/**
 * Never rejects.
 *
 * @param args of the handler; the context is among them, at a place that depends on the kind of the handler
 */
export async function flushInTime(
  tricost: Flushable,
  args: readonly unknown[],
  { maxFlushMs = 1_000 }: LambdaOptions,
): Promise<void> {
  try {
    const remainingMs =
      args.find(isContext)?.getRemainingTimeInMillis() ?? Number.POSITIVE_INFINITY;
    await tricost.flush({ timeoutMs: Math.max(0, Math.min(maxFlushMs, remainingMs - RESERVE_MS)) });
  } catch {
    // The invocation's own result matters more.
  }
}

function isContext(arg: unknown): arg is { getRemainingTimeInMillis(): number } {
  return (
    typeof arg === 'object' &&
    arg !== null &&
    'getRemainingTimeInMillis' in arg &&
    typeof arg.getRemainingTimeInMillis === 'function'
  );
}
