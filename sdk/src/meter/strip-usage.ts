/**
 * Takes out of a stream what asking for usage has put in: the chunk that has usage and no choice, and `"usage":null` in the
 * others. All else passes byte for byte. An event is held until it is whole, which its reader would do, too.
 */
import { isObject } from '../../../domain/json.ts';

const LINE_FEED = 0x0a;
const CARRIAGE_RETURN = 0x0d;
/** A longer event is no usage chunk, and passes as it comes. */
const MAX_EVENT_BYTES = 65_536;
const NO_USAGE = Buffer.from(',"usage":null');
const SOME_USAGE = Buffer.from('"usage":');
const NOTHING = new Uint8Array(0);

export class StripUsage {
  #held: Uint8Array = NOTHING;
  /** Within an event that is too long. */
  #isPassing = false;

  /** @returns what the app may have by now */
  push(bytes: Uint8Array): Uint8Array {
    const pieces: Uint8Array[] = [];
    let rest = this.#held.length === 0 ? bytes : join([this.#held, bytes]);
    // What is held has no end of an event but, perhaps, its first half.
    for (let from = Math.max(0, this.#held.length - 3); ; from = 0) {
      const end = endOfEvent(rest, from);
      if (end === undefined) break;
      const event = rest.subarray(0, end);
      pieces.push(this.#isPassing ? event : strip(event));
      this.#isPassing = false;
      rest = rest.subarray(end);
    }
    this.#isPassing ||= rest.length > MAX_EVENT_BYTES;
    // The end of an event may come in pieces: its first half stays.
    const kept = this.#isPassing ? Math.min(3, rest.length) : rest.length;
    pieces.push(rest.subarray(0, rest.length - kept));
    this.#held = rest.slice(rest.length - kept);
    return join(pieces);
  }

  /** @returns what is left; an event without its end is none, so it passes as it is */
  end(): Uint8Array {
    const rest = this.#held;
    this.#held = NOTHING;
    return rest;
  }
}

/** Just behind the empty line that ends an event. */
function endOfEvent(bytes: Uint8Array, from: number): number | undefined {
  for (let at = bytes.indexOf(LINE_FEED, from); at !== -1; at = bytes.indexOf(LINE_FEED, at + 1)) {
    const isReturnNext = bytes[at + 1] === CARRIAGE_RETURN;
    const next = at + (isReturnNext ? 2 : 1);
    if (bytes[next] === LINE_FEED) return next + 1;
  }
  return undefined;
}

function strip(event: Uint8Array): Uint8Array {
  const text = Buffer.from(event.buffer, event.byteOffset, event.byteLength);
  if (!text.includes(SOME_USAGE)) return event;
  const at = text.indexOf(NO_USAGE);
  if (at !== -1) return join([event.subarray(0, at), event.subarray(at + NO_USAGE.length)]);
  return isUsageOnly(text.toString()) ? NOTHING : event;
}

function isUsageOnly(event: string): boolean {
  const data = /^data:(.*)$/m.exec(event)?.[1];
  if (data === undefined) return false;
  try {
    const chunk: unknown = JSON.parse(data);
    if (!isObject(chunk)) return false;
    const { choices, usage } = chunk;
    return Array.isArray(choices) && choices.length === 0 && isObject(usage);
  } catch {
    return false;
  }
}

/** Into memory of its own: a stream of bytes takes the memory of what it is given, and Buffer's is shared. */
function join(pieces: readonly Uint8Array[]): Uint8Array {
  const [only] = pieces;
  if (pieces.length === 1 && only !== undefined) return only;
  const joined = new Uint8Array(pieces.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const piece of pieces) {
    joined.set(piece, at);
    at += piece.length;
  }
  return joined;
}
