/**
 * What to send so that ingest takes a message, or a rejected event, once more without counting a call twice. A message sent
 * again gets a new id, and an event without an `event_id` is named after its message: so the first delivery's name is
 * written into the event.
 */
import { gzipSync } from 'node:zlib';
import { isObject, type JsonObject } from '../json.ts';
import { cloudEventData, isCloudEvent, unwrapCloudEvent } from './cloud-event.ts';
import { type Delivery, decodeMessage } from './decode-message.ts';
import { derivedEventId } from './identity.ts';
import { type BatchContext, type IncomingMessage, planBatch, WHOLE_MESSAGE } from './plan-batch.ts';

/** As kept in `tricost.rejected_calls`. */
export interface RejectedCall extends IncomingMessage {
  /** Position of the event in its message; -1: the whole message. */
  index: number;
  reason: string;
  detail: string;
}

/** A body to send, or why sending it would change nothing. */
export type Replay = { body: string } | { refused: { reason: string; detail: string } };

/**
 * SQS takes 1 MiB a message, attributes included.
 * https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/quotas-messages.html
 */
const LONGEST_PLAIN_BODY = 1_000_000;

/** The same message: byte for byte when every event in it has an id of its own, or when it cannot be taken apart. */
export function replayMessage({ messageId, body }: IncomingMessage): string {
  try {
    const decoded = decodeMessage(body);
    if (!decoded.ok) return body;
    const { events, delivery } = decoded.value;
    const named = events.map((event, index) => withEventId(event, messageId, index));
    return named.every((event, index) => event === events[index])
      ? body
      : envelope(named, delivery);
  } catch {
    // Our own code fails on it, here as in ingest: it goes as it is, to the release that mends that.
    return body;
  }
}

/** A rejected event or message, if ingest would take it now. */
export function replayRejected(rejected: RejectedCall, context: BatchContext): Replay {
  const { messageId, index, reason, detail } = rejected;
  if (reason === 'event_id_reused') {
    return {
      refused: {
        reason,
        detail:
          'its `event_id` is stored with another `ts`: taken as well, it would be a second call',
      },
    };
  }
  const body = index === WHOLE_MESSAGE ? replayMessage(rejected) : replayEvent(rejected);
  if (body === undefined) return { refused: { reason, detail } };
  const plan = planBatch([{ messageId, body }], context);
  const [bug] = plan.bugs;
  if (bug !== undefined) return { refused: { reason: 'bug', detail: String(bug.error) } };
  const [rejection] = plan.rejections;
  // Of a whole message, some events may be calls now: those that are not come back as rejected events.
  if (rejection === undefined || plan.calls.length > 0) return { body };
  return { refused: { reason: rejection.reason, detail: rejection.detail } };
}

/** Undefined for one nested so deeply that it cannot be written as JSON: its message was kept in its place. */
function replayEvent({ messageId, index, body }: RejectedCall): string | undefined {
  try {
    return envelope([withEventId(JSON.parse(body), messageId, index)]);
  } catch {
    return undefined;
  }
}

/** The event itself when it has an id, or cannot be a call. */
function withEventId(event: unknown, messageId: string, index: number): unknown {
  const call = unwrapped(event);
  if (!isObject(call) || (call['event_id'] ?? undefined) !== undefined) return event;
  const event_id = derivedEventId(messageId, index);
  if (!isCloudEvent(event)) return { ...call, event_id };
  const { data_base64: _, ...attributes } = event;
  return { ...attributes, data: { ...(cloudEventData(event) as JsonObject), event_id } };
}

function unwrapped(event: unknown): unknown {
  try {
    return unwrapCloudEvent(event);
  } catch {
    return undefined;
  }
}

function envelope(events: readonly unknown[], delivery?: Delivery): string {
  const numbers =
    delivery === undefined
      ? {}
      : {
          producer_id: delivery.producerId,
          sequence: delivery.sequence,
          dropped: delivery.dropped,
        };
  // SQS refuses two characters that JSON lets through: https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessage.html
  const plain = JSON.stringify({ v: 1, ...numbers, events })
    .replaceAll('\uFFFE', '\\ufffe')
    .replaceAll('\uFFFF', '\\uffff');
  if (Buffer.byteLength(plain) <= LONGEST_PLAIN_BODY) return plain;
  return JSON.stringify({ v: 1, encoding: 'gzip', data: gzipSync(plain).toString('base64') });
}
