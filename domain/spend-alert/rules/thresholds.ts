/** The thresholds that people set, by the names that they set them by. */
import { formatDecimal, parseDecimal, toPicoUsd } from '../../money.ts';
import type { RuleSettings } from './settings.ts';

export const THRESHOLD_NAMES = ['growth', 'spike', 'minimum'] as const;
export type ThresholdName = (typeof THRESHOLD_NAMES)[number];

/** Nobody needs an exponent, and with one a few characters are more digits than the database has room for. */
const PLAIN = /^\d{1,12}(\.\d{1,12})?$/;

/**
 * @param text 0.5 is +50 %; of `minimum`, US dollars
 * @throws RangeError when it is not a decimal number of 0 or more
 */
export function readThreshold(name: ThresholdName, text: string): Partial<RuleSettings> {
  const value = PLAIN.test(text) ? parseDecimal(text) : undefined;
  if (value === undefined) {
    const example = name === 'minimum' ? '20 is $20' : '0.5 is +50 %';
    throw new RangeError(`${name} is a decimal number of 0 or more: ${example}`);
  }
  if (name === 'minimum') return { minimumSpendUsd: toPicoUsd(value) };
  return name === 'growth' ? { growthRatio: value } : { spikeRatio: value };
}

/** Decimal numbers; null: not among the settings. */
export function thresholdTexts(
  settings: Partial<RuleSettings>,
): Record<ThresholdName, string | null> {
  const { growthRatio, spikeRatio, minimumSpendUsd } = settings;
  return {
    growth: growthRatio === undefined ? null : formatDecimal(growthRatio),
    spike: spikeRatio === undefined ? null : formatDecimal(spikeRatio),
    minimum:
      minimumSpendUsd === undefined ? null : formatDecimal({ digits: minimumSpendUsd, scale: 12 }),
  };
}
