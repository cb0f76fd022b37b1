/** Keeps what a function prints: one line each in `<directory>/<function>.log`, with the time it was read. */
import { createWriteStream, type WriteStream } from 'node:fs';
import { join } from 'node:path';
import { unwritable } from '../state/unwritable.ts';

export class FunctionLog {
  readonly path: string;
  readonly #stream: WriteStream;

  /** @param onBroken told once, with what to do, when it takes no more lines */
  constructor(directory: string, functionName: string, onBroken: (problem: string) => void) {
    this.path = join(directory, `${functionName}.log`);
    this.#stream = createWriteStream(this.path, { flags: 'a', mode: 0o600 });
    // Lines that follow are lost: the stream is closed.
    this.#stream.on('error', (error) => onBroken(unwritable(this.path, error)));
  }

  write(line: string): void {
    this.#stream.write(`${new Date().toISOString()} ${line}\n`);
  }

  close(): Promise<void> {
    return new Promise((resolve) => this.#stream.end(resolve));
  }
}
