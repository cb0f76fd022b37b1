/** Why an event, or a whole message, cannot be a call. Every code has a row in docs/reference/rejections.md and a test. */

/** Stable codes, with what they mean. */
export const REJECTIONS = {
  not_json: 'the message body is not JSON',
  not_an_object: 'an event must be a JSON object',
  unknown_version: 'the contract version `v` is not 1',
  encoding_unknown: '`encoding` must be "gzip" or "zstd"',
  encoding_broken: '`data` is not base64 of a complete gzip or zstd stream',
  too_many_events: 'a message may hold 20,000 events',
  inflated_too_large: 'the message inflates to more than 16 MiB',
  envelope_malformed: 'an envelope must carry an array `events`',
  event_id_invalid: '`event_id` must be a UUID, and not the nil UUID',
  event_id_reused: 'the same `event_id` came with another `ts` in one batch',
  ts_missing: '`ts`, the start of the request, is missing',
  ts_invalid: '`ts` must be an RFC 3339 time with an offset',
  ts_too_old: '`ts` is before the oldest partition',
  ts_in_future: '`ts` is more than an hour in the future',
  model_missing: '`model`, the model that answered, is missing',
  type_invalid: 'a field has the wrong type',
  value_unknown: 'a field with a closed list of values has another one',
  number_out_of_range: 'a number is negative, not finite, or larger than any call can have',
  tokens_invalid: 'a token count must be a whole number from 0 to 2,000,000,000',
  cost_invalid: '`cost_usd` must be a decimal number of US dollars from 0 to 99,999,999',
  usage_missing: 'a call with status `ok` needs `usage`, `usage_raw` or `cost_usd`',
  usage_unrecognised: 'the usage object has no key that tricost knows',
  refused_by_database: 'Postgres refused the row',
} as const;

export type RejectionReason = keyof typeof REJECTIONS;

/** One refused event: the stable reason, and a sentence about this very event. */
export interface Rejection {
  reason: RejectionReason;
  /** What was wrong and what was found, without the event's content. */
  detail: string;
}

/** An expected outcome as a value: parsers return it, they do not throw for content. */
export type Result<Value> = { ok: true; value: Value } | { ok: false; rejection: Rejection };

/** Carries a rejection from deep inside a parser to its edge; never leaves `domain`. */
export class Refused extends Error {
  readonly rejection: Rejection;

  constructor(reason: RejectionReason, detail: string = REJECTIONS[reason]) {
    super(detail);
    this.rejection = { reason, detail };
  }
}

/** Runs a parser and turns a `Refused` into a value. */
export function refusable<Value>(parse: () => Value): Result<Value> {
  try {
    return { ok: true, value: parse() };
  } catch (error) {
    if (error instanceof Refused) return { ok: false, rejection: error.rejection };
    throw error;
  }
}
