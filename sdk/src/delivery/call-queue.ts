/** Calls that wait to be sent: first in, first out, bounded in bytes so that an outage cannot fill the app's memory. */
import type { SerialisedCall } from './serialise-call.ts';

export class CallQueue {
  readonly #maxBytes: number;
  /** By position. A Map gives up both ends in constant time; an array's shift() moves every element. */
  readonly #calls = new Map<number, SerialisedCall>();
  #start = 0;
  #end = 0;
  #bytes = 0;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  /** Position of the oldest waiting call, counted from the first one ever pushed. */
  get start(): number {
    return this.#start;
  }

  /** Position the next call will get. */
  get end(): number {
    return this.#end;
  }

  get length(): number {
    return this.#end - this.#start;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** A copy, the oldest first. */
  get calls(): SerialisedCall[] {
    return [...this.#calls.values()];
  }

  /** @returns how many of the oldest calls had to go to make room */
  push(call: SerialisedCall): number {
    this.#calls.set(this.#end, call);
    this.#end += 1;
    this.#bytes += call.bytes;
    const before = this.length;
    while (this.#bytes > this.#maxBytes) this.shift();
    return before - this.length;
  }

  /** The call that many places behind the oldest. */
  peek(offset: number): SerialisedCall | undefined {
    return this.#calls.get(this.#start + offset);
  }

  shift(): SerialisedCall | undefined {
    const call = this.#calls.get(this.#start);
    if (call === undefined) return undefined;
    this.#calls.delete(this.#start);
    this.#start += 1;
    this.#bytes -= call.bytes;
    return call;
  }
}
