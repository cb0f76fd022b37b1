/** Gathers messages until the batch is full or its window is over. */
import type { EventSourceMappingDefinition } from '../assembly/resources/event-source-mapping.ts';
import type { SqsEventRecord } from './sqs-event.ts';

/** A synchronous invocation takes at most 6 MB: https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html */
const MAXIMUM_EVENT_BYTES = 6 * 1024 * 1024;

const ENVELOPE_BYTES = Buffer.byteLength('{"Records":[]}');

/** What one ReceiveMessage returns at most. */
const RECEIVE_LIMIT = 10;

export class MessageBatch {
  readonly #mapping: Pick<EventSourceMappingDefinition, 'batchSize' | 'batchingWindowSeconds'>;
  readonly #maximumBytes: number;
  readonly records: SqsEventRecord[] = [];
  #bytes = ENVELOPE_BYTES;
  #closesAt: number | undefined;

  constructor(
    mapping: Pick<EventSourceMappingDefinition, 'batchSize' | 'batchingWindowSeconds'>,
    maximumBytes: number = MAXIMUM_EVENT_BYTES,
  ) {
    this.#mapping = mapping;
    this.#maximumBytes = maximumBytes;
  }

  /** How many messages to ask for next. */
  get wanted(): number {
    return Math.min(RECEIVE_LIMIT, this.#mapping.batchSize - this.records.length);
  }

  /** False when the event would get too large with it; the batch is then complete and the record opens the next one. */
  add(record: SqsEventRecord, now: number): boolean {
    const bytes = Buffer.byteLength(JSON.stringify(record)) + 1;
    if (this.records.length > 0 && this.#bytes + bytes > this.#maximumBytes) return false;
    this.#closesAt ??= now + this.#mapping.batchingWindowSeconds * 1000;
    this.#bytes += bytes;
    this.records.push(record);
    return true;
  }

  /** Milliseconds until the window is over; undefined while the batch is empty, as it starts with the first message. */
  remainingMs(now: number): number | undefined {
    return this.#closesAt === undefined ? undefined : Math.max(0, this.#closesAt - now);
  }

  complete(now: number): boolean {
    return this.records.length >= this.#mapping.batchSize || this.remainingMs(now) === 0;
  }

  /** The event, as JSON text. */
  toPayload(): string {
    return JSON.stringify({ Records: this.records });
  }
}
