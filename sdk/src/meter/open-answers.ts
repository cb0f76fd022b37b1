/**
 * Answers that the app has yet to read to their end. One that nobody reads any more has cost money all the same, so it is told:
 * when it is garbage-collected, which the engine does not promise to do soon or at all; else fifteen minutes after its last byte
 * was read; else when the publisher is shut down. A process that ends before without shutdown() tells nothing.
 */

export interface OpenAnswer {
  /** On the clock of `performance.now()`. */
  lastReadAt: number;
  abandoned(): void;
}

const ABANDONED_AFTER_MS = 900_000;
const LOOK_EVERY_MS = 60_000;

export class OpenAnswers {
  readonly #open = new Set<OpenAnswer>();
  readonly #collected = new FinalizationRegistry<OpenAnswer>((answer) => this.#abandon(answer));
  #timer: NodeJS.Timeout | undefined;

  /** @param body kept by nothing of the answer's, or it is never collected */
  add(answer: OpenAnswer, body: object): void {
    this.#open.add(answer);
    this.#collected.register(body, answer, answer);
    this.#timer ??= setInterval(() => this.#look(), LOOK_EVERY_MS).unref();
  }

  close(answer: OpenAnswer): void {
    this.#open.delete(answer);
    this.#collected.unregister(answer);
    if (this.#open.size > 0) return;
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  abandonAll(): void {
    for (const answer of this.#open) this.#abandon(answer);
  }

  #look(): void {
    const now = performance.now();
    for (const answer of this.#open) {
      if (now - answer.lastReadAt > ABANDONED_AFTER_MS) this.#abandon(answer);
    }
  }

  #abandon(answer: OpenAnswer): void {
    this.close(answer);
    answer.abandoned();
  }
}
