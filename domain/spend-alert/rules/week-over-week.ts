/** The last seven days against the seven before, and what is new. Exact: no amount and no threshold passes through a float. */
import type { Decimal, PicoUsd } from '../../money.ts';
import { deviationOfDays } from './deviation.ts';
import type { Finding } from './finding.ts';
import {
  fiveWeeks,
  MAD_TO_DEVIATION,
  median,
  type Series,
  sumCalls,
  sumUsd,
  WEEK_DAYS,
  weekOf,
} from './series.ts';
import { exceeds, plus, type RuleSettings, times } from './settings.ts';

/** With fewer, what is usual is hardly known, and a week must rise twice as far. */
const ENOUGH_WEEKS = 3;
const TWICE: Decimal = { digits: 2n, scale: 0 };

const WEEKS = { name: null, compared: { span: 'week', weeksBack: 1 } } as const;

/**
 * So many deviations of the feature's days more than the ratio. Five weeks hardly say how far weeks go up and down; their days do: what is
 * restless from day to day is so from week to week, though less.
 */
const DAY_DEVIATIONS: Decimal = { digits: 25n, scale: 2 };

/** So many deviations of the feature's weeks above the usual: features whose weeks go up and down by a half do so all the time. */
const WEEK_DEVIATIONS: Decimal = { digits: 25n, scale: 1 };

/**
 * Growth: more than `growthRatio` above the week before, and more than the minimum. The week before may have been a bad one, so as
 * much above the median of five weeks, too: the return from a holiday is none. And outside of what its days and weeks do anyway.
 * New: no call before the current week. A week of calls without known cost counts as zero. What vanished is never found.
 */
export function weekOverWeek(series: Series, settings: RuleSettings): Finding | undefined {
  const { usd } = series;
  const currentUsd = sumUsd(weekOf(usd, 0));
  if (currentUsd <= settings.minimumSpendUsd) return undefined;
  const previousUsd = sumUsd(weekOf(usd, WEEK_DAYS));
  const weeklyExcessUsd = atLeast(currentUsd - previousUsd, lastDayPace(usd));
  if (sumCalls(series.calls.slice(0, -WEEK_DAYS)) === 0) {
    return { ...WEEKS, rule: 'new', previousUsd: 0n, currentUsd, weeklyExcessUsd };
  }
  const weeks = fiveWeeks(series, WEEK_DAYS);
  const isKnown = weeks.length >= ENOUGH_WEEKS;
  const ratio = isKnown ? settings.growthRatio : times(settings.growthRatio, TWICE);
  const usual = median(weeks);
  if (!exceeds(currentUsd, previousUsd, ratio) || !exceeds(currentUsd, usual, ratio)) {
    return undefined;
  }
  const least = plus(ratio, times(DAY_DEVIATIONS, deviationOfDays(series)));
  if (!exceeds(currentUsd, usual, least) || isWithin(currentUsd, usual, series)) return undefined;
  return {
    ...WEEKS,
    rule: 'growth',
    previousUsd: isUnknown(series) ? null : previousUsd,
    currentUsd,
    weeklyExcessUsd,
  };
}

/** A week in which every day rose like the last one: what a step that began yesterday comes to. */
function lastDayPace(usd: readonly PicoUsd[]): PicoUsd {
  const last = usd.length - 1;
  return BigInt(WEEK_DAYS) * ((usd[last] ?? 0n) - (usd[last - WEEK_DAYS] ?? 0n));
}

/** Whether a week is one as the feature has them anyway, wherever in the five weeks it began. */
function isWithin(currentUsd: PicoUsd, usual: PicoUsd, { calls, usd }: Series): boolean {
  const first = calls.findIndex((count) => count > 0);
  const distances: PicoUsd[] = [];
  for (let back = WEEK_DAYS; usd.length - back - WEEK_DAYS >= first; back += 1) {
    const week = sumUsd(weekOf(usd, back));
    distances.push(week > usual ? week - usual : usual - week);
  }
  const { digits, scale } = times(WEEK_DEVIATIONS, MAD_TO_DEVIATION);
  return (currentUsd - usual) * 10n ** BigInt(scale) <= digits * median(distances);
}

function isUnknown({ calls, pricedCalls }: Series): boolean {
  return sumCalls(weekOf(pricedCalls, WEEK_DAYS)) === 0 && sumCalls(weekOf(calls, WEEK_DAYS)) > 0;
}

function atLeast(amount: PicoUsd, least: PicoUsd): PicoUsd {
  return amount > least ? amount : least;
}
