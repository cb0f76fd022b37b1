/** Yesterday, and today's hours so far, against the same of recent weeks, so that what doubled overnight is told of in the morning. */
import { type Decimal, divideHalfEven, type PicoUsd } from '../../money.ts';
import { deviationOf, deviationOfDays, FEWEST_WEEKS } from './deviation.ts';
import {
  fiveWeeks,
  median,
  type Series,
  sameWeekdays,
  sumUsd,
  WEEK_DAYS,
  weekOf,
} from './series.ts';
import { exceeds, larger, plus, type RuleSettings, times } from './settings.ts';

export interface Spike {
  /** The median of what it is compared with: the spend of a day, or of hours, that there was. */
  usualUsd: PicoUsd;
  /** How many weeks before that was. */
  weeksBack: number;
  currentUsd: PicoUsd;
  /** What a week of such days would cost more, or one that rises as these hours did. */
  weeklyExcessUsd: PicoUsd;
}

/**
 * So many deviations more than the ratio. Not a multiple of them alone: measured on the days of five weeks they are a fifth too small
 * or too large, and a feature that looks calm by chance would be told of, one that looks restless would not.
 */
const DEVIATIONS: Decimal = { digits: 15n, scale: 1 };

/** Hours that usually cost less than this part of the feature's days are too few calls to tell what a week will cost. */
const SMALLEST_PART_OF_DAY = 20n;

/** Hours that cost no more above the usual than this part of the minimum are a handful of calls, whatever they would come to in a week. */
const SMALLEST_PART_OF_MINIMUM = 10n;

/** Yesterday, of a series that ends with it. */
export function spikeOfDay(series: Series, settings: RuleSettings): Spike | undefined {
  const yesterday = series.usd.length - 1;
  const earlier = sameWeekdays(series, yesterday).map((day) => series.usd[day] ?? 0n);
  const inWeek = (moreUsd: PicoUsd) => BigInt(WEEK_DAYS) * moreUsd;
  const deviation = () => deviationOfDays(series);
  return spike(series.usd[yesterday] ?? 0n, earlier, deviation, inWeek, settings);
}

/** Today's hours so far. Nights may be more restless than days: of both deviations, the larger. */
export function spikeOfHours(series: Series, settings: RuleSettings): Spike | undefined {
  const [today = 0n, ...hours] = series.hoursUsd;
  const earlier = hours.slice(0, sameWeekdays(series, series.usd.length).length);
  const usualUsd = median(earlier);
  const weekUsd = smaller(sumUsd(weekOf(series.usd, 0)), median(fiveWeeks(series, 0)));
  if (SMALLEST_PART_OF_DAY * BigInt(WEEK_DAYS) * usualUsd < weekUsd) return undefined;
  if (SMALLEST_PART_OF_MINIMUM * (today - usualUsd) <= settings.minimumSpendUsd) return undefined;
  // The last week may have risen already, or be a quiet one.
  const inWeek = (moreUsd: PicoUsd) => divideHalfEven(moreUsd * weekUsd, usualUsd);
  const deviation = () => larger(deviationOfDays(series), deviationOf(earlier));
  return spike(today, earlier, deviation, inWeek, settings);
}

/**
 * Above the median of the same weekday in five weeks by more than `spikeRatio` and `DEVIATIONS`, and above last
 * week's by `spikeRatio`, so that a new level is a spike for its first week only, and a job that runs every Monday for its first
 * Monday. In a week, more than the minimum.
 *
 * @param earlier the same of a week ago, of two weeks ago, …
 * @param deviation a share of the usual, which takes longer to know than all else
 */
function spike(
  currentUsd: PicoUsd,
  earlier: readonly PicoUsd[],
  deviation: () => Decimal,
  inWeek: (moreUsd: PicoUsd) => PicoUsd,
  { spikeRatio, minimumSpendUsd }: RuleSettings,
): Spike | undefined {
  const [lastWeekUsd = 0n] = earlier;
  const usualUsd = median(earlier);
  if (earlier.length < FEWEST_WEEKS || usualUsd === 0n) return undefined;
  if (!exceeds(currentUsd, usualUsd, spikeRatio)) return undefined;
  if (!exceeds(currentUsd, lastWeekUsd, spikeRatio)) return undefined;
  const weeklyExcessUsd = inWeek(currentUsd - usualUsd);
  if (weeklyExcessUsd <= minimumSpendUsd) return undefined;
  const ratio = plus(spikeRatio, times(DEVIATIONS, deviation()));
  if (!exceeds(currentUsd, usualUsd, ratio)) return undefined;
  return { usualUsd, weeksBack: earlier.indexOf(usualUsd) + 1, currentUsd, weeklyExcessUsd };
}

function smaller(a: PicoUsd, b: PicoUsd): PicoUsd {
  return a < b ? a : b;
}
