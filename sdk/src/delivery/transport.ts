/** How messages leave the process: SQS by default, or whatever an app puts in its place. */
import type { Message } from './message-packer.ts';

/** What became of the messages, by their `sequence`; those in neither list have arrived. */
export interface TransportOutcome {
  /** Worth another try. */
  failed: number[];
  /** Will be refused again. */
  refused: number[];
  /** Why, when some did not arrive. */
  cause?: unknown;
}

export interface Transport {
  /**
   * Sends messages of one producer: at most ten, and 1 MiB together. A message that may have arrived may be sent again, as
   * it is: ingest counts it once. What it throws is a failure of all of them.
   *
   * @param signal aborted when the attempt has taken too long: the messages then count as failed, whatever comes back later
   */
  send(messages: readonly Message[], signal: AbortSignal): Promise<TransportOutcome>;
  /** Called once, by `shutdown()`. */
  close?(): Promise<void>;
}

/** Longer than a slow network takes, short enough for several tries before a message is given up. */
export const ATTEMPT_TIMEOUT_MS = 20_000;

/** One attempt. Never rejects, and ends in time whatever the transport does. */
export async function attempt(
  transport: Transport,
  messages: readonly Message[],
): Promise<TransportOutcome> {
  const timeout = new AbortController();
  const timer = setTimeout(
    () => timeout.abort(new Error(`no answer for ${ATTEMPT_TIMEOUT_MS / 1000} seconds`)),
    ATTEMPT_TIMEOUT_MS,
  ).unref();
  try {
    const { failed, refused, cause } = await Promise.race([
      transport.send(messages, timeout.signal),
      rejectedBy(timeout.signal),
    ]);
    return { failed: [...failed], refused: [...refused], cause };
  } catch (cause) {
    return { failed: messages.map(({ sequence }) => sequence), refused: [], cause };
  } finally {
    clearTimeout(timer);
  }
}

function rejectedBy(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason), { once: true });
  });
}
