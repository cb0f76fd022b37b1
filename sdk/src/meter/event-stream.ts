/**
 * Splits server-sent events as their bytes pass by, in any pieces, and hands their data on without holding it.
 * https://html.spec.whatwg.org/multipage/server-sent-events.html#event-stream-interpretation
 */

export interface EventStreamHandler {
  /** A piece of an event's data. */
  onData(bytes: Uint8Array): void;
  /** @param isDone whether the data was `[DONE]`, with which OpenAI ends a stream */
  onEventEnd(isDone: boolean): void;
}

const LINE_FEED = 0x0a;
const CARRIAGE_RETURN = 0x0d;
const SPACE = 0x20;
const FIELD = [...Buffer.from('data:')];
const DONE = '[DONE]';

type Place = 'field name' | 'data' | 'another field';

export class EventStream {
  readonly #handler: EventStreamHandler;
  #place: Place = 'field name';
  /** Bytes of this line so far, as far as it is matched against `data:`. */
  #matched = 0;
  #hasData = false;
  /** The first bytes of the event's data: enough to know `[DONE]`. */
  #head = '';
  #wasReturn = false;

  constructor(handler: EventStreamHandler) {
    this.#handler = handler;
  }

  push(bytes: Uint8Array): void {
    let from = 0;
    for (let index = 0; index < bytes.length; index += 1) {
      const byte = bytes[index] as number;
      if (byte === LINE_FEED || byte === CARRIAGE_RETURN) {
        const isSecondHalf = byte === LINE_FEED && this.#wasReturn;
        this.#wasReturn = byte === CARRIAGE_RETURN;
        if (isSecondHalf) continue;
        if (this.#place === 'data') this.#data(bytes.subarray(from, index));
        this.#endLine();
        continue;
      }
      this.#wasReturn = false;
      if (this.#place !== 'field name') continue;
      if (byte !== FIELD[this.#matched]) {
        this.#place = 'another field';
      } else if (++this.#matched === FIELD.length) {
        this.#place = 'data';
        from = index + 1;
      }
    }
    if (this.#place === 'data') this.#data(bytes.subarray(from));
  }

  /** The last event may lack its empty line. */
  end(): void {
    this.#endEvent();
  }

  #data(bytes: Uint8Array): void {
    this.#hasData = true;
    if (this.#head.length < DONE.length) {
      const start = this.#head === '' && bytes[0] === SPACE ? 1 : 0;
      this.#head += String.fromCharCode(...bytes.subarray(start, start + DONE.length));
    }
    this.#handler.onData(bytes);
  }

  #endLine(): void {
    const isEmpty = this.#place === 'field name' && this.#matched === 0;
    this.#place = 'field name';
    this.#matched = 0;
    if (isEmpty) this.#endEvent();
  }

  #endEvent(): void {
    if (!this.#hasData) return;
    const isDone = this.#head.startsWith(DONE);
    this.#hasData = false;
    this.#head = '';
    this.#handler.onEventEnd(isDone);
  }
}
