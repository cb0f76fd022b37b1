/** The publisher's contract with the app. */
import type { OnError } from './publish-error.ts';
import type { CallInput } from './serialise-call.ts';
import type { Spool } from './spool.ts';
import type { Transport } from './transport.ts';

/** An `SQSClient` of any version of `@aws-sdk/client-sqs`; without its types, so that an app need not have them. */
export interface SqsClient {
  send(...args: never[]): unknown;
  destroy(): void;
}

/** A number that makes no sense is told to `onError`, and the default taken. */
export interface PublisherOptions {
  /** The stack's output `QueueUrl`. Default: `TRICOST_QUEUE_URL` of the environment. */
  queueUrl?: string | undefined;
  /** Your own SQS client. Default: requests signed with the keys of the environment, or a client with the AWS SDK's usual credentials. */
  client?: SqsClient | undefined;
  /** Sends the messages instead of SQS: `tricost/http`, `tricost/file`, or your own. */
  transport?: Transport | undefined;
  /** Largest packed message, envelope included, before it is compressed. Default 65,536, one billing chunk of SQS; 262,144 with `compress`. */
  maxMessageBytes?: number;
  /** Sends messages as gzip where that makes them smaller. Default false. */
  compress?: boolean;
  /** Calls wait until they fill a message, or until they are this many. Default 500. */
  flushAfterEvents?: number;
  /** … or until the oldest has waited this long. 0: they go at once, without a timer. Default 1,000 ms; in Lambda, and with `waitUntil`, 0. */
  flushAfterMs?: number;
  /** Memory for waiting calls; beyond it the oldest are dropped. Default 8 MiB. */
  maxBufferBytes?: number;
  /** How long a message is retried before it is dropped. Default 300,000 ms; with a `spool` for as long as it takes. */
  giveUpAfterMs?: number;
  /** Where waiting calls survive the process, however it ends: `spoolFolder()` of `tricost/spool`. Default: nowhere. */
  spool?: Spool | undefined;
  /** Of your platform: keeps a serverless function alive until what it has published is sent. */
  waitUntil?: ((sent: Promise<unknown>) => void) | undefined;
  /** Told of every failed delivery and every loss. Default: console warnings, one a minute of each subject. */
  onError?: OnError;
}

export interface FlushResult {
  /** Calls that arrived during this flush. */
  sent: number;
  /** Calls that were lost during this flush. */
  dropped: number;
  /** Calls published before this flush and still on their way: above 0 when time ran out. */
  pending: number;
}

/** Since the start, calls recovered from the spool included; `published` = `sent` + `dropped` + `pending`. */
export interface PublisherStats {
  published: number;
  sent: number;
  dropped: number;
  pending: number;
}

export interface Publisher {
  /** Takes calls; returns at once and never throws. What cannot be sent is counted in `stats().dropped`. */
  publish(calls: CallInput | readonly CallInput[]): void;
  /** Sends everything published so far: before a serverless function returns. Never rejects. Default timeout 10,000 ms. */
  flush(options?: { timeoutMs?: number }): Promise<FlushResult>;
  /**
   * Before a process ends: flushes, then stops for good. Calls published from now on are dropped. What is `pending` when time
   * is up is not tried again; with a `spool` the next process does. Never rejects. Default timeout 10,000 ms.
   */
  shutdown(options?: { timeoutMs?: number }): Promise<FlushResult>;
  stats(): PublisherStats;
}
