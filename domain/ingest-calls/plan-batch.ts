/** Sorts a batch of messages into rows to store, rejections to keep and deliveries to note. Nothing is left over. */
import { compare } from '../compare.ts';
import type { CallRow } from './call-row.ts';
import { type Delivery, decodeMessage } from './decode-message.ts';
import { parseCall } from './parse-call.ts';
import type { Rejection } from './rejection.ts';

export interface IncomingMessage {
  messageId: string;
  body: string;
}

export interface PlannedCall {
  row: CallRow;
  messageId: string;
  index: number;
  /** The event, and the message it came in, as received: in case the database refuses the row. */
  event: unknown;
  messageBody: string;
}

export interface PlannedRejection extends Rejection {
  messageId: string;
  /** Position of the event in its message; -1: the whole message. */
  index: number;
  /** The event, or the whole message, as received. */
  body: string;
}

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
}

export interface BatchContext {
  now: Date;
  /** Start of the oldest partition. */
  oldest: Date;
}

/** In the place of an event's position: the message could not be taken apart. */
export const WHOLE_MESSAGE = -1;

/** Ten times what fits into the largest message uncompressed; more is an attack on the function's memory, or a mistake. */
const MAX_EVENTS = 20_000;

export function planBatch(messages: readonly IncomingMessage[], context: BatchContext): BatchPlan {
  const plan: BatchPlan = { calls: [], rejections: [], deliveries: [], bugs: [] };
  const tsByEventId = new Map<string, string>();
  for (const message of messages) {
    try {
      planMessage(message, context, tsByEventId, plan);
    } catch (error) {
      plan.bugs.push({ messageId: message.messageId, error });
    }
  }
  plan.calls.sort((a, b) => compare(a.row.ts, b.row.ts) || compare(a.row.event_id, b.row.event_id));
  return plan;
}

/** Adds what a message holds to the plan. */
function planMessage(
  { messageId, body }: IncomingMessage,
  context: BatchContext,
  tsByEventId: Map<string, string>,
  plan: BatchPlan,
): void {
  const refuse = (rejection: Rejection, index = WHOLE_MESSAGE, event?: unknown): void => {
    const kept = index === WHOLE_MESSAGE ? body : serialise(event, body);
    plan.rejections.push({ ...rejection, messageId, index, body: kept });
  };
  const decoded = decodeMessage(body);
  if (!decoded.ok) {
    refuse(decoded.rejection);
    return;
  }
  const { events, delivery } = decoded.value;
  if (events.length > MAX_EVENTS) {
    const detail = `a message may hold ${MAX_EVENTS} events, this one holds ${events.length}`;
    refuse({ reason: 'too_many_events', detail });
    return;
  }
  const calls: PlannedCall[] = [];
  for (const [index, event] of events.entries()) {
    try {
      const parsed = parseCall(event, { messageId, index, ...context });
      const reused = parsed.ok ? reuse(parsed.value, tsByEventId) : undefined;
      if (!parsed.ok) refuse(parsed.rejection, index, event);
      else if (reused !== undefined) refuse(reused, index, event);
      else calls.push({ row: parsed.value, messageId, index, event, messageBody: body });
    } catch (error) {
      // The message comes again; its other events need not wait for that.
      plan.bugs.push({ messageId, error });
    }
  }
  for (const call of calls) plan.calls.push(call);
  if (delivery === undefined) return;
  plan.deliveries.push({ ...delivery, messageId, events: events.length, ...span(calls) });
}

/** The same id with another time: a second call, or a retry that did not repeat its first try's time. */
function reuse(row: CallRow, tsByEventId: Map<string, string>): Rejection | undefined {
  const knownTs = tsByEventId.get(row.event_id) ?? row.ts;
  tsByEventId.set(row.event_id, knownTs);
  if (knownTs === row.ts) return undefined;
  return {
    reason: 'event_id_reused',
    detail: `\`event_id\` ${row.event_id} came with \`ts\` ${knownTs} and ${row.ts}; a retry must repeat the first one's \`ts\``,
  };
}

/** The event alone as JSON. One nested too deeply to be written again is kept as its whole message. */
export function serialise(event: unknown, message: string): string {
  try {
    return JSON.stringify(event) ?? message;
  } catch {
    return message;
  }
}

function span(calls: PlannedCall[]): { firstTs: string | null; lastTs: string | null } {
  const times = calls.map((call) => call.row.ts).sort();
  return { firstTs: times[0] ?? null, lastTs: times.at(-1) ?? null };
}
