/** Measures contenders in turn, again and again, so that what else the machine does meets all of them. */

export interface Lap {
  name: string;
  /** Rows, or whatever is counted. */
  count: number;
  /** Prepares and returns what is timed. */
  prepare(): Promise<() => Promise<void>>;
}

export interface Rate {
  name: string;
  /** Median, per second. */
  perSecond: number;
  slowest: number;
  fastest: number;
}

/** @param onProgress told before each lap */
export async function sideBySide(
  laps: readonly Lap[],
  repetitions: number,
  onProgress: (step: string) => void,
): Promise<Map<string, Rate>> {
  const rates = new Map<string, number[]>(laps.map(({ name }) => [name, []]));
  for (let repetition = 0; repetition < repetitions; repetition += 1) {
    // Who comes first changes, as it may find another machine than who comes last.
    const shift = repetition % laps.length;
    for (const { name, count, prepare } of [...laps.slice(shift), ...laps.slice(0, shift)]) {
      onProgress(`repetition ${repetition + 1} of ${repetitions}: ${name}`);
      const run = await prepare();
      const startedAt = performance.now();
      await run();
      rates.get(name)?.push((count * 1_000) / (performance.now() - startedAt));
    }
  }
  return new Map([...rates].map(([name, values]) => [name, toRate(name, values)]));
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}

function toRate(name: string, values: number[]): Rate {
  return {
    name,
    perSecond: median(values),
    slowest: Math.min(...values),
    fastest: Math.max(...values),
  };
}
