/** Yesterday against the same day of recent weeks, so that what doubled overnight is told of in the morning. */
import type { PicoUsd } from '../../money.ts';
import { MAD_TO_DEVIATION, median, type Series, WEEK_DAYS } from './series.ts';
import { exceeds, type RuleSettings } from './settings.ts';

export interface Spike {
  /** The median of what it is compared with: the spend of a day that there was. */
  usualUsd: PicoUsd;
  /** How many weeks before that day was. */
  weeksBack: number;
  currentUsd: PicoUsd;
}

/** The same day of the last five weeks: odd, so that the median is one of them and no outlier of two moves it. */
export const USUAL_WEEKS = 5;
const FEWEST_WEEKS = 2;

/** So many standard deviations above the usual: days are many, and one in a thousand is a message a week. */
const DEVIATIONS = 3.5;

/** The fewer the hours, the less usual they are: a night goes up and down more than its day. */
const HOURS_FACTOR = 1.3;

/** Yesterday, of a series that ends with it. */
export function spikeOfDay(series: Series, settings: RuleSettings): Spike | undefined {
  const { usd } = series;
  const yesterday = usd.length - 1;
  const earlier = sameWeekdays(series, yesterday).map((day) => usd[day] ?? 0n);
  return spike(usd[yesterday] ?? 0n, earlier, () => deviation(series), settings);
}

/** Today's hours so far. */
export function spikeOfHours(series: Series, settings: RuleSettings): Spike | undefined {
  const [today = 0n, ...earlier] = series.hoursUsd;
  const known = sameWeekdays(series, series.usd.length).length;
  return spike(today, earlier.slice(0, known), () => HOURS_FACTOR * deviation(series), settings);
}

/**
 * More than `spikeRatio` above the median of the same weekday in five weeks, as much above that of last week, in a week
 * more than the minimum, and outside of what the subject's days do anyway: days that go up and down by a half every week must rise higher. Last
 * week's, too, so that a new level is a spike for its first week only, and a job that runs every Monday for its first Monday.
 *
 * @param earlier the same of a week ago, of two weeks ago, …
 * @param usualDeviation as a share of the usual
 */
function spike(
  currentUsd: PicoUsd,
  earlier: readonly PicoUsd[],
  usualDeviation: () => number,
  { spikeRatio, minimumSpendUsd }: RuleSettings,
): Spike | undefined {
  const [lastWeekUsd = 0n] = earlier;
  const usualUsd = median(earlier);
  if (earlier.length < FEWEST_WEEKS || usualUsd === 0n) return undefined;
  if (BigInt(WEEK_DAYS) * (currentUsd - usualUsd) <= minimumSpendUsd) return undefined;
  if (!exceeds(currentUsd, usualUsd, spikeRatio)) return undefined;
  if (!exceeds(currentUsd, lastWeekUsd, spikeRatio)) return undefined;
  const excess = Number(currentUsd - usualUsd) / Number(usualUsd);
  if (excess <= DEVIATIONS * usualDeviation()) return undefined;
  return { usualUsd, weeksBack: earlier.indexOf(usualUsd) + 1, currentUsd };
}

/** Days of the same weekday before `day`, newest first, since the first call. */
function sameWeekdays({ calls }: Series, day: number): number[] {
  const first = calls.findIndex((count) => count > 0);
  return Array.from({ length: USUAL_WEEKS }, (_, week) => day - (week + 1) * WEEK_DAYS).filter(
    (earlier) => first !== -1 && earlier >= first,
  );
}

/** How far days are from their own usual, as a share of it: robust, so that an earlier spike does not hide the next. */
function deviation(series: Series): number {
  const shares: number[] = [];
  for (let day = series.usd.length - 2; day >= 0; day -= 1) {
    const others = sameWeekdays(series, day);
    if (others.length < FEWEST_WEEKS) continue;
    const usual = Number(median(others.map((other) => series.usd[other] ?? 0n)));
    if (usual > 0) shares.push(Math.abs(Number(series.usd[day] ?? 0n) - usual) / usual);
  }
  shares.sort((a, b) => a - b);
  return MAD_TO_DEVIATION * (shares[shares.length >> 1] ?? 0);
}
