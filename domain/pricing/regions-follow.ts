/**
 * From when a release's prices of a region hold. They were computed from its base prices, unit by unit and size by size: they say
 * nothing of a time in which a base price was another here, and nothing at all where somebody keeps it at another amount.
 */
import { pricedThing } from './first-said.ts';
import { priceKey } from './price-book.ts';
import { byTime, holdingAt, isSamePrice } from './price-history.ts';
import { type PriceRow, SINCE_EVER } from './price-list.ts';

export interface RegionFollows {
  /** RFC 3339, UTC; not before. */
  since: string;
  /** The base price here that will not be that of the release. */
  unless?: PriceRow;
}

/**
 * @param here the list as the release leaves it, but for regions
 * @param listed what the release says
 * @param validFrom of the release, RFC 3339 in UTC
 * @returns what holds for a row of a region
 */
export function regionsFollow(
  here: readonly PriceRow[],
  listed: readonly PriceRow[],
  validFrom: string,
): (row: PriceRow) => RegionFollows {
  const isBase = ({ kind, region }: PriceRow) => kind === 'list' && region === '';
  const baseHere = Map.groupBy(here.filter(isBase), pricedThing);
  const baseListed = Map.groupBy(listed.filter(isBase), pricedThing);
  const ofRegions = Map.groupBy(listed, inRegion);
  const known = new Map<string, RegionFollows>();
  return (row) => {
    const region = inRegion(row);
    const before = known.get(region);
    if (before !== undefined) return before;
    const units = [
      ...new Set(ofRegions.get(region)?.map((other) => pricedThing({ ...other, region: '' }))),
    ];
    const of = (base: ReadonlyMap<string, PriceRow[]>) =>
      units.flatMap((unit) => base.get(unit) ?? []);
    const follows = followsFrom(of(baseHere), of(baseListed), validFrom);
    known.set(region, follows);
    return follows;
  };
}

/** Of one tier. */
function followsFrom(
  here: readonly PriceRow[],
  listed: readonly PriceRow[],
  validFrom: string,
): RegionFollows {
  const [ofHere, ofListed] = [Map.groupBy(here, priceKey), Map.groupBy(listed, priceKey)];
  const keys = [...new Set([...ofHere.keys(), ...ofListed.keys()])];
  const otherAt = (instant: string) =>
    keys
      .map((key) => [ofHere, ofListed].map((of) => holdingAt(of.get(key) ?? [], instant)))
      .find(([a, b]) => !isSamePrice(a ?? NONE, b ?? NONE));
  const begins = [SINCE_EVER, validFrom, ...[...here, ...listed].map((row) => row.validFrom)];
  const instants = [...new Set(begins)].sort(byTime);
  const from = instants.findIndex((instant) => byTime(instant, validFrom) >= 0);
  for (const instant of instants.slice(from)) {
    const [unless] = otherAt(instant) ?? [];
    if (unless !== undefined) return { since: validFrom, unless };
  }
  const past = instants.slice(0, from);
  const last = past.findLastIndex((instant) => otherAt(instant) !== undefined);
  return { since: instants[last + 1] ?? validFrom };
}

const NONE = { priceUsd: null };

/** What begins together: of a tier in a region, calls have all units or none. */
export function inRegion({ provider, model, serviceTier, region }: PriceRow): string {
  return [provider, model, serviceTier, region].join('\n');
}
