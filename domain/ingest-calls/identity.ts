/** What makes a call this very call: its id and the start of its request. */
import type { JsonObject } from '../json.ts';
import type { PriceBook } from '../pricing/price-book.ts';
import { isUuid, uuidV5 } from '../uuid.ts';
import type { CallFlag } from './call-row.ts';
import { readText } from './fields.ts';
import { Refused } from './rejection.ts';
import { parseTimestamp } from './timestamp.ts';

/** Where an event came from, and which times are acceptable. */
export interface ParseContext {
  /** SQS message id: names an event that has no id of its own. */
  messageId: string;
  /** Position in the message, from 0. */
  index: number;
  now: Date;
  /** Start of the oldest partition. */
  oldest: Date;
  prices: PriceBook;
}

/** Namespace of the ids derived for events without one. */
const MISSING_ID_NAMESPACE = '6f1d5c1e-5f0b-4f3e-9d55-0c3f2a6b7a11';
const MAX_FUTURE_MS = 60 * 60_000;

/** @throws Refused (`ts_…`, `type_invalid`) */
export function readTimestamp(event: JsonObject, { now, oldest }: ParseContext): Date {
  const text = readText(event, 'ts');
  if (text === undefined) throw new Refused('ts_missing');
  const ts = parseTimestamp(text);
  if (ts === undefined) throw new Refused('ts_invalid');
  if (ts < oldest) {
    throw new Refused(
      'ts_too_old',
      `\`ts\` is ${ts.toISOString()}, before the oldest partition (${oldest.toISOString()}); \`tricost partitions ensure --from\` makes room for history`,
    );
  }
  if (ts.getTime() > now.getTime() + MAX_FUTURE_MS) {
    throw new Refused(
      'ts_in_future',
      `\`ts\` is ${ts.toISOString()}, more than an hour after ${now.toISOString()}`,
    );
  }
  return ts;
}

/** @throws Refused (`event_id_invalid`, `type_invalid`) */
export function readEventId(
  event: JsonObject,
  context: ParseContext,
  flags: Set<CallFlag>,
): string {
  const id = readText(event, 'event_id');
  if (id === undefined) {
    flags.add('event_id_missing');
    return derivedEventId(context.messageId, context.index);
  }
  if (!isUuid(id)) throw new Refused('event_id_invalid');
  return id.toLowerCase();
}

/** The id of an event that has none: the same each time its message is delivered. */
export function derivedEventId(messageId: string, index: number): string {
  return uuidV5(MISSING_ID_NAMESPACE, `${messageId}/${index}`);
}
