/** Packs waiting calls into numbered envelopes: one SQS message costs the same with one call or with two hundred. */
import { nodeCrypto } from '../../../domain/node-crypto.ts';
import type { CallQueue } from './call-queue.ts';
import { FOOTER, header } from './envelope.ts';

/** Also of all messages of a batch together. https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/quotas-messages.html */
export const MAX_SQS_BYTES = 1_048_576;
/** SQS bills every started 64 KiB of a message. https://aws.amazon.com/sqs/pricing/ */
export const BILLING_CHUNK_BYTES = 65_536;
const MAX_BATCH_MESSAGES = 10;

/** Room for an envelope around one call, with every counter at its longest. */
const ENVELOPE_BYTES = 160;
/** A larger call fits into no message. */
export const MAX_CALL_BYTES = MAX_SQS_BYTES - ENVELOPE_BYTES;
/** What ingest takes as a count. */
const MAX_DROPPED = 2_147_483_647;
const COMMA_BYTES = 1;

/** Retried as it is: with a new sequence, ingest would see the old one as lost. */
export interface Message {
  /** Of its producer: 1, 2, 3 … */
  sequence: number;
  /** The text to send. */
  body: string;
  /** Of the body's UTF-8. */
  bytes: number;
  /** How many calls it carries. */
  calls: number;
  /** How many dropped calls it reports. */
  dropped: number;
}

/** Where a producer is: who it is, what it has numbered, and what it still has to report. */
export interface Producing {
  producerId: string;
  /** Of the last message; 0 before the first. */
  sequence: number;
  /** Dropped calls that no message has reported. */
  unreported: number;
}

export class MessagePacker {
  readonly #queue: CallQueue;
  readonly #maxBytes: number;
  /** Of a new producer once it is asked for: an app that starts has nothing to send yet. */
  #producerId: string | undefined;
  #sequence: number;
  #unreported: number;

  /**
   * @param maxBytes of a message, its envelope included; a call that is larger alone goes alone
   * @param from default: a new producer. A fork or restart counts from 1 under a new name, so that a gap always is a loss
   */
  constructor(queue: CallQueue, maxBytes: number, from?: Producing) {
    this.#queue = queue;
    this.#maxBytes = Math.min(maxBytes, MAX_SQS_BYTES);
    this.#producerId = from?.producerId;
    this.#sequence = from?.sequence ?? 0;
    this.#unreported = from?.unreported ?? 0;
  }

  get producing(): Producing {
    return {
      producerId: this.#ownId(),
      sequence: this.#sequence,
      unreported: this.#unreported,
    };
  }

  #ownId(): string {
    this.#producerId ??= nodeCrypto().randomUUID();
    return this.#producerId;
  }

  /** The next envelope will report them. */
  noteDropped(calls: number): void {
    this.#unreported += calls;
  }

  /** Whether the waiting calls fill a message: sending them now costs no more than waiting for others. */
  get hasFullMessage(): boolean {
    const { bytes, length } = this.#queue;
    if (length === 0) return false;
    const envelope = this.#header().length + FOOTER.length;
    return envelope + bytes + (length - 1) * COMMA_BYTES > this.#maxBytes;
  }

  /**
   * Takes calls off the queue as one SendMessageBatch request.
   *
   * @param isDue asked before every message: whether the calls now at the head of the queue shall go
   */
  takeBatch(isDue: () => boolean): Message[] {
    const batch: Message[] = [];
    let bytes = 0;
    while (batch.length < MAX_BATCH_MESSAGES && this.#queue.length > 0 && isDue()) {
      const next = this.#measure();
      if (bytes + next.bytes > MAX_SQS_BYTES) break;
      batch.push(this.#take(next));
      bytes += next.bytes;
    }
    return batch;
  }

  /** How many calls the next message takes: as many as fit, and one at least. */
  #measure(): { calls: number; bytes: number } {
    let bytes = this.#header().length + FOOTER.length;
    let calls = 0;
    for (let call = this.#queue.peek(0); call !== undefined; call = this.#queue.peek(calls)) {
      const more = call.bytes + (calls === 0 ? 0 : COMMA_BYTES);
      if (calls > 0 && bytes + more > this.#maxBytes) break;
      bytes += more;
      calls += 1;
    }
    return { calls, bytes };
  }

  #take({ calls, bytes }: { calls: number; bytes: number }): Message {
    const header = this.#header();
    const events = Array.from({ length: calls }, () => this.#queue.shift()?.json).join(',');
    const dropped = Math.min(this.#unreported, MAX_DROPPED);
    this.#unreported -= dropped;
    this.#sequence += 1;
    return { sequence: this.#sequence, body: header + events + FOOTER, bytes, calls, dropped };
  }

  #header(): string {
    const dropped = Math.min(this.#unreported, MAX_DROPPED);
    return header(this.#ownId(), this.#sequence + 1, dropped);
  }
}
