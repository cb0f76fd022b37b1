/** When a feature's spend is worth a message. Exact: no amount and no threshold passes through a float. */
import {
  type Decimal,
  divideHalfEven,
  type PicoUsd,
  parseDecimal,
  parsePicoUsd,
} from '../money.ts';
import type { FeatureSpend } from './feature-spend.ts';

export interface Thresholds {
  /** 0.3: growth must be above +30 %. */
  growthRatio: Decimal;
  /** The current window's spend must be above this. */
  minimumSpendUsd: PicoUsd;
}

export type AlertRule = 'growth' | 'new';

const CHANGE_RATIO_DECIMALS = 6;

/**
 * @param growthRatio a number is taken as the shortest decimal that denotes it: 0.3 is three tenths
 * @throws RangeError when either is not a decimal number, or is negative
 */
export function readThresholds(settings: {
  growthRatio: number | string;
  minimumSpendUsd: string;
}): Thresholds {
  const growthRatio = parseDecimal(String(settings.growthRatio));
  if (growthRatio === undefined || growthRatio.digits < 0n) {
    throw new RangeError(
      `growthRatio must be a decimal number of 0 or more, got ${settings.growthRatio}; 0.3 is +30 %`,
    );
  }
  const minimumSpendUsd = parsePicoUsd(settings.minimumSpendUsd);
  if (minimumSpendUsd < 0n) {
    throw new RangeError(`minimumSpendUsd must be 0 or more, got ${settings.minimumSpendUsd}`);
  }
  return { growthRatio, minimumSpendUsd };
}

/**
 * Growth: more than `growthRatio` above the previous window, and more than the minimum. New: no call at all in the
 * previous window, and more than the minimum. A previous window of calls without known cost counts as zero. A feature
 * that vanished never alerts.
 */
export function alertRuleFor(
  { previous, current }: Pick<FeatureSpend, 'previous' | 'current'>,
  { growthRatio, minimumSpendUsd }: Thresholds,
): AlertRule | undefined {
  const currentUsd = current.costUsd ?? 0n;
  if (currentUsd <= minimumSpendUsd) return undefined;
  if (previous.calls === 0) return 'new';
  const one = 10n ** BigInt(growthRatio.scale);
  const grown = currentUsd * one > (previous.costUsd ?? 0n) * (one + growthRatio.digits);
  return grown ? 'growth' : undefined;
}

/** `0.62` is +62 %, to six decimals; null: nothing, or nothing known, to compare with. */
export function changeRatio(previousUsd: PicoUsd | null, currentUsd: PicoUsd): string | null {
  if (previousUsd === null || previousUsd === 0n) return null;
  const scaled = (currentUsd - previousUsd) * 10n ** BigInt(CHANGE_RATIO_DECIMALS);
  const ratio = divideHalfEven(scaled, previousUsd);
  const digits = (ratio < 0n ? -ratio : ratio).toString().padStart(CHANGE_RATIO_DECIMALS + 1, '0');
  const sign = ratio < 0n ? '-' : '';
  return `${sign}${digits.slice(0, -CHANGE_RATIO_DECIMALS)}.${digits.slice(-CHANGE_RATIO_DECIMALS)}`;
}
