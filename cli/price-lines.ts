/** How a price is shown: units × rates, each with the row of the price list it comes from. */
import { formatPicoUsd } from '../domain/money.ts';
import type { Price, PriceLine } from '../domain/pricing/price-call.ts';
import {
  DAY_MINUTES,
  PRICE_UNITS,
  type PriceRow,
  SINCE_EVER,
} from '../domain/pricing/price-list.ts';
import { EVERY_REGION } from '../domain/pricing/regions.ts';
import { TUNED } from '../domain/pricing/tuned-models.ts';
import { columns } from './columns.ts';
import { printable } from './printable.ts';

export function linesAsJson(lines: readonly PriceLine[]): object[] {
  return lines.map(({ unit, quantity, rate: { row }, cost }) => ({
    unit,
    quantity,
    price_usd: row.priceUsd,
    per: PRICE_UNITS[row.unit],
    cost_usd: formatPicoUsd(cost),
    priced_as: row.unit,
    provider: row.provider,
    model: row.model,
    kind: row.kind,
    service_tier: row.serviceTier,
    region: row.region,
    above_input_tokens: row.aboveInputTokens,
    valid_from: row.validFrom,
    revision: row.revision,
    source: row.source,
    price_id: row.id,
  }));
}

/** Indented; the total is the caller's. */
export function printLines(lines: readonly PriceLine[]): void {
  const rows = lines.map(({ unit, quantity, rate: { row }, cost }) => [
    unit === row.unit ? unit : `${unit} (as ${row.unit})`,
    quantity.toLocaleString('en'),
    `$${row.priceUsd} per ${perName(row)}`,
    `$${formatPicoUsd(cost)}`,
    [...modifiers(row), since(row), printable(row.source)].join(', '),
  ]);
  const header = ['unit', 'quantity', 'price', 'cost', 'which price'];
  for (const line of columns([header, ...rows], [1, 3])) console.log(`  ${line}`);
}

export function perName(row: Pick<PriceRow, 'unit'>): string {
  return PRICE_UNITS[row.unit] === 1_000_000 ? 'million' : 'thousand';
}

export function since({ validFrom }: Pick<PriceRow, 'validFrom'>): string {
  if (validFrom === SINCE_EVER) return 'no start date';
  return `${Date.parse(validFrom) > Date.now() ? 'from' : 'since'} ${shortened(validFrom)}`;
}

/** Midnight is the date alone. */
export function shortened(instant: string): string {
  return instant.replace(/T00:00:00(?:\.0+)?Z$/, '');
}

/** What makes the price another than the one that is listed first. */
export function modifiers(row: PriceRow): string[] {
  const { kind, serviceTier, region, aboveInputTokens, fromMinute, untilMinute } = row;
  const isAllDay = fromMinute === 0 && untilMinute === DAY_MINUTES;
  return [
    ...(kind === 'contracted' ? ['contracted'] : []),
    ...(serviceTier === 'standard' ? [] : [`tier ${serviceTier}`]),
    ...(region === ''
      ? []
      : [region === EVERY_REGION ? 'any region' : `region ${printable(region)}`]),
    ...(aboveInputTokens === 0
      ? []
      : [`input above ${aboveInputTokens.toLocaleString('en')} tokens`]),
    ...(isAllDay ? [] : [`${hour(fromMinute)} to ${hour(untilMinute)} UTC`]),
  ];
}

function hour(minute: number): string {
  const [hours, minutes] = [Math.floor(minute / 60), minute % 60];
  return `${String(hours).padStart(2, '0')}:${String(minutes).padStart(2, '0')}`;
}

/** Whose prices, and why those. */
export function matched({ rates: { provider, model, via } }: Price): string {
  const found = `${printable(provider)} ${printable(model)}`;
  if (via === undefined) return `${found}, by its own id`;
  const rule =
    via.match === 'exact'
      ? `the name ${printable(via.name)}`
      : via.name === TUNED
        ? `the rule that what was tuned (${via.name}) has the prices of its base, tuned`
        : `the rule that ${via.name === '' ? 'all' : printable(via.name)} of ${via.provider} may have the prices of ${via.modelProvider}`;
  return `${found}, by ${rule} (${via.priceStatus}; ${printable(via.source)})`;
}

export function matchedAsJson({ rates: { provider, model, via } }: Price): object {
  if (via === undefined) return { provider, model, via: null };
  const { name, match, source, priceStatus, validFrom } = via;
  return {
    provider,
    model,
    via: { name, match, price_status: priceStatus, valid_from: validFrom, source },
  };
}
