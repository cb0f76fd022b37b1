/** Rows of the price list as the commands print them with --json: the words of reporting.prices. */
import { type ModelName, PRICE_UNITS, type PriceRow } from '../domain/pricing/price-list.ts';

export function priceAsJson(row: PriceRow): object {
  return {
    provider: row.provider,
    model: row.model,
    unit: row.unit,
    price_usd: row.priceUsd,
    per: PRICE_UNITS[row.unit],
    kind: row.kind,
    service_tier: row.serviceTier,
    region: row.region,
    above_input_tokens: row.aboveInputTokens,
    from_minute: row.fromMinute,
    until_minute: row.untilMinute,
    valid_from: row.validFrom,
    source: row.source,
  };
}

export function nameAsJson({
  provider,
  name,
  match,
  modelProvider,
  model,
  ...rest
}: ModelName): object {
  const { priceStatus, validFrom, source } = rest;
  return {
    ...{ provider, name, match, model_provider: modelProvider, model },
    ...{ price_status: priceStatus, valid_from: validFrom, source },
  };
}
