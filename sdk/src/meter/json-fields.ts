/**
 * Reads a few values out of JSON as its bytes pass by, in any pieces. An answer may be megabytes of pictures with forty bytes
 * of usage behind them: neither is the whole ever held, nor parsed.
 */

/** What to look for. */
export interface WantedFields {
  /** Paths of values to keep: `usage`, `response.usage`, `choices[].finish_reason`; of a list, the last. A list at the root has none. */
  readonly paths: ReadonlySet<string>;
  /** Keys under which the model's text stands, at any depth: its bytes are counted. */
  readonly text: ReadonlySet<string>;
}

interface Container {
  isObject: boolean;
  /** What a key is appended to. */
  prefix: string;
  /** Of the elements of a list. */
  isWanted: boolean;
}

const MAX_DEPTH = 256;
const MAX_KEY_BYTES = 64;
/** Of one value: usage objects have a few hundred. */
const MAX_VALUE_BYTES = 65_536;

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COMMA = 0x2c;
const COLON = 0x3a;
const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;
const OPEN_LIST = 0x5b;
const CLOSE_LIST = 0x5d;
const SPACE = 0x20;
const TAB = 0x09;
const LINE_FEED = 0x0a;
const CARRIAGE_RETURN = 0x0d;

export class JsonFields {
  readonly #wanted: WantedFields;
  #values = new Map<string, unknown>();
  #textBytes = 0;

  #containers: Container[] = [];
  #isInString = false;
  #isEscaped = false;
  #isKey = false;
  #isInLiteral = false;
  #expectsKey = false;
  #keyBytes: number[] = [];
  #path = '';
  #isWantedPath = false;
  #isTextKey = false;
  #isCounting = false;
  #isTooDeep = false;

  #capturedPath: string | undefined;
  #capturedDepth = 0;
  #captured: Uint8Array[] = [];
  #capturedBytes = 0;

  constructor(wanted: WantedFields) {
    this.#wanted = wanted;
  }

  /** By path; those that were there, and were JSON. */
  get values(): ReadonlyMap<string, unknown> {
    return this.#values;
  }

  /** UTF-8 bytes of the model's text. */
  get textBytes(): number {
    return this.#textBytes;
  }

  /** Ready for the next document. */
  reset(): void {
    this.#values = new Map();
    this.#textBytes = 0;
    this.#containers = [];
    this.#isInString = false;
    this.#isEscaped = false;
    this.#isInLiteral = false;
    this.#expectsKey = false;
    this.#isTooDeep = false;
    this.#capturedPath = undefined;
    this.#captured = [];
  }

  /** Never throws: of what is no JSON it takes what looks like it. */
  push(bytes: Uint8Array): void {
    let from = 0;
    for (let index = 0; index < bytes.length && !this.#isTooDeep; index += 1) {
      const byte = bytes[index] as number;
      if (this.#isInString) {
        if (!this.#takeInString(byte)) continue;
        if (this.#isKey) this.#endKey();
        else this.#endValue(bytes, from, index + 1);
        continue;
      }
      if (this.#isInLiteral && isDelimiter(byte)) {
        this.#isInLiteral = false;
        this.#endValue(bytes, from, index);
      }
      switch (byte) {
        case QUOTE:
          this.#isInString = true;
          this.#isKey = this.#expectsKey;
          if (this.#isKey) {
            this.#keyBytes = [];
            this.#isCounting = false;
          } else {
            this.#isCounting = this.#isTextKey && this.#containers.at(-1)?.isObject === true;
            if (this.#beginValue()) from = index;
          }
          break;
        case OPEN_OBJECT:
        case OPEN_LIST:
          if (this.#beginValue()) from = index;
          this.#open(byte === OPEN_OBJECT);
          break;
        case CLOSE_OBJECT:
        case CLOSE_LIST:
          this.#containers.pop();
          this.#expectsKey = false;
          this.#endValue(bytes, from, index + 1);
          break;
        case COMMA:
          this.#expectsKey = this.#containers.at(-1)?.isObject === true;
          break;
        case COLON:
        case SPACE:
        case TAB:
        case LINE_FEED:
        case CARRIAGE_RETURN:
          break;
        default:
          if (this.#isInLiteral) break;
          this.#isInLiteral = true;
          if (this.#beginValue()) from = index;
      }
    }
    if (this.#capturedPath !== undefined) this.#capture(bytes, from, bytes.length);
  }

  /** @returns whether the string ends with this byte */
  #takeInString(byte: number): boolean {
    if (this.#isEscaped) this.#isEscaped = false;
    else if (byte === BACKSLASH) this.#isEscaped = true;
    else if (byte === QUOTE) {
      this.#isInString = false;
      return true;
    }
    if (this.#isCounting) this.#textBytes += 1;
    else if (this.#isKey && this.#keyBytes.length < MAX_KEY_BYTES) this.#keyBytes.push(byte);
    return false;
  }

  #endKey(): void {
    const key = String.fromCharCode(...this.#keyBytes);
    this.#expectsKey = false;
    this.#isTextKey = this.#wanted.text.has(key);
    this.#path = (this.#containers.at(-1)?.prefix ?? '') + key;
    this.#isWantedPath = this.#wanted.paths.has(this.#path);
  }

  /** @returns whether its bytes are to be kept */
  #beginValue(): boolean {
    if (this.#capturedPath !== undefined) return false;
    const container = this.#containers.at(-1);
    if (container === undefined) return false;
    if (!(container.isObject ? this.#isWantedPath : container.isWanted)) return false;
    this.#capturedPath = container.isObject ? this.#path : container.prefix.slice(0, -1);
    this.#capturedDepth = this.#containers.length;
    this.#captured = [];
    this.#capturedBytes = 0;
    return true;
  }

  #open(isObject: boolean): void {
    const outer = this.#containers.at(-1);
    const path = outer === undefined || !outer.isObject ? (outer?.prefix ?? '') : `${this.#path}.`;
    // `usage.` within `usage`; `choices[].` within each of `choices`; nothing within the root or the elements of its list.
    const prefix = isObject || path === '' ? path : `${path.slice(0, -1)}[].`;
    const isWanted = !isObject && this.#wanted.paths.has(prefix.slice(0, -1));
    this.#containers.push({ isObject, prefix, isWanted });
    this.#expectsKey = isObject;
    this.#isTooDeep = this.#containers.length > MAX_DEPTH;
  }

  #endValue(bytes: Uint8Array, from: number, end: number): void {
    if (this.#capturedPath === undefined || this.#containers.length > this.#capturedDepth) return;
    this.#capture(bytes, from, end);
    const path = this.#capturedPath;
    if (path === undefined) return;
    this.#capturedPath = undefined;
    try {
      this.#values.set(path, JSON.parse(Buffer.concat(this.#captured).toString()));
    } catch {
      // No JSON: not there.
    }
    this.#captured = [];
  }

  /** Copies, because whoever gets the bytes next may take their memory along. */
  #capture(bytes: Uint8Array, from: number, end: number): void {
    this.#capturedBytes += end - from;
    if (this.#capturedBytes > MAX_VALUE_BYTES) {
      this.#capturedPath = undefined;
      this.#captured = [];
    } else {
      this.#captured.push(bytes.slice(from, end));
    }
  }
}

function isDelimiter(byte: number): boolean {
  return (
    byte === COMMA ||
    byte === CLOSE_OBJECT ||
    byte === CLOSE_LIST ||
    byte === SPACE ||
    byte === LINE_FEED ||
    byte === CARRIAGE_RETURN ||
    byte === TAB
  );
}
