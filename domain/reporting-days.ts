/** The days of one named zone. A day is a half-open range of instants, whatever the zone's clocks do in it. */
import { Temporal } from 'temporal-polyfill';

/** `YYYY-MM-DD`. Two of them compare as text. */
export type LocalDate = string;

/**
 * The first instant whose date in the zone is `date`: midnight, the first of two, or the end of the gap that holds it. A
 * date that a zone skipped (Samoa, 2011-12-30) starts where the next one does, so it is an empty day.
 *
 * @param zone IANA name
 * @throws RangeError when the date or the zone does not exist
 */
export function startOfLocalDay(date: LocalDate, zone: string): Date {
  return new Date(Temporal.PlainDate.from(date).toZonedDateTime(zone).epochMilliseconds);
}

/**
 * When the zone's clocks say `hour` on a day; an hour that they skip is the one after it.
 *
 * @param hour 0 to 23
 * @throws RangeError when the date or the zone does not exist
 */
export function instantAtHour(date: LocalDate, hour: number, zone: string): Date {
  const plainTime = Temporal.PlainTime.from({ hour });
  const time = Temporal.PlainDate.from(date).toZonedDateTime({ timeZone: zone, plainTime });
  return new Date(time.epochMilliseconds);
}

/**
 * The day that holds an instant. Where clocks go back over midnight (St John's until 2011, at 00:01), the repeated
 * evening belongs to the new day, because days do not overlap.
 */
export function localDateOf(instant: Date, zone: string): LocalDate {
  const date = localTime(instant, zone).toPlainDate().toString();
  const next = addDays(date, 1);
  return startOfLocalDay(next, zone) <= instant ? next : date;
}

/** The time on the zone's clocks, `HH:MM`. */
export function localTimeOf(instant: Date, zone: string): string {
  return localTime(instant, zone).toPlainTime().toString({ smallestUnit: 'minute' });
}

export function addDays(date: LocalDate, days: number): LocalDate {
  return Temporal.PlainDate.from(date).add({ days }).toString();
}

/** The first day of a date's month. */
export function startOfMonth(date: LocalDate): LocalDate {
  return Temporal.PlainDate.from(date).with({ day: 1 }).toString();
}

/** How many days of its month are not over when `date` begins; `date` is the first of them. */
export function daysLeftInMonth(date: LocalDate): number {
  const { day, daysInMonth } = Temporal.PlainDate.from(date);
  return daysInMonth - day + 1;
}

function localTime(instant: Date, zone: string): Temporal.ZonedDateTime {
  return Temporal.Instant.fromEpochMilliseconds(instant.getTime()).toZonedDateTimeISO(zone);
}

const WEEKDAYS = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'];

/** `Tue`. */
export function weekdayName(date: LocalDate): string {
  return WEEKDAYS[Temporal.PlainDate.from(date).dayOfWeek - 1] ?? date;
}
