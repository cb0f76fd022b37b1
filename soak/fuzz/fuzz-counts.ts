/** What became of fuzzed bodies: how many were kept, refused for which reason, or met a bug. */
import type { BatchPlan } from '../../domain/ingest-calls/plan-batch.ts';

export class FuzzCounts {
  #events = 0;
  #kept = 0;
  #bodiesKept = 0;
  #bodies = 0;
  readonly #reasons = new Map<string, number>();
  readonly #bugs: string[] = [];
  #unaccounted = 0;

  /**
   * @param plan of one body
   * @param events how many events are in it; undefined: it is refused as a whole
   */
  add({ calls, rejections, bugs }: BatchPlan, events: number | undefined): void {
    const refusedWhole = rejections.length === 1 && rejections[0]?.index === -1;
    // A message that is refused as a whole is one thing refused, whatever it said it held.
    const expected = refusedWhole ? 1 : (events ?? 1);
    this.#bodies += 1;
    this.#events += expected;
    this.#kept += calls.length;
    if (calls.length > 0) this.#bodiesKept += 1;
    for (const { reason } of rejections) {
      this.#reasons.set(reason, (this.#reasons.get(reason) ?? 0) + 1);
    }
    for (const { messageId, error } of bugs) this.#bugs.push(`${messageId}: ${String(error)}`);
    if (calls.length + rejections.length !== expected) this.#unaccounted += 1;
  }

  facts(): Record<string, number | string> {
    const reasons = [...this.#reasons].sort(([, a], [, b]) => b - a);
    return {
      bodies_with_a_stored_call: percent(this.#bodiesKept, this.#bodies),
      events: this.#events,
      events_kept: percent(this.#kept, this.#events),
      ...Object.fromEntries(reasons.map(([reason, count]) => [`rejected_${reason}`, count])),
    };
  }

  problems(): string[] {
    return [
      ...(this.#bugs.length > 0
        ? [`content made our code throw ${this.#bugs.length} times, first on ${this.#bugs[0]}`]
        : []),
      ...(this.#unaccounted > 0
        ? [`of ${this.#unaccounted} bodies not every event was kept or refused`]
        : []),
    ];
  }
}

function percent(part: number, whole: number): string {
  return `${((100 * part) / Math.max(1, whole)).toFixed(1)} %`;
}
