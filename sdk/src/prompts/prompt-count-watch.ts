/**
 * Notices a feature whose prompt ids explode, because its system text holds a date, a name or the question, and ends it there:
 * such ids say nothing, and ingest has room for 1,000 of them in a feature, named prompts included.
 */

export interface PromptCountWatchOptions {
  /** Told once per feature and process: more ids than that within the window. */
  onMany: (feature: string, limit: number) => void;
  /** Distinct ids of a feature within the window that are as they should be. Default 100. */
  limit?: number;
  /** Default a day. */
  windowMs?: number;
}

const DAY_MS = 86_400_000;
/** Features beyond these are not watched: their names may explode as well. */
const MAX_FEATURES = 200;

interface Watched {
  endsAt: number;
  ids: Set<string>;
  isTold: boolean;
}

export class PromptCountWatch {
  readonly #onMany: (feature: string, limit: number) => void;
  readonly #limit: number;
  readonly #windowMs: number;
  readonly #features = new Map<string, Watched>();

  constructor({ onMany, limit = 100, windowMs = DAY_MS }: PromptCountWatchOptions) {
    this.#onMany = onMany;
    this.#limit = limit;
    this.#windowMs = windowMs;
  }

  /**
   * @param promptId one that nobody chose ({@link promptIdOfRequest})
   * @param nowMs on any clock that does not go backwards, as `performance.now()`
   * @returns whether it may be told: ids seen before may, new ones beyond the limit may not until the window ends
   */
  admits(feature: string, promptId: string, nowMs: number): boolean {
    const watched = this.#watched(feature, nowMs);
    if (watched === undefined || watched.ids.has(promptId)) return true;
    if (watched.ids.size < this.#limit) {
      watched.ids.add(promptId);
      return true;
    }
    if (!watched.isTold) {
      watched.isTold = true;
      this.#onMany(feature, this.#limit);
    }
    return false;
  }

  #watched(feature: string, nowMs: number): Watched | undefined {
    const watched = this.#features.get(feature);
    if (watched === undefined) {
      if (this.#features.size >= MAX_FEATURES) return undefined;
      const fresh = { endsAt: nowMs + this.#windowMs, ids: new Set<string>(), isTold: false };
      this.#features.set(feature, fresh);
      return fresh;
    }
    if (nowMs >= watched.endsAt) {
      watched.ids.clear();
      watched.endsAt = nowMs + this.#windowMs;
    }
    return watched;
  }
}
