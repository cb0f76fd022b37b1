/**
 * From when something holds that a release says for the first time. Since ever, where calls had no price without it; from the release on,
 * where they had another: that of a shorter name, an alias, a family or a contract, or of the unit that this one is a part of.
 */
import { isContracted, PriceBook, priceKey } from './price-book.ts';
import { byTime, earlier, holdingAt, later } from './price-history.ts';
import {
  type ModelName,
  PART_OF,
  type PriceList,
  type PriceRow,
  type PriceUnit,
  SINCE_EVER,
} from './price-list.ts';

/** Where images that a model makes have a price, its output has none that is known: see price-call.ts. */
const TAKEN_FROM: typeof PART_OF = { ...PART_OF, image_output: 'output' };

export interface FirstSaid {
  /** RFC 3339, UTC; nothing of the key holds before. */
  price(row: PriceRow): string;
  name(name: ModelName): string;
}

/**
 * @param held the list there is
 * @param listed that of the release
 * @param validFrom of the release, RFC 3339 in UTC
 */
export function firstSaid(held: PriceList, listed: PriceList, validFrom: string): FirstSaid {
  const book = new PriceBook(held);
  const list = held.prices.filter(({ kind }) => kind === 'list');
  const ofModel = Map.groupBy(list, modelKey);
  const own = (rows: readonly PriceRow[] = []) =>
    rows.map((row) => row.validFrom).reduce(earlier, validFrom);
  // A unit with a price in one tier is charged as another in none, and a contract is such a price.
  const ofUnit = Map.groupBy(held.prices, unitKey);
  const heldOf = (row: PriceRow, unit: PriceUnit) => ofUnit.get(unitKey({ ...row, unit })) ?? [];
  const isSaid = new Set(list.map(pricedThing));
  // In a tier where the list has no price of a part, it has that of a contract on the whole, on any name that leads to the model.
  const agreed = new Set(held.prices.filter(isContracted).map((row) => inTier(row, row.unit)));
  // Since when the unit has its own price, where calls had that of the whole before.
  const ofPart = (row: PriceRow) => {
    const whole = TAKEN_FROM[row.unit];
    if (whole === undefined || heldOf(row, whole).length === 0) return SINCE_EVER;
    if (agreed.has(inTier(row, whole)) && !isSaid.has(pricedThing(row))) return validFrom;
    // Where writes are charged apart, those of an hour have no price but their own.
    const apart = row.unit === 'cache_write_1h' ? heldOf(row, 'cache_write_5m') : [];
    return pricedSince([...heldOf(row, row.unit), ...apart], validFrom);
  };
  const listedOf = Map.groupBy(listed.prices, modelKey);
  return {
    price(row) {
      const since = own(ofModel.get(modelKey(row)));
      if (book.hasPriceBefore(row.provider, row.model, since)) return since;
      if (isSaid.has(pricedThing(row))) return ofPart(row);
      // Calls of before would have this price, and that of the whole for a part.
      return (listedOf.get(modelKey(row)) ?? []).map(ofPart).reduce(later, SINCE_EVER);
    },
    name(name) {
      const takesOver =
        name.match === 'exact'
          ? book.hasPriceBefore(name.provider, name.name, validFrom)
          : familyTakesOver(name, held, listed);
      if (takesOver) return validFrom;
      // Calls of before would have the price of the whole for a part.
      const parts = listed.prices.filter((row) => leadsTo(name, row)).map(ofPart);
      return parts.reduce(later, name.validFrom);
    },
  };
}

function leadsTo({ match, modelProvider, model }: ModelName, row: PriceRow): boolean {
  if (row.provider !== modelProvider) return false;
  return match === 'exact' ? row.model === model : row.model.startsWith(model);
}

/** Whether it goes before a shorter family, or has prices beside a contract that somebody has on a name of it. */
function familyTakesOver(family: ModelName, held: PriceList, listed: PriceList): boolean {
  const isLonger = held.names.some(
    ({ match, provider, name }) =>
      match === 'family' &&
      provider === family.provider &&
      name !== family.name &&
      family.name.startsWith(name),
  );
  if (isLonger) return true;
  const agreed = held.prices.filter(
    (row) =>
      isContracted(row) && row.provider === family.provider && row.model.startsWith(family.name),
  );
  if (agreed.length === 0) return false;
  const book = new PriceBook({
    prices: [...held.prices.filter((row) => !isContracted(row)), ...listed.prices],
    names: [...held.names, ...listed.names],
  });
  return agreed.some(({ provider, model }) => book.hasPriceBefore(provider, model, FOREVER));
}

const FOREVER = '9999-12-31T00:00:00Z';

/** Since when any of the rows has had a price without a break; at the latest from the release on. */
function pricedSince(rows: readonly PriceRow[], validFrom: string): string {
  const keys = [...Map.groupBy(rows, priceKey).values()];
  const isPriced = (instant: string) =>
    keys.some((ofKey) => (holdingAt(ofKey, instant)?.priceUsd ?? null) !== null);
  const begins = rows.map((row) => row.validFrom).filter((at) => byTime(at, validFrom) < 0);
  const instants = begins.sort(byTime);
  const last = instants.findLastIndex((instant) => !isPriced(instant));
  return instants[last + 1] ?? validFrom;
}

export function modelKey({ provider, model }: { provider: string; model: string }): string {
  return [provider, model].join('\n');
}

/** Of all tiers and regions. */
function unitKey(row: Pick<PriceRow, 'provider' | 'model' | 'unit'>): string {
  return [modelKey(row), row.unit].join('\n');
}

function inTier({ serviceTier }: Pick<PriceRow, 'serviceTier'>, unit: PriceUnit): string {
  return [serviceTier, unit].join('\n');
}

/** The key without its band and hours. */
export function pricedThing({
  provider,
  model,
  unit,
  serviceTier,
  region,
}: Pick<PriceRow, 'provider' | 'model' | 'unit' | 'serviceTier' | 'region'>): string {
  return [provider, model, unit, serviceTier, region].join('\n');
}
