/** What every message of one day's alert has in common: its windows, its total, how fresh its data is. */
import type { PicoUsd } from '../money.ts';
import { addDays, type LocalDate, localDateOf, localTimeOf } from '../reporting-days.ts';
import { type Actions, type Context, context, linkButton } from '../slack/message.ts';
import type { Compared } from './rules/finding.ts';
import { type SpendWindows, spansOf, WINDOW_DAYS } from './windows.ts';

export interface SpendReport {
  windows: SpendWindows;
  /** The current window's spend of all features. */
  totalUsd: PicoUsd;
  /** When the newest call was made. */
  lastCallAt: Date;
  boardUrl: string | undefined;
  /** When the run was due. */
  asOf: Date;
}

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/**
 * Which days, whose days, and until when there is data; then the way to the board.
 *
 * @param feature that the board shows; absent: all
 */
export function closing(
  { windows, lastCallAt, boardUrl }: SpendReport,
  feature?: string,
): (Context | Actions)[] {
  const { date, zone } = windows;
  const current = days(addDays(date, -WINDOW_DAYS), addDays(date, -1));
  const previous = days(addDays(date, -2 * WINDOW_DAYS), addDays(date, -WINDOW_DAYS - 1));
  const note = `${current} against ${previous} · ${zone} · data until ${dataUntil(lastCallAt, windows)}`;
  return [
    context(note),
    ...(boardUrl === undefined ? [] : [linkButton('Open the board', boardLink(boardUrl, feature))]),
  ];
}

/** Longer addresses of buttons are refused (https://docs.slack.dev/reference/block-kit/block-elements/button-element). */
const URL_LIMIT = 3_000;

/** With the feature chosen, as Metabase reads a dashboard's filters from its address. */
export function boardLink(boardUrl: string, feature: string | undefined): string {
  if (feature === undefined) return boardUrl;
  const url = new URL(boardUrl);
  url.searchParams.set('feature', feature);
  return url.href.length > URL_LIMIT ? boardUrl : url.href;
}

/** `Nov`. */
export function monthName(date: LocalDate): string {
  return MONTHS[Number(date.slice(5, 7)) - 1] ?? date;
}

/** `16 Nov`. */
export function dayName(date: LocalDate): string {
  return `${Number(date.slice(8))} ${monthName(date)}`;
}

function days(first: LocalDate, last: LocalDate): string {
  return `${dayName(first)} – ${dayName(last)}`;
}

/** `yesterday`; of a day that is caught up, `on 20 Nov`. */
export function lastDayText({ windows, asOf }: Pick<SpendReport, 'windows' | 'asOf'>): string {
  return isToday(windows, asOf) ? 'yesterday' : `on ${dayName(addDays(windows.date, -1))}`;
}

/** When what a rule looked at ends: where the alert's day begins, or after the hours of it that it looked at. */
export function comparedUntil(
  { compared }: { compared: Compared },
  { windows, asOf }: SpendReport,
): Date {
  return spansOf(windows, compared, asOf).current.end;
}

/** `today until 08:00`; of a day that is caught up, `on 21 Nov until 12:00`. */
export function hoursText(report: SpendReport, compared: Compared): string {
  const { windows, asOf } = report;
  const day = isToday(windows, asOf) ? 'today' : `on ${dayName(windows.date)}`;
  return `${day} until ${localTimeOf(comparedUntil({ compared }, report), windows.zone)}`;
}

function isToday({ date, zone }: SpendWindows, asOf: Date): boolean {
  return date === localDateOf(asOf, zone);
}

/** The day is named only when it is not the day of the alert: then it is news. */
export function dataUntil(lastCallAt: Date, { date, zone }: SpendWindows): string {
  const time = localTimeOf(lastCallAt, zone);
  const day = localDateOf(lastCallAt, zone);
  return day === date ? time : `${dayName(day)} ${time}`;
}
