/**
 * Notices a feature whose prompt ids explode, because its system text holds a date, a name or the question. It only tells:
 * an app may have many prompts, and ingest has the limit (1,000 versions a feature). Told early, the team can name the
 * prompt before its history is a heap of ids.
 */

export interface PromptCountWatchOptions {
  /** Told once per feature and process: more ids than that within the window. */
  onMany: (feature: string, limit: number) => void;
  /** Distinct ids of a feature within the window that are as they should be. Default 50. */
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

  constructor({ onMany, limit = 50, windowMs = DAY_MS }: PromptCountWatchOptions) {
    this.#onMany = onMany;
    this.#limit = limit;
    this.#windowMs = windowMs;
  }

  /**
   * @param promptId one that nobody chose ({@link promptIdOfRequest})
   * @param nowMs on any clock that does not go backwards, as `performance.now()`
   */
  see(feature: string, promptId: string, nowMs: number): void {
    const watched = this.#watched(feature, nowMs);
    if (watched === undefined || watched.isTold) return;
    watched.ids.add(promptId);
    if (watched.ids.size <= this.#limit) return;
    watched.isTold = true;
    watched.ids.clear();
    this.#onMany(feature, this.#limit);
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
