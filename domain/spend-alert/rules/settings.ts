/** From when on a rule holds: defaults, and what a feature has of its own. */
import { type Decimal, type PicoUsd, parseDecimal, parsePicoUsd } from '../../money.ts';

export interface RuleSettings {
  /** 0.3: a week must be more than 30 % above the one before. */
  growthRatio: Decimal;
  /** 0.6: a day must be more than 60 % above its usual, and its deviations more. Of a prompt and of a user, twice as much. */
  spikeRatio: Decimal;
  /** What the week, or the day, cost must be above this. */
  minimumSpendUsd: PicoUsd;
}

const SPIKE_RATIO = { digits: 6n, scale: 1 };
const HALF = { digits: 5n, scale: 1 };

/**
 * @param growthRatio a number is taken as the shortest decimal that denotes it: 0.3 is three tenths
 * @throws RangeError when either is not a decimal number, or is negative
 */
export function readSettings(settings: {
  growthRatio: number | string;
  minimumSpendUsd: string;
}): RuleSettings {
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
  return { growthRatio, spikeRatio: SPIKE_RATIO, minimumSpendUsd };
}

/** Half as strict: an alert ends when it is clearly over, not when it crosses its threshold back and forth. */
export function relaxed({ growthRatio, spikeRatio, minimumSpendUsd }: RuleSettings): RuleSettings {
  return {
    growthRatio: times(HALF, growthRatio),
    spikeRatio: times(HALF, spikeRatio),
    minimumSpendUsd: minimumSpendUsd / 2n,
  };
}

/** Whether `amount` > `base` × (1 + `ratio`), exactly. */
export function exceeds(amount: PicoUsd, base: PicoUsd, ratio: Decimal): boolean {
  const one = 10n ** BigInt(ratio.scale);
  return amount * one > base * (one + ratio.digits);
}

export function times(a: Decimal, b: Decimal): Decimal {
  return { digits: a.digits * b.digits, scale: a.scale + b.scale };
}

export function larger(a: Decimal, b: Decimal): Decimal {
  return a.digits * 10n ** BigInt(b.scale) > b.digits * 10n ** BigInt(a.scale) ? a : b;
}

export function plus(a: Decimal, b: Decimal): Decimal {
  const scale = Math.max(a.scale, b.scale);
  const digits = ({ digits: own, scale: ownScale }: Decimal) =>
    own * 10n ** BigInt(scale - ownScale);
  return { digits: digits(a) + digits(b), scale };
}
