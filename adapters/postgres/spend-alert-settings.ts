/** When a feature is worth a message, where reports can read it. */
import type { ClientBase } from 'pg';

/**
 * @param growthRatio 0.3: above +30 %
 * @param minimumSpendUsd decimal number of US dollars
 */
export async function setSpendAlertSettings(
  client: ClientBase,
  settings: { growthRatio: number; minimumSpendUsd: string },
): Promise<void> {
  await client.query(
    'update tricost.spend_alert_settings set growth_ratio = $1::text::numeric, minimum_spend_usd = $2::numeric',
    [String(settings.growthRatio), settings.minimumSpendUsd],
  );
}
