/** What an alert is told of: when it opens, when it gets materially worse, when it is over. Nothing in between. */
import type { PicoUsd } from '../money.ts';
import type { LocalDate } from '../reporting-days.ts';

/** What the job says, and what a person says of an open one. */
export type AlertState = 'opened' | 'escalated' | 'acknowledged' | 'snoozed' | 'resolved';

/** The last thing that happened to a subject's alert. */
export interface AlertStatus {
  state: AlertState;
  /** What the subject spent more a week when that was last told of. */
  toldUsd: PicoUsd;
  /** The first day that what was snoozed may be heard of again, whatever else has got worse since; undefined: nobody snoozed it. */
  snoozedUntil: LocalDate | undefined;
}

export interface Observation {
  date: LocalDate;
  /** What the subject spends more a week; undefined: no rule holds. */
  weeklyExcessUsd: PicoUsd | undefined;
  /** The same of what a snooze does not put off; absent: nothing. */
  otherExcessUsd?: PicoUsd | undefined;
  /** Whether it is clearly over: between the thresholds of holding and of being over, an alert stays as it is. */
  isClear: boolean;
}

/** Twice what was told, and so much more, is materially worse. */
const WORSE_FACTOR = 2n;
const WORSE_USD: PicoUsd = 5n * 10n ** 12n;

/** @returns undefined: nothing to tell */
export function advance(
  status: AlertStatus | undefined,
  { date, weeklyExcessUsd, otherExcessUsd, isClear }: Observation,
): 'opened' | 'escalated' | 'resolved' | undefined {
  const isOpen = status !== undefined && status.state !== 'resolved';
  if (!isOpen) return weeklyExcessUsd === undefined ? undefined : 'opened';
  if (isClear) return 'resolved';
  const heardUsd = isSnoozed(status, date) ? otherExcessUsd : weeklyExcessUsd;
  if (heardUsd === undefined) return undefined;
  return heardUsd >= worseFrom(status.toldUsd) ? 'escalated' : undefined;
}

export function isSnoozed(
  { snoozedUntil }: Pick<AlertStatus, 'snoozedUntil'>,
  date: LocalDate,
): boolean {
  return snoozedUntil !== undefined && date < snoozedUntil;
}

/** From what is spent more a week on, an alert is materially worse than it was told to be. */
export function worseFrom(toldUsd: PicoUsd): PicoUsd {
  const factor = WORSE_FACTOR * toldUsd;
  const step = toldUsd + WORSE_USD;
  return factor > step ? factor : step;
}
