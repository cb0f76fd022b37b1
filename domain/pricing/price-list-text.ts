/**
 * The price list as text: a row a line, fields between tabs, sorted, so that a release shows what changed in it. Postgres's COPY
 * could read it, and so can a person.
 */

import type { ListedPrice } from './from-catalogue.ts';
import {
  type ModelName,
  PRICE_UNITS,
  type PriceList,
  type PriceRow,
  type PriceUnit,
  SERVICE_TIERS,
  type ServiceTier,
} from './price-list.ts';

const PRICE_FIELDS = [
  'provider',
  'model',
  'unit',
  'service_tier',
  'region',
  'above_input_tokens',
  'minutes_utc',
  'valid_from',
  'price_usd',
  'source',
] as const;

const NAME_FIELDS = [
  'provider',
  'name',
  'match',
  'model_provider',
  'model',
  'price_status',
  'valid_from',
  'source',
] as const;

const NO_PRICE = '-';

export function formatPrices(prices: readonly ListedPrice[]): string {
  return lines(
    PRICE_FIELDS,
    prices.map((row) => [
      row.provider,
      row.model,
      row.unit,
      row.serviceTier,
      row.region,
      String(row.aboveInputTokens),
      `${row.fromMinute}-${row.untilMinute}`,
      row.validFrom,
      row.priceUsd ?? NO_PRICE,
      row.source,
    ]),
  );
}

export function formatNames(names: readonly ModelName[]): string {
  return lines(
    NAME_FIELDS,
    names.map((name) => [
      name.provider,
      name.name,
      name.match,
      name.modelProvider,
      name.model,
      name.priceStatus,
      name.validFrom,
      name.source,
    ]),
  );
}

function lines(header: readonly string[], rows: string[][]): string {
  const sorted = rows.map((row) => row.join('\t')).sort();
  return `${[header.join('\t'), ...sorted].join('\n')}\n`;
}

/** @throws Error that names the line which is not as `formatPrices` writes it */
export function parsePriceList(prices: string, names: string): PriceList {
  return {
    prices: rowsOf(prices, PRICE_FIELDS).map((fields, index) => parsePrice(fields, index + 1)),
    names: rowsOf(names, NAME_FIELDS).map(parseName),
  };
}

function rowsOf(text: string, fields: readonly string[]): string[][] {
  const [header, ...rows] = text.trimEnd().split('\n');
  if (header !== fields.join('\t'))
    throw new Error(`a price list must begin with ${fields.join(', ')}`);
  return rows.map((row, index) => {
    const values = row.split('\t');
    if (values.length === fields.length) return values;
    throw new Error(
      `line ${index + 2} of a price list has ${values.length} fields, not ${fields.length}`,
    );
  });
}

function parsePrice(fields: string[], id: number): PriceRow {
  const [provider, model, unit, tier, region, above, minutes, validFrom, price, source] =
    fields as [string, string, string, string, string, string, string, string, string, string];
  const [fromMinute, untilMinute] = minutes.split('-').map(Number);
  if (!(unit in PRICE_UNITS)) throw new Error(`a price list has a unit that is not known: ${unit}`);
  if (!SERVICE_TIERS.includes(tier as ServiceTier))
    throw new Error(`a price list has a tier that is not known: ${tier}`);
  return {
    id,
    kind: 'list',
    provider,
    model,
    unit: unit as PriceUnit,
    serviceTier: tier as ServiceTier,
    region,
    aboveInputTokens: Number(above),
    fromMinute: fromMinute ?? 0,
    untilMinute: untilMinute ?? 0,
    validFrom,
    revision: 1,
    priceUsd: price === NO_PRICE ? null : price,
    source,
  };
}

function parseName(fields: string[]): ModelName {
  const [provider, name, match, modelProvider, model, priceStatus, validFrom, source] = fields as [
    string,
    string,
    string,
    string,
    string,
    string,
    string,
    string,
  ];
  return {
    provider,
    name,
    match: match as ModelName['match'],
    modelProvider,
    model,
    priceStatus: priceStatus as ModelName['priceStatus'],
    validFrom,
    source,
  };
}
