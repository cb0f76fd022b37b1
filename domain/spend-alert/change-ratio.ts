/** How much larger an amount has become, as a number for queries. */
import { divideHalfEven, type PicoUsd } from '../money.ts';

const CHANGE_RATIO_DECIMALS = 6;

/** `0.62` is +62 %, to six decimals; null: nothing, or nothing known, to compare with. */
export function changeRatio(previousUsd: PicoUsd | null, currentUsd: PicoUsd): string | null {
  if (previousUsd === null || previousUsd === 0n) return null;
  const scaled = (currentUsd - previousUsd) * 10n ** BigInt(CHANGE_RATIO_DECIMALS);
  const ratio = divideHalfEven(scaled, previousUsd);
  const digits = (ratio < 0n ? -ratio : ratio).toString().padStart(CHANGE_RATIO_DECIMALS + 1, '0');
  const sign = ratio < 0n ? '-' : '';
  return `${sign}${digits.slice(0, -CHANGE_RATIO_DECIMALS)}.${digits.slice(-CHANGE_RATIO_DECIMALS)}`;
}
