/** Calls of an environment that stop naming their feature, user or prompt: an app whose tags got lost, whose spend nobody finds any more. */
import { formatDecimal } from '../money.ts';
import type { LocalDate } from '../reporting-days.ts';
import { lowerMedian, MAD_TO_DEVIATION } from './rules/series.ts';
import { type AlertStatus, isSnoozed } from './state.ts';

/** null: calls that do not say. */
export type Environment = string | null;

const TAGS = ['feature', 'user', 'prompt'] as const;
export type Tag = (typeof TAGS)[number];

/** Calls of one day: how many, how many name each, and how many name all three. */
export interface CoverageDay extends Record<Tag | 'all', number> {
  /** 1 is the day before that of the alert. */
  daysBack: number;
  calls: number;
}

/** An environment's alert that has not ended. */
export interface OpenCoverage extends Pick<AlertStatus, 'state' | 'snoozedUntil'> {
  /** How far its share was below the usual when that was last told of. */
  toldFall: number;
}

export interface CoverageAlert {
  environment: Environment;
  transition: 'opened' | 'escalated' | 'resolved';
  /** Of the three, the one whose share is furthest below its usual. */
  tag: Tag;
  /** Of the day before that of the alert. */
  calls: number;
  /** Of these, the part that names all three; and what it usually is. */
  share: number;
  usualShare: number;
}

/** What is read: yesterday, the day before, and the four weeks before that one. */
export const COVERAGE_DAYS = 30;
const USUAL_DAYS = 28;
/** Of fewer calls a share says nothing, and of fewer days nobody knows what is usual. */
const FEWEST_CALLS = 20;
const FEWEST_DAYS = 7;

/** The share of yesterday must be this far below the median of the four weeks before … */
const FALL = 0.05;
/** … and outside of what days do anyway … */
const DEVIATIONS = 3.5;
/** … and of what so few calls may do by chance, in standard errors of the difference to a known share. */
const STANDARD_ERRORS = 4;

/** Shares of calls are no money: as numbers. */
const MAD_FACTOR = Number(formatDecimal(MAD_TO_DEVIATION));

/** Twice as far as was told, and so much further, is materially worse. */
const WORSE_FACTOR = 2;

/**
 * @param date of the alert
 * @returns by environment; no call of a transition is without yesterday's
 */
export function judgeCoverage(
  environments: ReadonlyMap<Environment, readonly CoverageDay[]>,
  open: ReadonlyMap<Environment, OpenCoverage>,
  date: LocalDate,
): CoverageAlert[] {
  return [...environments].flatMap(([environment, days]) => {
    const yesterday = fallOn(days, 1);
    if (yesterday === undefined) return [];
    const transition = advance(open.get(environment), yesterday, fallOn(days, 2), date);
    return transition === undefined ? [] : [alert(environment, transition, days, yesterday)];
  });
}

function advance(
  open: OpenCoverage | undefined,
  yesterday: Fall,
  dayBefore: Fall | undefined,
  date: LocalDate,
): CoverageAlert['transition'] | undefined {
  if (open === undefined) return isFallen(yesterday, 1) ? 'opened' : undefined;
  // Half the thresholds, and two days: what goes up and down at a threshold is told of once.
  const isOver = dayBefore !== undefined && !isFallen(yesterday, 0.5) && !isFallen(dayBefore, 0.5);
  if (isOver) return 'resolved';
  if (isSnoozed(open, date) || !isFallen(yesterday, 1)) return undefined;
  const fall = yesterday.usualShare - yesterday.share;
  const worse = Math.max(WORSE_FACTOR * open.toldFall, open.toldFall + FALL);
  return fall >= worse ? 'escalated' : undefined;
}

interface Fall {
  calls: number;
  share: number;
  usualShare: number;
  deviation: number;
}

/** undefined: too little is known of the day, or of those before. */
function fallOn(days: readonly CoverageDay[], daysBack: number): Fall | undefined {
  const day = known(days).find((candidate) => candidate.daysBack === daysBack);
  const earlier = daysBefore(days, daysBack);
  if (day === undefined || earlier.length < FEWEST_DAYS) return undefined;
  const shares = earlier.map(({ all, calls }) => all / calls);
  const usualShare = median(shares);
  const deviation = MAD_FACTOR * median(shares.map((share) => Math.abs(share - usualShare)));
  return { calls: day.calls, share: day.all / day.calls, usualShare, deviation };
}

function isFallen({ calls, share, usualShare, deviation }: Fall, factor: number): boolean {
  const fall = usualShare - share;
  const middle = (usualShare + share) / 2;
  const standardError = Math.sqrt((middle * (1 - middle)) / calls);
  return fall > factor * Math.max(FALL, DEVIATIONS * deviation, STANDARD_ERRORS * standardError);
}

function alert(
  environment: Environment,
  transition: CoverageAlert['transition'],
  days: readonly CoverageDay[],
  { calls, share, usualShare }: Fall,
): CoverageAlert {
  const yesterday = known(days).find(({ daysBack }) => daysBack === 1);
  const earlier = daysBefore(days, 1);
  const fallOf = (tag: Tag) =>
    median(earlier.map((day) => day[tag] / day.calls)) - (yesterday?.[tag] ?? 0) / calls;
  const [tag] = [...TAGS].sort((a, b) => fallOf(b) - fallOf(a));
  return { environment, transition, tag: tag ?? 'feature', calls, share, usualShare };
}

function known(days: readonly CoverageDay[]): CoverageDay[] {
  return days.filter(({ calls }) => calls >= FEWEST_CALLS);
}

function daysBefore(days: readonly CoverageDay[], daysBack: number): CoverageDay[] {
  return known(days).filter(
    (day) => day.daysBack > daysBack && day.daysBack <= daysBack + USUAL_DAYS,
  );
}

function median(values: readonly number[]): number {
  return lowerMedian(values) ?? 0;
}
