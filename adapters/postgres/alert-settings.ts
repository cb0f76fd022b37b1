/** Reads the thresholds that features have of their own. */
import type { ClientBase } from 'pg';
import { parseDecimal, parsePicoUsd } from '../../domain/money.ts';
import type { RuleSettings } from '../../domain/spend-alert/rules/settings.ts';
import { thresholdTexts } from '../../domain/spend-alert/rules/thresholds.ts';

/** By feature; what one leaves out is as for all. */
export async function readAlertSettings(
  client: ClientBase,
): Promise<Map<string, Partial<RuleSettings>>> {
  const { rows } = await client.query<ThresholdColumns & { feature: string }>(
    'select feature, growth_ratio, spike_ratio, minimum_spend_usd from tricost.alert_settings',
  );
  return new Map(rows.map((row) => [row.feature, settingsOf(row)]));
}

/** Decimal text; null: none. */
export interface ThresholdColumns {
  growth_ratio: string | null;
  spike_ratio: string | null;
  minimum_spend_usd: string | null;
}

export function settingsOf(columns: ThresholdColumns): Partial<RuleSettings> {
  const growthRatio = parseDecimal(columns.growth_ratio ?? '');
  const spikeRatio = parseDecimal(columns.spike_ratio ?? '');
  const minimumUsd = columns.minimum_spend_usd;
  return {
    ...(growthRatio && { growthRatio }),
    ...(spikeRatio && { spikeRatio }),
    ...(minimumUsd !== null && { minimumSpendUsd: parsePicoUsd(minimumUsd) }),
  };
}

/** In the words of the columns. */
export function thresholdColumns(settings: Partial<RuleSettings>): ThresholdColumns {
  const { growth, spike, minimum } = thresholdTexts(settings);
  return { growth_ratio: growth, spike_ratio: spike, minimum_spend_usd: minimum };
}

/** Changes what is named, and leaves the rest as it is. */
export async function setAlertSettings(
  client: ClientBase,
  feature: string,
  settings: Partial<RuleSettings>,
): Promise<void> {
  const { growth_ratio, spike_ratio, minimum_spend_usd } = thresholdColumns(settings);
  await client.query(
    `insert into tricost.alert_settings as settings (feature, growth_ratio, spike_ratio, minimum_spend_usd)
     values ($1, $2::numeric, $3::numeric, $4::numeric)
     on conflict (md5(feature)) do update set
       growth_ratio = coalesce(excluded.growth_ratio, settings.growth_ratio),
       spike_ratio = coalesce(excluded.spike_ratio, settings.spike_ratio),
       minimum_spend_usd = coalesce(excluded.minimum_spend_usd, settings.minimum_spend_usd)`,
    [feature, growth_ratio, spike_ratio, minimum_spend_usd],
  );
}

/** @returns false when the feature has none of its own */
export async function removeAlertSettings(client: ClientBase, feature: string): Promise<boolean> {
  const { rowCount } = await client.query('delete from tricost.alert_settings where feature = $1', [
    feature,
  ]);
  return rowCount === 1;
}
