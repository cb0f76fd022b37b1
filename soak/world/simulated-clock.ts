/** A clock that runs ahead: hours of waiting, in the processes that are started with it, without the wait. */
import { rename, writeFile } from 'node:fs/promises';

const PRELOAD = new URL('preload-clock.ts', import.meta.url).href;

export class SimulatedClock {
  readonly #file: string;
  #aheadMs = 0;

  private constructor(file: string) {
    this.#file = file;
  }

  static async create(file: string): Promise<SimulatedClock> {
    const clock = new SimulatedClock(file);
    await clock.advance(0);
    return clock;
  }

  get now(): Date {
    return new Date(Date.now() + this.#aheadMs);
  }

  get aheadMs(): number {
    return this.#aheadMs;
  }

  /** For a Node.js process that shall follow this clock. */
  get environment(): Record<string, string> {
    return { NODE_OPTIONS: `--import=${PRELOAD}`, TRICOST_SOAK_CLOCK_FILE: this.#file };
  }

  async advance(ms: number): Promise<void> {
    this.#aheadMs += Math.round(ms);
    // Whole or not at all: a process that read an empty file would be thrown back to the present.
    await writeFile(`${this.#file}.new`, String(this.#aheadMs));
    await rename(`${this.#file}.new`, this.#file);
  }
}
