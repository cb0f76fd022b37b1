/** Thresholds of alerts, as commands show them. */
import type { RuleSettings } from '../domain/spend-alert/rules/settings.ts';
import { thresholdTexts } from '../domain/spend-alert/rules/thresholds.ts';

/** By the names of the columns; null: as for all. */
export function thresholdsAsJson(settings: Partial<RuleSettings>): object {
  const { growth, spike, minimum } = thresholdTexts(settings);
  return { growth_ratio: growth, spike_ratio: spike, minimum_spend_usd: minimum };
}
