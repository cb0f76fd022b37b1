/** Rows of one key in time: the last to begin holds. */
import { isSameDecimal, parseDecimal } from '../money.ts';
import type { PriceRow } from './price-list.ts';

/** Orders instants, RFC 3339. */
export function byTime(a: string, b: string): number {
  return Date.parse(a) - Date.parse(b);
}

export function earlier(a: string, b: string): string {
  return byTime(a, b) <= 0 ? a : b;
}

export function later(a: string, b: string): string {
  return byTime(a, b) <= 0 ? b : a;
}

/** The last to begin by then, and of those that begin together the last revision. */
export function holdingAt<Row extends PriceRow>(
  rows: readonly Row[],
  instant: string,
): Row | undefined {
  return rows
    .filter((row) => byTime(row.validFrom, instant) <= 0)
    .sort((a, b) => byTime(b.validFrom, a.validFrom) || b.revision - a.revision)[0];
}

type Amount = Pick<PriceRow, 'priceUsd'>;

/** Whether the amounts are the same, however they are written; none is like none. */
export function isSamePrice({ priceUsd: a }: Amount, { priceUsd: b }: Amount): boolean {
  const [one, other] = [parseDecimal(a ?? ''), parseDecimal(b ?? '')];
  if (one === undefined || other === undefined) return one === other;
  return isSameDecimal(one, other);
}
