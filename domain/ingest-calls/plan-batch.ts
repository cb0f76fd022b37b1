/** Sorts a batch of messages into rows to store, rejections to keep and deliveries to note. Nothing is left over. */
import { compare } from '../compare.ts';
import type { PriceBook } from '../pricing/price-book.ts';
import type { CallRow } from './call-row.ts';
import { type Delivery, decodeMessage } from './decode-message.ts';
import { parseCall } from './parse-call.ts';
import { type EventText, eventTexts } from './received-events.ts';
import type { Rejection } from './rejection.ts';

export interface IncomingMessage {
  messageId: string;
  body: string;
}

export interface PlannedCall {
  row: CallRow;
  messageId: string;
  index: number;
}

export interface PlannedRejection extends Rejection {
  messageId: string;
  /** Position of the event in its message; -1: the whole message. */
  index: number;
  /** The event, or the whole message, as received; or where that is kept. */
  body: string;
}

/** Of a message of which every event is a call or a rejection. */
export interface PlannedDelivery extends Delivery {
  messageId: string;
  events: number;
  firstTs: string | null;
  lastTs: string | null;
}

export interface BatchPlan {
  /** In the order of the primary key, (ts, event_id): concurrent writers of the same events cannot deadlock. */
  calls: PlannedCall[];
  rejections: PlannedRejection[];
  deliveries: PlannedDelivery[];
  /** Messages with an event on which our own code threw, and what it threw: a bug, never the event's fault. */
  bugs: { messageId: string; error: unknown }[];
  /** What the calls were priced by. */
  prices: PriceBook;
  /** The whole batch, of which this may be a slice. */
  messages: readonly IncomingMessage[];
  /** How many of them, from the first, this slice and those before it hold in full. */
  completeMessages: number;
}

export interface BatchContext {
  now: Date;
  /** Start of the oldest partition. */
  oldest: Date;
  prices: PriceBook;
}

/** When a slice is full. It may grow somewhat larger, but by one message at most. */
export interface SliceLimits {
  /** Calls and rejections. */
  events: number;
  /** Characters of JSON that they came from. */
  characters: number;
}

/** In the place of an event's position: the message could not be taken apart. */
export const WHOLE_MESSAGE = -1;

/** Ten times what fits into the largest message uncompressed; more is an attack on the function's memory, or a mistake. */
const MAX_EVENTS = 20_000;

const UNLIMITED: SliceLimits = { events: Infinity, characters: Infinity };

/** All of a batch at once. */
export function planBatch(messages: readonly IncomingMessage[], context: BatchContext): BatchPlan {
  const [whole = emptyPlan(messages, context, 0)] = planSlices(messages, context, UNLIMITED);
  return whole;
}

/** A batch in slices, each planned when it is asked for: what was planned before may be forgotten by then. */
export function planSlices(
  messages: readonly IncomingMessage[],
  context: BatchContext,
  limits: SliceLimits,
): Generator<BatchPlan, void> {
  return new BatchPlanner(messages, context, limits).slices();
}

class BatchPlanner {
  readonly #messages: readonly IncomingMessage[];
  readonly #context: BatchContext;
  readonly #limits: SliceLimits;
  /** Of the calls of all slices: start of the request in milliseconds, by id. */
  readonly #startByEventId = new Map<string, number>();
  #slice: BatchPlan;
  #characters = 0;
  #bugs = 0;

  constructor(messages: readonly IncomingMessage[], context: BatchContext, limits: SliceLimits) {
    this.#messages = messages;
    this.#context = context;
    this.#limits = limits;
    this.#slice = emptyPlan(messages, context, 0);
  }

  *slices(): Generator<BatchPlan, void> {
    for (const message of this.#messages) {
      if (this.#characters >= this.#limits.characters) yield this.#take();
      try {
        yield* this.#planMessage(message);
      } catch (error) {
        this.#noteBug(message.messageId, error);
      }
      this.#slice.completeMessages += 1;
    }
    yield this.#take();
  }

  #take(): BatchPlan {
    const slice = this.#slice;
    this.#slice = emptyPlan(this.#messages, this.#context, slice.completeMessages);
    this.#characters = 0;
    slice.calls.sort(byKey);
    return slice;
  }

  /** Yields whenever the message fills a slice. */
  *#planMessage(message: IncomingMessage): Generator<BatchPlan, void> {
    const { messageId, body } = message;
    const decoded = decodeMessage(body);
    if (!decoded.ok) {
      this.#refuseMessage(message, decoded.rejection);
      return;
    }
    const { events, delivery, characters } = decoded.value;
    this.#characters += characters;
    if (events.length > MAX_EVENTS) {
      const detail = `a message may hold ${MAX_EVENTS} events, this one holds ${events.length}`;
      this.#refuseMessage(message, { reason: 'too_many_events', detail });
      this.#noteDelivery(
        { messageId, events: events.length, firstTs: null, lastTs: null },
        delivery,
      );
      return;
    }
    const bugsBefore = this.#bugs;
    const textOf = eventTexts(body);
    let firstTs: string | null = null;
    let lastTs: string | null = null;
    for (let index = 0; index < events.length; index += 1) {
      if (this.#events >= this.#limits.events) yield this.#take();
      const row = this.#planEvent(events[index], index, messageId, textOf);
      // A large message is many times its size in objects, of which each is needed once.
      events[index] = undefined;
      if (row === undefined) continue;
      if (firstTs === null || row.ts < firstTs) firstTs = row.ts;
      if (lastTs === null || row.ts > lastTs) lastTs = row.ts;
    }
    // It comes again, or ends as a dead letter: it has not arrived before all of it has.
    if (this.#bugs > bugsBefore) return;
    this.#noteDelivery({ messageId, events: events.length, firstTs, lastTs }, delivery);
  }

  get #events(): number {
    return this.#slice.calls.length + this.#slice.rejections.length;
  }

  #planEvent(
    event: unknown,
    index: number,
    messageId: string,
    textOf: EventText,
  ): CallRow | undefined {
    try {
      const parsed = parseCall(event, { messageId, index, ...this.#context });
      const rejection = parsed.ok ? this.#reuse(parsed.value) : parsed.rejection;
      if (parsed.ok && rejection === undefined) {
        this.#slice.calls.push({ row: parsed.value, messageId, index });
        return parsed.value;
      }
      if (rejection !== undefined) {
        const body = textOf(event, index);
        this.#slice.rejections.push({ ...rejection, messageId, index, body });
      }
    } catch (error) {
      // The message comes again; its other events need not wait for that.
      this.#noteBug(messageId, error);
    }
    return undefined;
  }

  #noteBug(messageId: string, error: unknown): void {
    this.#slice.bugs.push({ messageId, error });
    this.#bugs += 1;
  }

  #noteDelivery(delivery: Omit<PlannedDelivery, keyof Delivery>, said: Delivery | undefined): void {
    if (said !== undefined) this.#slice.deliveries.push({ ...said, ...delivery });
  }

  #refuseMessage({ messageId, body }: IncomingMessage, rejection: Rejection): void {
    this.#slice.rejections.push({ ...rejection, messageId, index: WHOLE_MESSAGE, body });
  }

  /** The same id with another time: a second call, or a retry that did not repeat its first try's time. */
  #reuse({ event_id: id, ts }: CallRow): Rejection | undefined {
    const startMs = Date.parse(ts);
    const knownMs = this.#startByEventId.get(id) ?? startMs;
    this.#startByEventId.set(id, knownMs);
    if (knownMs === startMs) return undefined;
    return {
      reason: 'event_id_reused',
      detail: `\`event_id\` ${id} came with \`ts\` ${new Date(knownMs).toISOString()} and ${ts}; a retry must repeat the first one's \`ts\``,
    };
  }
}

/** The order of the primary key. */
export function byKey(a: PlannedCall, b: PlannedCall): number {
  return compare(a.row.ts, b.row.ts) || compare(a.row.event_id, b.row.event_id);
}

function emptyPlan(
  messages: readonly IncomingMessage[],
  { prices }: BatchContext,
  completeMessages: number,
): BatchPlan {
  return {
    calls: [],
    rejections: [],
    deliveries: [],
    bugs: [],
    prices,
    messages,
    completeMessages,
  };
}
