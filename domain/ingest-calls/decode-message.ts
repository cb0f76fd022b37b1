/** Takes an SQS message body apart: one event, an envelope, an array, or one of these compressed or in a CloudEvent. */
import { gunzipSync, zstdDecompressSync } from 'node:zlib';
import { describe, isObject, type JsonObject } from '../json.ts';
import { cloudEventData, isCloudEvent } from './cloud-event.ts';
import { parseJson } from './parse-json.ts';
import { Refused, type Result, refusable } from './rejection.ts';
import { cleanText, fitName } from './text.ts';

/** What a producer says about its own deliveries. */
export interface Delivery {
  producerId: string;
  sequence: number;
  /** Calls the producer had to drop since its previous envelope. */
  dropped: number;
}

export interface DecodedMessage {
  events: unknown[];
  /** Of the JSON that held them, inflated. */
  characters: number;
  /** Present when the envelope is numbered. */
  delivery?: Delivery;
}

/** What the column of drop counts holds. */
const MAX_INT = 2_147_483_647;
const MAX_INFLATED_BYTES = 16 * 1024 * 1024;

/** @param body text of the SQS message */
export function decodeMessage(body: string): Result<DecodedMessage> {
  return refusable(() => {
    const outer = unwrapMany(parseJson(body));
    if (!isCompressed(outer)) return { ...readBody(outer), characters: body.length };
    const inflated = inflate(outer);
    return { ...readBody(unwrapMany(parseJson(inflated))), characters: inflated.length };
  });
}

/** What a CloudEvent holds, when that is many events; one event is unwrapped as an event. Once: wrappers hold no wrappers. */
function unwrapMany(body: unknown): unknown {
  if (!isCloudEvent(body)) return body;
  const data = cloudEventData(body);
  return Array.isArray(data) || isEnvelope(data) || isCompressed(data) ? data : body;
}

function readBody(body: unknown): Omit<DecodedMessage, 'characters'> {
  if (Array.isArray(body)) return { events: body };
  if (!isObject(body)) {
    throw new Refused(
      'not_an_object',
      `a message must be a JSON object or array, got ${describe(body)}`,
    );
  }
  return isEnvelope(body) ? readEnvelope(body) : { events: [body] };
}

/** An event may have fields of its own that are called `events` or `encoding`. */
function isEvent(body: JsonObject): boolean {
  return 'ts' in body && 'model' in body;
}

function isEnvelope(body: unknown): body is JsonObject {
  return isObject(body) && 'events' in body && !isEvent(body);
}

function isCompressed(body: unknown): body is JsonObject {
  return isObject(body) && 'encoding' in body && !isEvent(body);
}

function readEnvelope(envelope: JsonObject): Omit<DecodedMessage, 'characters'> {
  checkVersion(envelope);
  const events = envelope['events'];
  if (!Array.isArray(events)) {
    throw new Refused('envelope_malformed', `\`events\` must be an array, got ${describe(events)}`);
  }
  const delivery = readDelivery(envelope);
  return delivery === undefined ? { events } : { events, delivery };
}

/** Undefined where the numbers are missing or make no sense: that must not cost the calls. */
function readDelivery(envelope: JsonObject): Delivery | undefined {
  const { producer_id: producer, sequence, dropped = 0 } = envelope;
  if (typeof producer !== 'string') return undefined;
  if (!isCounter(sequence, Number.MAX_SAFE_INTEGER) || !isCounter(dropped, MAX_INT)) {
    return undefined;
  }
  return { producerId: fitName(cleanText(producer)).name, sequence, dropped };
}

function isCounter(value: unknown, maximum: number): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= maximum;
}

function checkVersion(body: JsonObject): void {
  const version = body['v'] ?? 1;
  if (version !== 1) {
    throw new Refused('unknown_version', `\`v\` must be 1, got ${describe(version)}`);
  }
}

function inflate(body: JsonObject): string {
  checkVersion(body);
  const { encoding, data } = body;
  if (encoding !== 'gzip' && encoding !== 'zstd') throw new Refused('encoding_unknown');
  if (typeof data !== 'string')
    throw new Refused('encoding_broken', `\`data\` must be a base64 string, got ${describe(data)}`);
  const decompress = encoding === 'gzip' ? gunzipSync : zstdDecompressSync;
  try {
    return decompress(Buffer.from(data, 'base64'), {
      maxOutputLength: MAX_INFLATED_BYTES,
    }).toString('utf8');
  } catch (error) {
    const tooLarge = error instanceof RangeError;
    throw new Refused(tooLarge ? 'inflated_too_large' : 'encoding_broken');
  }
}
