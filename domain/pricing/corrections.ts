/** Prices that the catalogue lacks, each with its source: tiers, regions, and units that follow from another by a published rule. */
import { parseDecimal } from '../money.ts';
import type { ListedPrice } from './from-catalogue.ts';
import {
  DAY_MINUTES,
  PRICE_UNITS,
  type PriceUnit,
  type ServiceTier,
  SINCE_EVER,
} from './price-list.ts';

/** "This tier costs half of standard": one rule for several models. Rules do not stack; each names what it starts from. */
export interface Correction {
  provider: string;
  /** Ids of the price list. */
  models: readonly string[];
  serviceTier?: ServiceTier;
  region?: string;
  /** Since when the provider has the price, RFC 3339 in UTC; absent: since ever. */
  validFrom?: string;
  /** Sizes of input above which the catalogue has another price, and those above which the provider has it. */
  bands?: Readonly<Record<string, number>>;
  /** New unit = factor × another one's standard price, for units that the catalogue lacks. */
  units?: Readonly<Partial<Record<PriceUnit, { of: PriceUnit; times: string }>>>;
  /** Prices that are not a plain factor of the standard ones, decimal strings. */
  prices?: Readonly<Partial<Record<PriceUnit, string>>>;
  /** Factor of every token price. */
  tokensTimes?: string;
  /** The size above which the tier has no price, although standard has one: a call of that size stays unpriced. */
  exceptAbove?: number;
  /** Units whose price in the tier is not known: a call that uses one stays unpriced. */
  except?: readonly PriceUnit[];
  source: string;
}

/**
 * @param complain of a correction that names a model without prices, or makes a price that is there already. The list of a
 *   release must have none; that of a newer catalogue may, and the catalogue's own word counts
 * @returns the catalogue's prices and those that follow from it by the corrections
 */
export function correct(
  prices: readonly ListedPrice[],
  corrections: readonly Correction[],
  complain: (problem: string) => void = refuse,
): ListedPrice[] {
  const all = moveBands(prices, corrections, complain);
  const taken = new Set(all.map(identity));
  for (const correction of corrections) {
    if (correction.bands !== undefined) continue;
    for (const model of correction.models) {
      const base = all.filter(
        (row) => isStandard(row) && row.provider === correction.provider && row.model === model,
      );
      if (base.length === 0) {
        complain(`a correction names ${correction.provider} ${model}, which has no price`);
        continue;
      }
      const made = [
        ...(correction.prices === undefined
          ? since(correction.validFrom, base).flatMap((p) => derived(p, correction))
          : []),
        ...stated(correction, model),
      ];
      for (const row of made) {
        if (taken.has(identity(row))) {
          complain(`a correction repeats the price of ${row.model}, ${row.unit}: remove it`);
          continue;
        }
        taken.add(identity(row));
        all.push(row);
      }
    }
  }
  return all;
}

/** First, because what follows from a price has its size, too. */
function moveBands(
  prices: readonly ListedPrice[],
  corrections: readonly Correction[],
  complain: (problem: string) => void,
): ListedPrice[] {
  let all = [...prices];
  for (const { provider, models, bands = {}, source } of corrections) {
    for (const [from, to] of Object.entries(bands)) {
      for (const model of models) {
        const isMoved = (row: ListedPrice) =>
          row.provider === provider && row.model === model && row.aboveInputTokens === Number(from);
        if (!all.some(isMoved)) {
          complain(`a correction moves the prices of ${model} above ${from}, which has none`);
        }
        all = all.map((row) => (isMoved(row) ? { ...row, aboveInputTokens: to, source } : row));
      }
    }
  }
  return all;
}

/** Prices from an instant on: the one that held then begins with it, and those before it are left out. */
function since(validFrom = SINCE_EVER, prices: readonly ListedPrice[]): ListedPrice[] {
  const hasBegun = (row: ListedPrice) => Date.parse(row.validFrom) <= Date.parse(validFrom);
  const begun = Map.groupBy(prices.filter(hasBegun), (row) => identity({ ...row, validFrom }));
  const holding = [...begun.values()].flatMap((rows) =>
    rows.toSorted((a, b) => Date.parse(a.validFrom) - Date.parse(b.validFrom)).slice(-1),
  );
  const later = prices.filter((row) => !hasBegun(row));
  return [...holding.map((row) => ({ ...row, validFrom })), ...later];
}

function refuse(problem: string): never {
  throw new Error(problem);
}

function isStandard({ serviceTier, region }: ListedPrice): boolean {
  return serviceTier === 'standard' && region === '';
}

function identity(row: ListedPrice): string {
  const { source: _, priceUsd: __, ...key } = row;
  return JSON.stringify(key);
}

function derived(price: ListedPrice, correction: Correction): ListedPrice[] {
  const { serviceTier = 'standard', region = '', source } = correction;
  const row = { ...price, serviceTier, region, source };
  if (correction.units !== undefined) {
    return Object.entries(correction.units)
      .filter(([, { of }]) => of === price.unit)
      .map(([unit, { times }]) => ({
        ...row,
        unit: unit as PriceUnit,
        priceUsd: product(price.priceUsd, times),
      }));
  }
  const { exceptAbove = Number.POSITIVE_INFINITY } = correction;
  if (correction.except?.includes(price.unit) || price.aboveInputTokens >= exceptAbove) return [];
  const isToken = PRICE_UNITS[price.unit] === PRICE_UNITS.input;
  const times = (isToken ? correction.tokensTimes : undefined) ?? '1';
  return [{ ...row, priceUsd: product(price.priceUsd, times) }];
}

function stated(correction: Correction, model: string): ListedPrice[] {
  const { provider, serviceTier = 'standard', region = '', source } = correction;
  const { validFrom = SINCE_EVER } = correction;
  return Object.entries(correction.prices ?? {}).map(([unit, priceUsd]) => ({
    ...{ provider, model, unit: unit as PriceUnit, serviceTier, region, source, priceUsd },
    ...{ aboveInputTokens: 0, fromMinute: 0, untilMinute: DAY_MINUTES, validFrom },
  }));
}

/** Exact, as a plain decimal. */
function product(price: string | null, times: string): string | null {
  if (price === null) return null;
  const [a, b] = [parseDecimal(price), parseDecimal(times)];
  if (a === undefined || b === undefined)
    throw new RangeError(`not a decimal: ${price} × ${times}`);
  const scale = a.scale + b.scale;
  const digits = String(a.digits * b.digits).padStart(scale + 1, '0');
  const fraction = digits.slice(digits.length - scale).replace(/0+$/, '');
  const whole = scale === 0 ? digits : digits.slice(0, -scale);
  return fraction === '' || scale === 0 ? whole : `${whole}.${fraction}`;
}
