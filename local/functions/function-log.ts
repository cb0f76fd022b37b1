/** Keeps what a function prints: one line each in `<directory>/<function>.log`, with the time it was read. */
import { createWriteStream, type WriteStream } from 'node:fs';
import { join } from 'node:path';

export class FunctionLog {
  readonly path: string;
  readonly #stream: WriteStream;

  constructor(directory: string, functionName: string) {
    this.path = join(directory, `${functionName}.log`);
    this.#stream = createWriteStream(this.path, { flags: 'a', mode: 0o600 });
  }

  write(line: string): void {
    this.#stream.write(`${new Date().toISOString()} ${line}\n`);
  }

  close(): Promise<void> {
    return new Promise((resolve) => this.#stream.end(resolve));
  }
}
