/** What the files add up to, what the database says, and whether that is the same. */
import type { ClientBase } from 'pg';
import type { LlmCall } from '../../sdk/src/index.ts';
import { SERVICE } from './trace-call.ts';

export interface FeatureTotals {
  feature: string;
  calls: number;
  inputTokens: number;
  outputTokens: number;
}

export interface StoredTotals extends FeatureTotals {
  /** Exact decimal; null when no call could be priced. */
  costUsd: string | null;
}

export function totalsOf(calls: readonly LlmCall[]): FeatureTotals[] {
  const totals = new Map<string, FeatureTotals>();
  for (const { feature, usage } of calls) {
    const name = feature ?? '';
    const sum = totals.get(name) ?? { feature: name, calls: 0, inputTokens: 0, outputTokens: 0 };
    sum.calls += 1;
    sum.inputTokens += usage?.input_tokens ?? 0;
    sum.outputTokens += usage?.output_tokens ?? 0;
    totals.set(name, sum);
  }
  return [...totals.values()].sort(byFeature);
}

/** The replayed calls of one UTC day, as the board would see them. */
export async function storedTotals(database: ClientBase, day: string): Promise<StoredTotals[]> {
  const { rows } = await database.query<StoredTotals>(
    `select feature, count(*)::int as calls, sum(input_tokens)::float8 as "inputTokens",
       sum(output_tokens)::float8 as "outputTokens", sum(cost_usd)::text as "costUsd"
     from reporting.llm_calls
     where service = $1 and ts >= $2::timestamptz and ts < $2::timestamptz + interval '24 hours'
     group by feature`,
    [SERVICE, `${day}T00:00:00Z`],
  );
  return rows.sort(byFeature);
}

export function areEqual(
  files: readonly FeatureTotals[],
  stored: readonly FeatureTotals[],
): boolean {
  const text = (totals: readonly FeatureTotals[]) =>
    JSON.stringify(totals.map((t) => [t.feature, t.calls, t.inputTokens, t.outputTokens]));
  return text(files) === text(stored);
}

/** For a terminal: names to the left, numbers to the right. */
export function table(totals: readonly (FeatureTotals & Partial<StoredTotals>)[]): string {
  const rows = totals.map((row) => [
    row.feature,
    ...[row.calls, row.inputTokens, row.outputTokens].map((count) => count.toLocaleString('en')),
    row.costUsd === undefined ? '' : (row.costUsd ?? 'unpriced'),
  ]);
  return [['feature', 'calls', 'input tokens', 'output tokens', 'cost (USD)'], ...rows]
    .map(([name = '', ...numbers]) =>
      [name.padEnd(16), ...numbers.map((number) => number.padStart(16))].join('').trimEnd(),
    )
    .join('\n');
}

/** Code point order: the same on every machine. */
function byFeature(a: FeatureTotals, b: FeatureTotals): number {
  return a.feature < b.feature ? -1 : 1;
}
