/** A subject's days, as rules look at them. */
import type { Decimal, PicoUsd } from '../../money.ts';

/** Yesterday, and the five days before it that were the same day of the week, and the rest of those weeks. */
export const HISTORY_DAYS = 42;
export const WEEK_DAYS = 7;

/** One entry a day, oldest first; the last day is the one before that of the alert. Equally long. */
export interface Series {
  calls: readonly number[];
  /** Calls of known cost. */
  pricedCalls: readonly number[];
  /** Of these alone. */
  usd: readonly PicoUsd[];
  /** The hours of the alert's day that are over, the same hours a week before, two weeks before and so on; empty: not looked at. */
  hoursUsd: readonly PicoUsd[];
}

/** Of a feature without calls. */
export const NO_DAYS: Series = { calls: [], pricedCalls: [], usd: [], hoursUsd: [] };

/** The series as it was some days ago, without hours. */
export function before(series: Series, days: number): Series {
  return {
    calls: series.calls.slice(0, -days),
    pricedCalls: series.pricedCalls.slice(0, -days),
    usd: series.usd.slice(0, -days),
    hoursUsd: [],
  };
}

/** The sum of seven days, of which the last is `back` days before the last of the series; missing days are zero. */
export function weekOf<Amount extends number | bigint>(
  days: readonly Amount[],
  back: number,
): Amount[] {
  const end = days.length - back;
  return days.slice(Math.max(0, end - WEEK_DAYS), Math.max(0, end));
}

/** Five weeks, newest first, of which the newest ends `back` days before the last of the series; as far as there were calls. */
export function fiveWeeks({ calls, usd }: Series, back: number): PicoUsd[] {
  const first = calls.findIndex((count) => count > 0);
  return Array.from({ length: USUAL_WEEKS }, (_, week) => back + week * WEEK_DAYS)
    .filter((days) => usd.length - days - WEEK_DAYS >= first)
    .map((days) => sumUsd(weekOf(usd, days)));
}

export function sumUsd(days: readonly PicoUsd[]): PicoUsd {
  return days.reduce((sum, usd) => sum + usd, 0n);
}

export function sumCalls(days: readonly number[]): number {
  return days.reduce((sum, calls) => sum + calls, 0);
}

/** The same day of the last five weeks: odd, so that the median is one of them and no outlier of two moves it. */
export const USUAL_WEEKS = 5;

/** Days of the same weekday before `day`, newest first, since the first call. */
export function sameWeekdays({ calls }: Series, day: number): number[] {
  const first = calls.findIndex((count) => count > 0);
  return Array.from({ length: USUAL_WEEKS }, (_, week) => day - (week + 1) * WEEK_DAYS).filter(
    (earlier) => first !== -1 && earlier >= first,
  );
}

/** 1.4826: the median absolute deviation of a normal distribution, times this, is its standard deviation (Rousseeuw & Croux 1993). */
export const MAD_TO_DEVIATION: Decimal = { digits: 14_826n, scale: 4 };

/** The lower median, so that it is one of them; zero of none. */
export function median(amounts: readonly bigint[]): bigint {
  return lowerMedian(amounts) ?? 0n;
}

export function lowerMedian<Amount extends number | bigint>(
  amounts: readonly Amount[],
): Amount | undefined {
  const sorted = [...amounts].sort((a, b) => (a < b ? -1 : Number(a > b)));
  return sorted[(sorted.length - 1) >> 1];
}
