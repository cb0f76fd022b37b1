/**
 * CloudEvents in the JSON event format: a call may come wrapped in one.
 * https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/formats/json-format.md
 */
import { isObject, type JsonObject } from '../json.ts';
import { isUuid, uuidV5 } from '../uuid.ts';
import { parseJson } from './parse-json.ts';

/** Namespace of the ids of CloudEvents whose `id` is not a UUID. */
const CLOUD_EVENT_NAMESPACE = '2b8f4f52-5a0e-4c53-8a2a-9f0f6d0f7c3e';

export function isCloudEvent(value: unknown): value is JsonObject {
  return isObject(value) && 'specversion' in value;
}

/** @throws Refused (`not_json`) when the data is text that is not JSON. */
export function cloudEventData(event: JsonObject): unknown {
  const encoded = event['data_base64'];
  if (typeof encoded === 'string') {
    return parseJson(Buffer.from(encoded, 'base64').toString('utf8'));
  }
  const { data } = event;
  return typeof data === 'string' ? parseJson(data) : data;
}

/**
 * The call inside a CloudEvent; the envelope's own attributes fill what the call leaves out. Anything else as it is.
 *
 * @throws Refused (`not_json`)
 */
export function unwrapCloudEvent(event: unknown): unknown {
  if (!isCloudEvent(event)) return event;
  const call = cloudEventData(event);
  if (!isObject(call)) return call;
  return {
    ...call,
    event_id: call['event_id'] ?? cloudEventId(event),
    ts: call['ts'] ?? event['time'],
    service: call['service'] ?? event['source'],
  };
}

/** `source` and `id` together name a CloudEvent; `id` alone may be any text. */
function cloudEventId(event: JsonObject): string | undefined {
  const { id, source } = event;
  if (typeof id !== 'string') return undefined;
  return isUuid(id) ? id : uuidV5(CLOUD_EVENT_NAMESPACE, `${String(source)}\n${id}`);
}
