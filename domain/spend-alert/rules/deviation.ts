/** How far a subject's days go up and down anyway. */
import { type Decimal, divideHalfEven, type PicoUsd } from '../../money.ts';
import { MAD_TO_DEVIATION, median, type Series, sameWeekdays } from './series.ts';
import { times } from './settings.ts';

/** Earlier days of the same weekday that say what is usual. */
export const FEWEST_WEEKS = 2;

/** Shares of the usual, in millionths. */
const SHARE_DECIMALS = 6;

/**
 * One standard deviation of the days before yesterday, each from the median of the same weekday in the weeks before it, as a share
 * of that: 0.2 is 20 %. Robust, so that an earlier spike does not hide the next one; zero where too few days are known.
 */
export function deviationOfDays(series: Series): Decimal {
  const shares: bigint[] = [];
  for (let day = series.usd.length - 2; day >= 0; day -= 1) {
    const others = sameWeekdays(series, day);
    if (others.length < FEWEST_WEEKS) continue;
    const usual = median(others.map((other) => series.usd[other] ?? 0n));
    if (usual !== 0n) shares.push(shareOf(usual, series.usd[day] ?? 0n));
  }
  return deviation(shares);
}

/** The same of amounts around their median; zero where that is nothing. */
export function deviationOf(amounts: readonly PicoUsd[]): Decimal {
  const usual = median(amounts);
  return deviation(usual === 0n ? [] : amounts.map((usd) => shareOf(usual, usd)));
}

function deviation(shares: readonly bigint[]): Decimal {
  return times({ digits: median(shares), scale: SHARE_DECIMALS }, MAD_TO_DEVIATION);
}

/** How far it is from the usual. */
function shareOf(usual: PicoUsd, usd: PicoUsd): bigint {
  const size = usd > usual ? usd - usual : usual - usd;
  return divideHalfEven(size * 10n ** BigInt(SHARE_DECIMALS), usual);
}
