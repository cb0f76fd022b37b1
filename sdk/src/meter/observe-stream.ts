/** Sees what a stream of Node gives to its reader, as it gives it: node-fetch's bodies are such. Nothing of it changes. */
import type { Tap } from './tapped-response.ts';

export interface NodeStream {
  emit(event: string, ...args: unknown[]): boolean;
}

/** Whatever way it is read, a piece is emitted as `data` once, when its reader takes it. https://nodejs.org/api/stream.html#event-data */
export function observeStream(
  stream: NodeStream,
  tap: Omit<Tap, 'push'> & { push(bytes: Uint8Array): unknown },
): void {
  const { emit } = stream;
  stream.emit = function (event, ...args) {
    const [arg] = args;
    if (event === 'data') {
      if (typeof arg === 'string') tap.push(Buffer.from(arg));
      else if (arg instanceof Uint8Array) tap.push(arg);
    } else if (event === 'end') {
      tap.end();
      tap.ended();
    } else if (event === 'error') {
      tap.end();
      tap.broken(arg);
    } else if (event === 'close') {
      // After its end this says nothing.
      tap.broken();
    }
    return emit.call(this, event, ...args);
  };
}
