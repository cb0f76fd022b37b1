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
  /** Present when the envelope is numbered. */
  delivery?: Delivery;
}

const MAX_INFLATED_BYTES = 16 * 1024 * 1024;

/** @param body text of the SQS message */
export function decodeMessage(body: string): Result<DecodedMessage> {
  return refusable(() => readBody(parseJson(body), true));
}

/** @param outermost a compressed body, or a CloudEvent, holds a plain one and never another of its kind */
function readBody(body: unknown, outermost: boolean): DecodedMessage {
  if (Array.isArray(body)) return { events: body };
  if (!isObject(body))
    throw new Refused(
      'not_an_object',
      `a message must be a JSON object or array, got ${describe(body)}`,
    );
  if (outermost && isCloudEvent(body)) {
    const data = cloudEventData(body);
    const holdsMany =
      Array.isArray(data) || (isObject(data) && ('events' in data || 'encoding' in data));
    return holdsMany ? readBody(data, true) : { events: [body] };
  }
  if (outermost && 'encoding' in body) {
    checkVersion(body);
    return readBody(parseJson(inflate(body)), false);
  }
  if ('events' in body) return readEnvelope(body);
  return { events: [body] };
}

function readEnvelope(envelope: JsonObject): DecodedMessage {
  checkVersion(envelope);
  const events = envelope['events'];
  if (!Array.isArray(events)) {
    throw new Refused('envelope_malformed', `\`events\` must be an array, got ${describe(events)}`);
  }
  const dropped = readCounter(envelope, 'dropped') ?? 0;
  const sequence = readCounter(envelope, 'sequence');
  const producer = envelope['producer_id'] ?? undefined;
  if (producer !== undefined && typeof producer !== 'string') {
    throw new Refused(
      'envelope_malformed',
      `\`producer_id\` must be a string, got ${describe(producer)}`,
    );
  }
  const decoded: DecodedMessage = { events };
  if (producer !== undefined && sequence !== undefined) {
    decoded.delivery = { producerId: fitName(cleanText(producer)).name, sequence, dropped };
  }
  return decoded;
}

function readCounter(envelope: JsonObject, key: string): number | undefined {
  const value = envelope[key];
  if (value === undefined || value === null) return undefined;
  // `dropped` is stored in an int column; a sequence never gets that far either.
  if (typeof value !== 'number' || !Number.isInteger(value) || value < 0 || value > 2_147_483_647) {
    throw new Refused(
      'envelope_malformed',
      `\`${key}\` must be a whole number from 0, got ${describe(value)}`,
    );
  }
  return value;
}

function checkVersion(body: JsonObject): void {
  const version = body['v'] ?? 1;
  if (version !== 1) {
    throw new Refused('unknown_version', `\`v\` must be 1, got ${describe(version)}`);
  }
}

function inflate(body: JsonObject): string {
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
