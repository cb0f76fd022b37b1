/** Which dates a daily job still has to do. */
import { addDays, type LocalDate } from './reporting-days.ts';

export interface JobHistory {
  /** The latest date done, up to today. */
  lastFinished: LocalDate | undefined;
  /** The earliest date ever begun, up to today. */
  firstStarted: LocalDate | undefined;
  /** Dates begun and not done, up to today. */
  unfinished: readonly LocalDate[];
  /** The latest date done that has come: later than today for a run of a moment that has gone by. */
  latestFinished: LocalDate | undefined;
}

/** An outage longer than this is caught up for its last days only: older news would bury today's. */
const LONGEST_CATCH_UP_DAYS = 7;

/**
 * Today and the missed dates before it, oldest first. A first install does today only; a day that was begun and never
 * done counts as missed even when no day was ever done, or a later one was.
 */
export function dueDates(
  today: LocalDate,
  history: Omit<JobHistory, 'latestFinished'>,
): LocalDate[] {
  const { lastFinished, firstStarted, unfinished } = history;
  const since = lastFinished === undefined ? (firstStarted ?? today) : addDays(lastFinished, 1);
  const dates: LocalDate[] = [];
  for (let back = LONGEST_CATCH_UP_DAYS - 1; back >= 0; back -= 1) {
    const date = addDays(today, -back);
    if (date >= since || unfinished.includes(date)) dates.push(date);
  }
  return dates;
}
