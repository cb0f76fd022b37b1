/** Turns a call into the text that will be sent, at once: what the app does to its objects afterwards changes nothing. */
import type { LlmCall } from '../../../domain/contract/llm-call.ts';
import { isObject } from '../../../domain/json.ts';
import { uuidV7 } from './uuid-v7.ts';

/** A call as the app hands it over: `ts` may be missing, `event_id` should be. */
export type CallInput = {
  [Key in keyof LlmCall as Key extends 'ts' ? never : Key]: LlmCall[Key];
} & {
  /** When the request started, RFC 3339. Absent: `latency_ms` before `publish()`. */
  ts?: string | null;
};

export interface SerialisedCall {
  json: string;
  /** Of its UTF-8, which is what SQS counts. */
  bytes: number;
}

/**
 * What SQS refuses in a body although JSON.stringify leaves it as it is (U+FFFE, U+FFFF), and what engines that speak its
 * protocol may refuse (all beyond the basic plane, in fauxqs 2.4). As \u escapes they pass everywhere.
 * https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessage.html
 */
const NOT_IN_A_BODY = /[\uD800-\uDFFF\uFFFE\uFFFF]/g;

/**
 * Serialises a call, giving it the identity that makes every retry harmless: `event_id` and `ts`, where it has none.
 *
 * @param nowMs milliseconds since 1970
 * @throws TypeError for what is not an object, and whatever JSON.stringify or the object's own code throws
 */
export function serialiseCall(call: unknown, nowMs: number): SerialisedCall {
  const own = ownFields(call);
  own['event_id'] = written(own['event_id']) ?? uuidV7(nowMs);
  own['ts'] = written(own['ts']) ?? new Date(nowMs - latencyOf(own)).toISOString();
  const json: string | undefined = JSON.stringify(own);
  if (json?.startsWith('{') !== true) throw new TypeError('a call must serialise to a JSON object');
  const body = json.replace(NOT_IN_A_BODY, escapeUnit);
  return { json: body, bytes: Buffer.byteLength(body) };
}

/** undefined for what JSON cannot write, as an invalid Date or NaN: ingest would refuse the call for its null. */
function written(value: unknown): unknown {
  if (typeof value === 'string') return value;
  const json: string | undefined = JSON.stringify(value);
  return json === undefined || json === 'null' ? undefined : value;
}

/** A copy of the fields as JSON.stringify would see them: before spreading, which would lose an inherited `toJSON`. */
function ownFields(call: unknown): Record<string, unknown> {
  const value = hasToJson(call) ? call.toJSON() : call;
  if (!isObject(value)) throw new TypeError(`a call must be an object, not ${typeof value}`);
  return { ...value };
}

function hasToJson(value: unknown): value is { toJSON(): unknown } {
  return isObject(value) && typeof value['toJSON'] === 'function';
}

/** A call is published when it has ended; `ts` is when it started. */
function latencyOf(call: Record<string, unknown>): number {
  const latencyMs = call['latency_ms'];
  const isPlausible = typeof latencyMs === 'number' && latencyMs >= 0 && latencyMs <= 86_400_000;
  return isPlausible ? latencyMs : 0;
}

function escapeUnit(unit: string): string {
  return `\\u${unit.charCodeAt(0).toString(16)}`;
}
