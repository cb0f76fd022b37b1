/** Reads the thresholds that features have of their own. */
import type { ClientBase } from 'pg';
import { parseDecimal, parsePicoUsd } from '../../domain/money.ts';
import type { RuleSettings } from '../../domain/spend-alert/rules/settings.ts';

/** By feature; what one leaves out is as for all. */
export async function readAlertSettings(
  client: ClientBase,
): Promise<Map<string, Partial<RuleSettings>>> {
  const { rows } = await client.query<{
    feature: string;
    growth_ratio: string | null;
    spike_ratio: string | null;
    minimum_spend_usd: string | null;
  }>('select feature, growth_ratio, spike_ratio, minimum_spend_usd from tricost.alert_settings');
  return new Map(
    rows.map(({ feature, growth_ratio, spike_ratio, minimum_spend_usd }) => {
      const growthRatio = parseDecimal(growth_ratio ?? '');
      const spikeRatio = parseDecimal(spike_ratio ?? '');
      return [
        feature,
        {
          ...(growthRatio && { growthRatio }),
          ...(spikeRatio && { spikeRatio }),
          ...(minimum_spend_usd !== null && { minimumSpendUsd: parsePicoUsd(minimum_spend_usd) }),
        },
      ];
    }),
  );
}
