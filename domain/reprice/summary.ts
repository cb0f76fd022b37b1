/** What a new pricing changes, per feature and model. */

import { formatPicoUsd, type PicoUsd, parsePicoUsd } from '../money.ts';
import type { StoredCost } from '../pricing/cost-of-call.ts';

/** A call as it was, and its new cost. */
export interface RepricedCall {
  before: Pick<StoredCost, 'cost_usd'> & { feature: string; provider: string; model: string };
  after: StoredCost;
}

export interface SummaryLine {
  feature: string;
  provider: string;
  model: string;
  /** Calls whose stored price changes, in any of its columns. */
  calls: number;
  /** Sums over these calls, decimal strings; what has no cost adds nothing. */
  usdBefore: string;
  usdAfter: string;
  unpricedBefore: number;
  unpricedAfter: number;
}

interface Sums {
  names: RepricedCall['before'];
  calls: number;
  before: PicoUsd;
  after: PicoUsd;
  unpricedBefore: number;
  unpricedAfter: number;
}

export class RepricingSummary {
  readonly #lines = new Map<string, Sums>();
  #changed = 0;
  #before: PicoUsd = 0n;
  #after: PicoUsd = 0n;
  #lostCalls = 0;
  #lost: PicoUsd = 0n;

  add({ before, after }: RepricedCall): void {
    const key = [before.feature, before.provider, before.model].join('\n');
    const line = this.#lines.get(key) ?? {
      names: before,
      ...{ calls: 0, before: 0n, after: 0n, unpricedBefore: 0, unpricedAfter: 0 },
    };
    const [was, is] = [pico(before.cost_usd), pico(after.cost_usd)];
    line.calls += 1;
    line.before += was;
    line.after += is;
    if (before.cost_usd === null) line.unpricedBefore += 1;
    if (after.cost_usd === null) line.unpricedAfter += 1;
    if (before.cost_usd !== null && after.cost_usd === null) {
      this.#lostCalls += 1;
      this.#lost += was;
    }
    this.#lines.set(key, line);
    this.#changed += 1;
    this.#before += was;
    this.#after += is;
  }

  get changed(): number {
    return this.#changed;
  }

  get usdBefore(): string {
    return formatPicoUsd(this.#before);
  }

  get usdAfter(): string {
    return formatPicoUsd(this.#after);
  }

  /** What had a cost and has none now: it leaves every sum, though it was spent. */
  get lost(): { calls: number; usd: string } {
    return { calls: this.#lostCalls, usd: formatPicoUsd(this.#lost) };
  }

  /** The largest difference first. */
  lines(): SummaryLine[] {
    const difference = ({ before, after }: Sums) =>
      after > before ? after - before : before - after;
    return [...this.#lines.values()]
      .sort((a, b) => Number(difference(b) - difference(a)) || b.calls - a.calls)
      .map(({ names: { feature, provider, model }, calls, before, after, ...unpriced }) => ({
        ...{ feature, provider, model, calls },
        usdBefore: formatPicoUsd(before),
        usdAfter: formatPicoUsd(after),
        ...unpriced,
      }));
  }
}

function pico(usd: string | null): PicoUsd {
  return usd === null ? 0n : parsePicoUsd(usd);
}
