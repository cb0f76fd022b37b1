/** The ranges of time that one day's alert compares. */
import {
  addDays,
  daysLeftInMonth,
  type LocalDate,
  startOfLocalDay,
  startOfMonth,
} from '../reporting-days.ts';
import type { Compared } from './rules/finding.ts';
import { USUAL_WEEKS } from './rules/series.ts';

export const WINDOW_DAYS = 7;

/** When the day's first run is due, on the zone's clocks. */
export const FIRST_RUN_HOUR = 8;

/** Half-open: [previousStart, currentStart) against [currentStart, currentEnd). */
export interface SpendWindows {
  /** The day of the alert, which neither window holds. */
  date: LocalDate;
  /** IANA zone whose days these are. */
  zone: string;
  previousStart: Date;
  currentStart: Date;
  currentEnd: Date;
  /** When the last day of the current window begins. */
  lastDayStart: Date;
  /** The month so far is [monthStart, currentEnd): empty on the first of a month. */
  monthStart: Date;
  /** Days of the month that are not in the month so far; `date` is the first of them. */
  daysLeftInMonth: number;
}

/**
 * The two windows of seven whole days that end where `date` begins.
 *
 * @throws RangeError when the date or the zone does not exist
 */
export function spendWindows(date: LocalDate, zone: string): SpendWindows {
  return {
    date,
    zone,
    previousStart: startOfLocalDay(addDays(date, -2 * WINDOW_DAYS), zone),
    currentStart: startOfLocalDay(addDays(date, -WINDOW_DAYS), zone),
    currentEnd: startOfLocalDay(date, zone),
    lastDayStart: startOfLocalDay(addDays(date, -1), zone),
    monthStart: startOfLocalDay(startOfMonth(date), zone),
    daysLeftInMonth: daysLeftInMonth(date),
  };
}

/** Half-open. */
export interface Span {
  start: Date;
  end: Date;
}

/** From `first` until `end`, which it does not hold. */
export interface Days {
  first: LocalDate;
  end: LocalDate;
}

/** @returns undefined: hours of days were compared */
export function daysOf(
  { date }: SpendWindows,
  { span, weeksBack }: Compared,
): { previous: Days; current: Days } | undefined {
  if (span === 'hours') return undefined;
  const of = (end: LocalDate): Days => ({
    first: addDays(end, span === 'week' ? -WINDOW_DAYS : -1),
    end,
  });
  return { previous: of(addDays(date, -weeksBack * WINDOW_DAYS)), current: of(date) };
}

/** Seven days, a day, or today's hours so far, and the same some weeks back. */
export function spansOf(
  windows: SpendWindows,
  compared: Compared,
  asOf: Date,
): { previous: Span; current: Span } {
  const { date, zone, currentEnd } = windows;
  const days = daysOf(windows, compared);
  if (days !== undefined) {
    const of = ({ first, end }: Days): Span => ({
      start: startOfLocalDay(first, zone),
      end: startOfLocalDay(end, zone),
    });
    return { previous: of(days.previous), current: of(days.current) };
  }
  const ms = closedHourCount(currentEnd, asOf) * MS_PER_HOUR;
  const of = (start: Date): Span => ({ start, end: new Date(start.getTime() + ms) });
  const before = addDays(date, -compared.weeksBack * WINDOW_DAYS);
  return { previous: of(startOfLocalDay(before, zone)), current: of(currentEnd) };
}

/**
 * Of the alert's day and of the same weekday in five weeks before, when those hours began that are over: as many of each as of the
 * alert's day.
 */
export function closedHours({ date, zone, currentEnd }: SpendWindows, asOf: Date): Date[][] {
  const hours = closedHourCount(currentEnd, asOf);
  return Array.from({ length: 1 + USUAL_WEEKS }, (_, week) => {
    const start = startOfLocalDay(addDays(date, -week * WINDOW_DAYS), zone).getTime();
    return Array.from({ length: hours }, (_hour, hour) => new Date(start + hour * MS_PER_HOUR));
  });
}

/** A day that is caught up later is looked at as it would have been by noon. */
const MOST_HOURS = 12;
const MS_PER_HOUR = 3_600_000;

function closedHourCount(dayStart: Date, asOf: Date): number {
  const hours = Math.floor((asOf.getTime() - dayStart.getTime()) / MS_PER_HOUR);
  return Math.min(MOST_HOURS, Math.max(0, hours));
}
