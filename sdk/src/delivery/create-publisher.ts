/** The publisher: takes calls from the app without ever getting in its way, and sends them to the queue in the background. */
import { CallQueue } from './call-queue.ts';
import { deliverBatch } from './deliver-batch.ts';
import { MAX_CALL_BYTES, type Message, MessagePacker } from './message-packer.ts';
import { contained, PublishError, warnOnConsole } from './publish-error.ts';
import type { Publisher, PublisherOptions } from './publisher.ts';
import { publisherSettings } from './publisher-settings.ts';
import { type SerialisedCall, serialiseCall } from './serialise-call.ts';
import { sqsSender } from './sqs-sender.ts';

export function createPublisher(options: PublisherOptions = {}): Publisher {
  const onError = contained(options.onError ?? warnOnConsole());
  const settings = publisherSettings(options, onError);
  const { flushAfterEvents, flushAfterMs, giveUpAfterMs } = settings;
  const queue = new CallQueue(settings.maxBufferBytes);
  const packer = new MessagePacker(queue, settings.maxMessageBytes);
  const send = sqsSender(options.queueUrl ?? process.env['TRICOST_QUEUE_URL'], options.client);

  let published = 0;
  let sent = 0;
  let dropped = 0;
  let inFlight = 0;
  /** Calls before this position go now, even in a message that is not full. */
  let dueUpTo = 0;
  let isSending = false;
  let ageTimer: NodeJS.Timeout | undefined;
  const flushes = new Set<{ upTo: number; resolve: () => void }>();

  const isDue = () => queue.start < dueUpTo || packer.hasFullMessage;
  /** Calls before that position that have neither arrived nor been lost. */
  const pendingUpTo = (position: number) => Math.max(0, position - (queue.start - inFlight));

  function lose(calls: number, message: string, cause?: unknown): void {
    dropped += calls;
    packer.noteDropped(calls);
    onError(new PublishError(message, calls, cause));
  }

  function accept(call: unknown): void {
    published += 1;
    let serialised: SerialisedCall;
    try {
      serialised = serialiseCall(call, Date.now());
    } catch (cause) {
      lose(1, 'dropped a call that cannot be written as JSON', cause);
      return;
    }
    if (serialised.bytes > MAX_CALL_BYTES) {
      lose(1, `dropped a call of ${serialised.bytes} bytes: a message holds ${MAX_CALL_BYTES}`);
      return;
    }
    const overflow = queue.push(serialised);
    if (overflow > 0) lose(overflow, `dropped the oldest ${inWords(overflow)}: the buffer is full`);
  }

  function schedule(): void {
    if (queue.length >= flushAfterEvents) dueUpTo = queue.end;
    if (isDue()) void sendDue();
    else if (queue.length > 0) {
      ageTimer ??= setTimeout(sendAll, flushAfterMs).unref();
    }
  }

  function sendAll(): void {
    clearTimeout(ageTimer);
    ageTimer = undefined;
    dueUpTo = queue.end;
    void sendDue();
  }

  async function sendDue(): Promise<void> {
    if (isSending) return;
    isSending = true;
    // The app's own work first; packing happens after the code that published.
    await Promise.resolve();
    while (isDue()) {
      const batch = packer.takeBatch(isDue);
      inFlight = countCalls(batch);
      await deliverBatch(batch, { send, giveUpAfterMs, onSent, onLost, onRetry });
      for (const flush of flushes) if (pendingUpTo(flush.upTo) === 0) flush.resolve();
    }
    isSending = false;
    schedule();
  }

  function onSent(messages: readonly Message[]): void {
    const calls = countCalls(messages);
    inFlight -= calls;
    sent += calls;
  }

  function onLost(messages: readonly Message[], cause: unknown): void {
    const calls = countCalls(messages);
    inFlight -= calls;
    // What a lost envelope was to report, the next one must.
    for (const message of messages) packer.noteDropped(message.dropped);
    lose(calls, `dropped ${inWords(calls)} that the queue did not take`, cause);
  }

  function onRetry(messages: readonly Message[], cause: unknown): void {
    onError(
      new PublishError(`could not send ${inWords(countCalls(messages))}, trying again`, 0, cause),
    );
  }

  return {
    publish(calls) {
      try {
        for (const call of Array.isArray(calls) ? calls : [calls]) accept(call);
      } catch (cause) {
        published += 1;
        lose(1, 'dropped a list of calls that cannot be read', cause);
      }
      schedule();
    },

    async flush({ timeoutMs = 10_000 } = {}) {
      const before = { sent, dropped };
      const upTo = queue.end;
      sendAll();
      if (pendingUpTo(upTo) > 0) {
        await new Promise<void>((resolve) => {
          // Not unref'd: a process that awaits its flush must live that long.
          const timer = setTimeout(finish, timeoutMs);
          const flush = { upTo, resolve: finish };
          flushes.add(flush);
          function finish(): void {
            clearTimeout(timer);
            flushes.delete(flush);
            resolve();
          }
        });
      }
      return {
        sent: sent - before.sent,
        dropped: dropped - before.dropped,
        pending: pendingUpTo(upTo),
      };
    },

    stats: () => ({ published, sent, dropped, pending: published - sent - dropped }),
  };
}

function countCalls(messages: readonly Message[]): number {
  return messages.reduce((sum, { calls }) => sum + calls, 0);
}

function inWords(calls: number): string {
  return calls === 1 ? '1 call' : `${calls} calls`;
}
