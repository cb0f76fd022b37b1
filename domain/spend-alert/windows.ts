/** The ranges of time that one day's alert compares. */
import {
  addDays,
  daysLeftInMonth,
  type LocalDate,
  startOfLocalDay,
  startOfMonth,
} from '../reporting-days.ts';

export const WINDOW_DAYS = 7;

/** Half-open: [previousStart, currentStart) against [currentStart, currentEnd). */
export interface SpendWindows {
  /** The day of the alert, which neither window holds. */
  date: LocalDate;
  /** IANA zone whose days these are. */
  zone: string;
  previousStart: Date;
  currentStart: Date;
  currentEnd: Date;
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
    monthStart: startOfLocalDay(startOfMonth(date), zone),
    daysLeftInMonth: daysLeftInMonth(date),
  };
}
