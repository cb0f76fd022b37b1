/** The publisher's contract with the app. */
import type { SQSClient } from '@aws-sdk/client-sqs';
import type { OnError } from './publish-error.ts';
import type { CallInput } from './serialise-call.ts';

/** A number that makes no sense is told to `onError`, and the default taken. */
export interface PublisherOptions {
  /** The stack's output `QueueUrl`. Default: `TRICOST_QUEUE_URL` of the environment. */
  queueUrl?: string | undefined;
  /** Your own SQS client. Default: one for the queue's region, with the AWS SDK's usual credentials. */
  client?: SQSClient | undefined;
  /** Largest packed message, envelope included. Default 65,536: one billing chunk of SQS. */
  maxMessageBytes?: number;
  /** Calls wait until they fill a message, or until they are this many. Default 500. */
  flushAfterEvents?: number;
  /** … or until the oldest has waited this long. Default 1,000 ms. */
  flushAfterMs?: number;
  /** Memory for waiting calls; beyond it the oldest are dropped. Default 8 MiB. */
  maxBufferBytes?: number;
  /** How long a message is retried before it is dropped. Default 300,000 ms. */
  giveUpAfterMs?: number;
  /** Told of every failed delivery and every loss. Default: a console warning, at most one a minute. */
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

/** Since the start; `published` = `sent` + `dropped` + `pending`. */
export interface PublisherStats {
  published: number;
  sent: number;
  dropped: number;
  pending: number;
}

export interface Publisher {
  /** Takes calls; returns at once and never throws. What cannot be sent is counted in `stats().dropped`. */
  publish(calls: CallInput | readonly CallInput[]): void;
  /** Sends everything published so far: before a process ends, a serverless function returns. Never rejects. Default timeout 10,000 ms. */
  flush(options?: { timeoutMs?: number }): Promise<FlushResult>;
  stats(): PublisherStats;
}
