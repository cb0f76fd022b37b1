/** The publisher's numbers, checked once: a wrong one must neither throw into the app nor stop what it publishes. */
import { BILLING_CHUNK_BYTES } from './message-packer.ts';
import type { PublisherOptions } from './publisher.ts';
import type { Tell } from './spool.ts';

export interface PublisherSettings {
  maxMessageBytes: number;
  flushAfterEvents: number;
  flushAfterMs: number;
  maxBufferBytes: number;
  giveUpAfterMs: number;
  compress: boolean;
}

type NumberName = Exclude<keyof PublisherSettings, 'compress'>;

/** Calls of the demo's traffic shrink to a sixth: mostly one billing chunk again, with some room for others. */
const COMPRESSED_MESSAGE_BYTES = 4 * BILLING_CHUNK_BYTES;

/** What is right depends on where the app runs, and on what it has asked for. */
function defaults(options: PublisherOptions): Record<NumberName, number> {
  // Between invocations a function is frozen, its timers with it; and a request is over before a timer goes off.
  const isServerless =
    process.env['AWS_LAMBDA_FUNCTION_NAME'] !== undefined || options.waitUntil !== undefined;
  return {
    maxMessageBytes: options.compress === true ? COMPRESSED_MESSAGE_BYTES : BILLING_CHUNK_BYTES,
    flushAfterEvents: 500,
    flushAfterMs: isServerless ? 0 : 1_000,
    maxBufferBytes: 8 * 1024 * 1024,
    // What is in the spool can wait.
    giveUpAfterMs: options.spool === undefined ? 300_000 : Number.POSITIVE_INFINITY,
  };
}

const MINIMUMS: Record<NumberName, number> = {
  maxMessageBytes: 1,
  flushAfterEvents: 1,
  flushAfterMs: 0,
  maxBufferBytes: 1,
  giveUpAfterMs: 0,
};

/** A timer set for longer goes off at once. https://nodejs.org/api/timers.html#settimeoutcallback-delay-args */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** The defaults where an option is absent, and, told to `onError`, where it makes no sense. */
export function publisherSettings(options: PublisherOptions, tell: Tell): PublisherSettings {
  const settings = { ...defaults(options), compress: options.compress === true };
  for (const name of Object.keys(MINIMUMS) as NumberName[]) {
    const value: unknown = options[name];
    if (value === undefined) continue;
    if (typeof value === 'number' && value >= MINIMUMS[name]) settings[name] = value;
    else {
      const minimum = `${name} must be a number of ${MINIMUMS[name]} or more`;
      tell(`${minimum}, got ${String(value)}; taking ${settings[name]}`, 0);
    }
  }
  settings.flushAfterMs = Math.min(settings.flushAfterMs, LONGEST_TIMER_MS);
  return settings;
}
