/** Sorts a batch of messages into rows to store, rejections to keep and deliveries to note. Nothing is left over. */
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
  /** The event as received, in case the database refuses the row. */
  event: unknown;
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
  /** Messages on which our own code threw, with what it threw: a bug, never the message's fault. */
  bugs: { messageId: string; error: unknown }[];
}

export interface BatchContext {
  now: Date;
  /** Start of the oldest partition. */
  oldest: Date;
}

export const WHOLE_MESSAGE = -1;

export function planBatch(messages: readonly IncomingMessage[], context: BatchContext): BatchPlan {
  const plan: BatchPlan = { calls: [], rejections: [], deliveries: [], bugs: [] };
  const tsByEventId = new Map<string, string>();
  for (const message of messages) {
    try {
      const planned = planMessage(message, context, tsByEventId);
      plan.calls.push(...planned.calls);
      plan.rejections.push(...planned.rejections);
      plan.deliveries.push(...planned.deliveries);
    } catch (error) {
      plan.bugs.push({ messageId: message.messageId, error });
    }
  }
  plan.calls.sort((a, b) => compare(a.row.ts, b.row.ts) || compare(a.row.event_id, b.row.event_id));
  return plan;
}

function planMessage(
  message: IncomingMessage,
  context: BatchContext,
  tsByEventId: Map<string, string>,
): Omit<BatchPlan, 'bugs'> {
  const { messageId, body } = message;
  const decoded = decodeMessage(body);
  if (!decoded.ok) {
    const rejection = { ...decoded.rejection, messageId, index: WHOLE_MESSAGE, body };
    return { calls: [], rejections: [rejection], deliveries: [] };
  }
  const calls: PlannedCall[] = [];
  const rejections: PlannedRejection[] = [];
  const { events, delivery } = decoded.value;
  for (const [index, event] of events.entries()) {
    const parsed = parseCall(event, { messageId, index, ...context });
    if (!parsed.ok) {
      rejections.push({ ...parsed.rejection, messageId, index, body: serialise(event, body) });
      continue;
    }
    const row = parsed.value;
    const knownTs = tsByEventId.get(row.event_id);
    if (knownTs !== undefined && knownTs !== row.ts) {
      rejections.push({
        reason: 'event_id_reused',
        detail: `\`event_id\` ${row.event_id} came with \`ts\` ${knownTs} and ${row.ts}; a retry must repeat the first one's \`ts\``,
        messageId,
        index,
        body: serialise(event, body),
      });
      continue;
    }
    tsByEventId.set(row.event_id, row.ts);
    calls.push({ row, messageId, index, event });
  }
  const deliveries =
    delivery === undefined
      ? []
      : [{ ...delivery, messageId, events: events.length, ...span(calls) }];
  return { calls, rejections, deliveries };
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

function compare(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
