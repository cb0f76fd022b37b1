/**
 * An event source mapping at work: polls the queue, hands batches to the function, deletes what it has dealt with.
 * https://docs.aws.amazon.com/lambda/latest/dg/with-sqs.html
 */
import { setTimeout as sleep } from 'node:timers/promises';
import {
  DeleteMessageBatchCommand,
  GetQueueAttributesCommand,
  ReceiveMessageCommand,
  type SQSClient,
} from '@aws-sdk/client-sqs';
import type { EventSourceMappingDefinition } from '../assembly/resources/event-source-mapping.ts';
import type { Invocable } from '../functions/lambda-function.ts';
import { readBatchOutcome } from './batch-outcome.ts';
import { MessageBatch } from './message-batch.ts';
import { type SqsEventRecord, toEventRecord } from './sqs-event.ts';

export interface EventSourceOptions {
  mapping: EventSourceMappingDefinition;
  queueUrl: string;
  region: string;
  target: Invocable;
  /** Acts with the function's role, as Lambda's pollers do. */
  sqs: SQSClient;
  /** Told of what the function cannot see: a queue that does not answer, an answer that makes no sense. */
  onError(functionName: string, problem: string): void;
}

/** Lambda polls a standard queue with five batches at once to begin with (same page, "Scaling behavior"). */
const INITIAL_CONCURRENCY = 5;

const LONGEST_WAIT_S = 20;
const RETRY_MS = 1000;
const DELETE_LIMIT = 10;

export class EventSource {
  readonly #options: EventSourceOptions;
  readonly #stopping = new AbortController();
  readonly #pollers: Promise<void>[];

  /**
   * Lambda looks at the queue before it makes a mapping.
   *
   * @throws Error when the function's role may not do what polling takes.
   */
  static async start(options: EventSourceOptions): Promise<EventSource> {
    const { queueUrl, sqs } = options;
    await sqs.send(
      new GetQueueAttributesCommand({ QueueUrl: queueUrl, AttributeNames: ['QueueArn'] }),
    );
    return new EventSource(options);
  }

  private constructor(options: EventSourceOptions) {
    this.#options = options;
    const { maximumConcurrency } = options.mapping;
    // A poller waits for its invocation, so their number is the concurrency.
    const pollers = maximumConcurrency ?? INITIAL_CONCURRENCY;
    this.#pollers = Array.from({ length: pollers }, () => this.#poll());
  }

  /** Invocations under way are finished and their messages deleted; nothing new is received. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    await Promise.all(this.#pollers);
  }

  async #poll(): Promise<void> {
    let left: SqsEventRecord[] = [];
    while (!this.#stopping.signal.aborted || left.length > 0) {
      const batch = new MessageBatch(this.#options.mapping);
      left = await this.#fill(batch, left);
      if (batch.records.length > 0) await this.#process(batch);
    }
  }

  /** Returns the messages received that did not fit any more. */
  async #fill(batch: MessageBatch, first: readonly SqsEventRecord[]): Promise<SqsEventRecord[]> {
    let left = addAll(batch, first);
    while (left.length === 0 && !batch.complete(Date.now()) && !this.#stopping.signal.aborted) {
      left = addAll(batch, await this.#receive(batch));
    }
    return left;
  }

  async #receive(batch: MessageBatch): Promise<SqsEventRecord[]> {
    const { queueUrl, mapping, region, sqs, target, onError } = this.#options;
    const remainingMs = batch.remainingMs(Date.now());
    const wait = remainingMs === undefined ? LONGEST_WAIT_S : Math.ceil(remainingMs / 1000);
    const signal = this.#stopping.signal;
    try {
      const { Messages: messages = [] } = await sqs.send(
        new ReceiveMessageCommand({
          QueueUrl: queueUrl,
          MaxNumberOfMessages: batch.wanted,
          WaitTimeSeconds: Math.min(LONGEST_WAIT_S, wait),
          MessageSystemAttributeNames: ['All'],
          MessageAttributeNames: ['All'],
        }),
        { abortSignal: signal },
      );
      return messages.map((message) => toEventRecord(message, mapping.queueArn, region));
    } catch (error) {
      if (signal.aborted) return [];
      onError(target.definition.name, `its queue does not answer: ${String(error)}`);
      await sleep(RETRY_MS, undefined, { signal }).catch(() => {});
      return [];
    }
  }

  async #process(batch: MessageBatch): Promise<void> {
    const { mapping, target, onError } = this.#options;
    const ids = batch.records.map(({ messageId }) => messageId);
    const result = await target.invoke(batch.toPayload());
    const outcome = readBatchOutcome(result, ids, mapping.reportBatchItemFailures);
    if (outcome.malformed !== undefined) {
      onError(target.definition.name, `the whole batch counts as failed: ${outcome.malformed}`);
    }
    // What failed is left alone: its visibility timeout, which the function may have changed, brings it back.
    await this.#delete(batch.records.filter(({ messageId }) => outcome.succeeded.has(messageId)));
  }

  async #delete(records: readonly SqsEventRecord[]): Promise<void> {
    const { queueUrl, sqs, target, onError } = this.#options;
    for (let start = 0; start < records.length; start += DELETE_LIMIT) {
      const entries = records.slice(start, start + DELETE_LIMIT).map((record, index) => ({
        Id: String(index),
        ReceiptHandle: record.receiptHandle,
      }));
      try {
        const { Failed: failed = [] } = await sqs.send(
          new DeleteMessageBatchCommand({ QueueUrl: queueUrl, Entries: entries }),
        );
        if (failed.length > 0) {
          onError(
            target.definition.name,
            `${failed.length} messages could not be deleted and will come again: ${failed[0]?.Message}`,
          );
        }
      } catch (error) {
        onError(target.definition.name, `messages could not be deleted: ${String(error)}`);
      }
    }
  }
}

/** Returns what did not fit. */
function addAll(batch: MessageBatch, records: readonly SqsEventRecord[]): SqsEventRecord[] {
  const now = Date.now();
  const rejectedAt = records.findIndex((record) => !batch.add(record, now));
  return rejectedAt === -1 ? [] : records.slice(rejectedAt);
}
