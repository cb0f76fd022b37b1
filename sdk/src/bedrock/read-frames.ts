/**
 * Bedrock's streams as they come by `fetch`: frames of AWS's event streams, which the AWS SDK reads where it is the client. Loaded
 * by the first one. https://smithy.io/2.0/aws/amazon-eventstream.html
 */
import { isObject } from '../../../domain/json.ts';
import type { AnswerReader } from '../meter/answer-reader.ts';
import type { MeteredCall } from '../meter/metered-call.ts';
import { conversedEvents, invokedEvents } from './read-output.ts';

/** Total length, length of the headers, checksum of both. */
const PRELUDE_BYTES = 12;
const CHECKSUM_BYTES = 4;
/** Events of Bedrock have some hundred bytes. */
const MAX_FRAME_BYTES = 1_048_576;

/** What it does not understand it leaves: the answer then has not come to its end. */
export function readFrames(call: MeteredCall): AnswerReader {
  const readConversed = conversedEvents(call);
  const readInvoked = invokedEvents(call);
  let held = Buffer.alloc(0);
  let isLost = false;

  function readFrame(frame: Buffer): void {
    const payloadAt = PRELUDE_BYTES + frame.readUInt32BE(4);
    const headers = frame.subarray(PRELUDE_BYTES, payloadAt);
    if (headers.includes(':exception-type') || headers.includes(':error-code')) {
      call.answer.hasFailed = true;
      return;
    }
    const type = eventTypeOf(headers);
    const payload: unknown = JSON.parse(
      frame.subarray(payloadAt, frame.length - CHECKSUM_BYTES).toString(),
    );
    if (!isObject(payload)) return;
    const { bytes } = payload;
    if (typeof bytes === 'string') readInvoked({ chunk: { bytes: Buffer.from(bytes, 'base64') } });
    else if (type !== undefined) readConversed({ [type]: payload });
  }

  return {
    push(bytes) {
      if (isLost) return;
      held = Buffer.concat([held, bytes]);
      while (held.length >= PRELUDE_BYTES) {
        const length = held.readUInt32BE(0);
        if (length < PRELUDE_BYTES + CHECKSUM_BYTES || length > MAX_FRAME_BYTES) {
          isLost = true;
          held = Buffer.alloc(0);
          return;
        }
        if (held.length < length) return;
        const frame = held.subarray(0, length);
        held = held.subarray(length);
        readFrame(frame);
      }
    },
    end() {},
  };
}

/** A header is its name's length and name, its type (7: text), its length in two bytes, its value. */
function eventTypeOf(headers: Buffer): string | undefined {
  const name = ':event-type';
  const at = headers.indexOf(name);
  if (at === -1) return undefined;
  const lengthAt = at + name.length + 1;
  return headers.toString('utf8', lengthAt + 2, lengthAt + 2 + headers.readUInt16BE(lengthAt));
}
