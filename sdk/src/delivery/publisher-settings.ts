/** The publisher's numbers, checked once: a wrong one must neither throw into the app nor stop what it publishes. */
import { BILLING_CHUNK_BYTES } from './message-packer.ts';
import { type OnError, PublishError } from './publish-error.ts';
import type { PublisherOptions } from './publisher.ts';

export interface PublisherSettings {
  maxMessageBytes: number;
  flushAfterEvents: number;
  flushAfterMs: number;
  maxBufferBytes: number;
  giveUpAfterMs: number;
}

const DEFAULTS: PublisherSettings = {
  maxMessageBytes: BILLING_CHUNK_BYTES,
  flushAfterEvents: 500,
  flushAfterMs: 1_000,
  maxBufferBytes: 8 * 1024 * 1024,
  giveUpAfterMs: 300_000,
};

const MINIMUMS: PublisherSettings = {
  maxMessageBytes: 1,
  flushAfterEvents: 1,
  flushAfterMs: 0,
  maxBufferBytes: 1,
  giveUpAfterMs: 0,
};

/** A timer set for longer goes off at once. https://nodejs.org/api/timers.html#settimeoutcallback-delay-args */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** The defaults where an option is absent, and, told to `onError`, where it makes no sense. */
export function publisherSettings(options: PublisherOptions, onError: OnError): PublisherSettings {
  const setting = (name: keyof PublisherSettings): number => {
    const value: unknown = options[name];
    if (typeof value === 'number' && value >= MINIMUMS[name]) return value;
    const fallback = DEFAULTS[name];
    if (value !== undefined) {
      const problem = `${name} must be a number of ${MINIMUMS[name]} or more, got ${String(value)}; taking ${fallback}`;
      onError(new PublishError(problem, 0, undefined));
    }
    return fallback;
  };
  return {
    maxMessageBytes: setting('maxMessageBytes'),
    flushAfterEvents: setting('flushAfterEvents'),
    flushAfterMs: Math.min(setting('flushAfterMs'), LONGEST_TIMER_MS),
    maxBufferBytes: setting('maxBufferBytes'),
    giveUpAfterMs: setting('giveUpAfterMs'),
  };
}
