/** The publisher: takes calls from the app without ever getting in its way, and sends them to the queue in the background. */
import { sqsTransport } from '../transports/sqs.ts';
import { MAX_CALL_BYTES } from './message-packer.ts';
import { inWords, Producer } from './producer.ts';
import { contained, PublishError, warnOnConsole } from './publish-error.ts';
import type { FlushResult, Publisher, PublisherOptions, PublisherStats } from './publisher.ts';
import { publisherSettings } from './publisher-settings.ts';
import { type SerialisedCall, serialiseCall } from './serialise-call.ts';
import type { OpenSpool, Spool, Tell } from './spool.ts';

export function createPublisher(options: PublisherOptions = {}): Publisher {
  return openPublisher(options).publisher;
}

/** A publisher, and what only the package itself may tell it. */
export interface OpenPublisher {
  publisher: Publisher;
  /** Counts a call that there was, and that cannot be published. */
  lose(problem: string, cause: unknown): void;
}

export function openPublisher(options: PublisherOptions): OpenPublisher {
  const onError = contained(options.onError ?? warnOnConsole());
  const tell: Tell = (problem, dropped, cause) =>
    onError(new PublishError(problem, dropped, cause));
  const settings = publisherSettings(options, tell);
  const transport = options.transport ?? sqsTransport(options);
  const own = new Producer(transport, settings, tell);
  const spool = openSpool(options.spool);
  let shutDown: Promise<FlushResult> | undefined;

  function openSpool(unopened: Spool | undefined): OpenSpool | undefined {
    try {
      return unopened?.open({
        own,
        resume: (content) => new Producer(transport, settings, tell, content),
        tell,
      });
    } catch (cause) {
      tell('no spool: a crash would lose the calls that wait', 0, cause);
      return undefined;
    }
  }

  function accept(call: unknown): void {
    if (shutDown !== undefined) {
      own.refuse(1, 'dropped a call that was published after shutdown()');
      return;
    }
    let serialised: SerialisedCall;
    try {
      serialised = serialiseCall(call, Date.now());
    } catch (cause) {
      own.refuse(1, 'dropped a call that cannot be written as JSON', cause);
      return;
    }
    if (serialised.bytes > MAX_CALL_BYTES) {
      const problem = `dropped a call of ${serialised.bytes} bytes: a message holds ${MAX_CALL_BYTES}`;
      own.refuse(1, problem);
      return;
    }
    own.add(serialised);
  }

  function stats(): PublisherStats {
    const recovered = spool?.counts;
    const published = own.counts.taken + (recovered?.taken ?? 0);
    const sent = own.counts.sent + (recovered?.sent ?? 0);
    const dropped = own.counts.dropped + (recovered?.dropped ?? 0);
    return { published, sent, dropped, pending: published - sent - dropped };
  }

  async function flush({ timeoutMs = 10_000 } = {}): Promise<FlushResult> {
    const before = stats();
    const pending = await Promise.all([own.flush(timeoutMs), spool?.flush(timeoutMs) ?? 0]);
    const { sent, dropped } = stats();
    return {
      sent: sent - before.sent,
      dropped: dropped - before.dropped,
      pending: pending.reduce((sum, calls) => sum + calls, 0),
    };
  }

  async function stop(timeoutMs: number | undefined): Promise<FlushResult> {
    const result = await flush({ timeoutMs });
    own.stop();
    spool?.close();
    if (result.pending > 0) {
      tell(`shut down with ${inWords(result.pending)} still on its way`, 0);
    }
    try {
      await transport.close?.();
    } catch (cause) {
      tell('cannot close the transport', 0, cause);
    }
    return result;
  }

  function keepAlive(): void {
    try {
      options.waitUntil?.(flush());
    } catch (cause) {
      tell('waitUntil failed: call it where a request is served', 0, cause);
    }
  }

  const publisher: Publisher = {
    publish(calls) {
      try {
        for (const call of Array.isArray(calls) ? calls : [calls]) accept(call);
      } catch (cause) {
        own.refuse(1, 'dropped a list of calls that cannot be read', cause);
      }
      own.schedule();
      if (options.waitUntil !== undefined) keepAlive();
    },
    flush,
    shutdown: ({ timeoutMs } = {}) => (shutDown ??= stop(timeoutMs)),
    stats,
  };
  return { publisher, lose: (problem, cause) => own.refuse(1, problem, cause) };
}
