/** Days for tests of the rules, in dollars. */
import { parsePicoUsd } from '../../../../domain/money.ts';
import type { Series } from '../../../../domain/spend-alert/rules/series.ts';

/** @param days oldest first; `hours` today's, a week ago's and so on */
export function series(days: readonly number[], hours: readonly number[] = []): Series {
  const calls = days.map((usd) => (usd > 0 ? 10 : 0));
  return {
    calls,
    pricedCalls: calls,
    usd: days.map((usd) => parsePicoUsd(String(usd))),
    hoursUsd: hours.map((usd) => parsePicoUsd(String(usd))),
  };
}

export function days(count: number, usd: number): number[] {
  return Array.from({ length: count }, () => usd);
}

/** A week's total in its last day: windows of seven days see one amount each. */
export function weeks(...totals: number[]): number[] {
  return totals.flatMap((total) => [...days(6, 0), total]);
}
