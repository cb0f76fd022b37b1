/**
 * What a new release of the price list changes in the one there is: what it says otherwise than the releases before it. What
 * somebody entered by hand stays. A price of a release that says no date is the price from now on, not what it always was:
 * yesterday's calls keep theirs.
 */
import { type FirstSaid, firstSaid, modelKey, pricedThing } from './first-said.ts';
import { isContracted, isOfRegion, PriceBook, priceKey } from './price-book.ts';
import { byTime, earlier, holdingAt, isSamePrice, later } from './price-history.ts';
import {
  type ModelName,
  PART_OF,
  type PriceList,
  type PriceRow,
  SINCE_EVER,
} from './price-list.ts';
import { EVERY_REGION } from './regions.ts';
import { inRegion, type RegionFollows, regionsFollow } from './regions-follow.ts';

/** A row of the list there is, with the release that brought it; null: somebody entered it by hand. */
export type Held<Row> = Row & { release: string | null };

export interface HeldPriceList {
  prices: readonly Held<PriceRow>[];
  names: readonly Held<ModelName>[];
}

export interface PriceChange {
  row: PriceRow;
  before: PriceRow;
}

export interface NameChange {
  name: ModelName;
  before: ModelName;
}

export interface PriceListChanges {
  /** For what there was no price. */
  added: PriceRow[];
  changed: PriceChange[];
  /** Without a price from now on. */
  ended: PriceChange[];
  /** What holds here and is not in the release: it stays, because nobody says what the price is now. */
  unlisted: PriceRow[];
  /** What somebody entered by hand, and this release says otherwise than the last one: `before` stays. */
  kept: PriceChange[];
  names: {
    added: ModelName[];
    changed: NameChange[];
    unlisted: ModelName[];
    kept: NameChange[];
  };
}

export function noChanges(): PriceListChanges {
  return {
    ...{ added: [], changed: [], ended: [], unlisted: [], kept: [] },
    names: { added: [], changed: [], unlisted: [], kept: [] },
  };
}

/** What stays, and nothing of what changes. */
export function withoutRows({ unlisted, kept, names }: PriceListChanges): PriceListChanges {
  const nothing = noChanges();
  return {
    ...{ ...nothing, unlisted, kept },
    names: { ...nothing.names, unlisted: names.unlisted, kept: names.kept },
  };
}

/** What a database needs to get from one list to the other. */
export function rowsToAdd({ added, changed, ended, names }: PriceListChanges): PriceList {
  return {
    prices: [...added, ...[...changed, ...ended].map(({ row }) => row)],
    names: [...names.added, ...names.changed.map(({ name }) => name)],
  };
}

/** @param validFrom of what the release says without a date, RFC 3339 in UTC */
export function comparePriceLists(
  heldList: HeldPriceList,
  list: PriceList,
  validFrom: string,
): PriceListChanges {
  const { prices: held } = heldList;
  const { prices: listed } = list;
  const changes = noChanges();
  const here = byKey(held.filter(({ kind }) => kind === 'list'));
  const there = byKey(listed);
  const heldFor = new Set([...here.values()].flat().map(pricedThing));
  const first = firstSaid(heldList, list, validFrom);
  const keyOf = (key: string, rows: readonly PriceRow[], row: PriceRow): Key => {
    const isPriced = heldFor.has(pricedThing(row));
    return { here: here.get(key) ?? [], rows, validFrom, isPriced, since: first.price(row) };
  };
  const regional: Key[] = [];
  for (const [key, rows] of there) {
    const [row] = rows;
    if (row === undefined) continue;
    if (isOfRegion(row)) regional.push(keyOf(key, rows, row));
    else compareKey(keyOf(key, rows, row), changes);
  }
  endUnlisted(here, there, validFrom, changes);
  const after = [...held, ...rowsToAdd(changes).prices];
  compareRegions(regional, regionsFollow(after, listed, validFrom), changes);
  keepContracts(held, validFrom, changes);
  compareNames(heldList, list, { validFrom, first }, changes.names);
  keepWholes(heldList, validFrom, changes);
  return changes;
}

/** What holds here, of units that the release has in other sizes or hours, or no more. */
function endUnlisted(
  here: ReadonlyMap<string, Held<PriceRow>[]>,
  there: ReadonlyMap<string, PriceRow[]>,
  validFrom: string,
  { ended, unlisted, kept }: PriceListChanges,
): void {
  const listedFor = new Set([...there.values()].flat().map(pricedThing));
  for (const [key, rows] of here) {
    if (there.has(key)) continue;
    for (const instant of [validFrom, ...laterThan(validFrom, rows)]) {
      const row = holdingAt(rows, instant);
      if (row === undefined || row.priceUsd === null) continue;
      const isListed = listedFor.has(pricedThing(row));
      // The unit has a price still, and not this band or hour any more: left alone, it would go on being charged.
      const end = { row: { ...row, ...beginAt(instant, row), priceUsd: null }, before: row };
      if (isByHand(row)) {
        if (isListed && holdingAt(rows.filter(isReleased), instant)?.priceUsd != null) {
          keep(kept, end);
        }
      } else if (isListed) ended.push(end);
      else unlisted.push(row);
    }
  }
}

/** The public price changes below a contract, which stays in force: somebody may want to know. */
function keepContracts(
  held: readonly Held<PriceRow>[],
  validFrom: string,
  changes: PriceListChanges,
): void {
  const touched = Map.groupBy(rowsToAdd(changes).prices, pricedThing);
  const contracts = held.filter((row) => isContracted(row) && touched.has(pricedThing(row)));
  for (const rows of byKey(contracts).values()) {
    const before = holdingAt(rows, validFrom);
    const row = before && touched.get(pricedThing(before))?.at(-1);
    if (before?.priceUsd != null && row !== undefined) changes.kept.push({ row, before });
  }
}

/** A contract's price of a whole is no longer that of a part that has one now, by itself or where the contract's name leads from now on. */
function keepWholes(held: HeldPriceList, validFrom: string, changes: PriceListChanges): void {
  const contracts = [...byKey(held.prices.filter(isContracted)).values()].flatMap((rows) => {
    const row = holdingAt(rows, validFrom);
    return row?.priceUsd == null ? [] : [row];
  });
  if (contracts.length === 0) return;
  const { prices, names } = rowsToAdd(changes);
  const [before, after] = [
    new PriceBook(held),
    new PriceBook({ prices: [...held.prices, ...prices], names: [...held.names, ...names] }),
  ];
  for (const contract of contracts) {
    const called = { ...contract, at: new Date(validFrom) };
    const [was, is] = [before.ratesFor(called), after.ratesFor(called)];
    if (typeof is === 'string') continue;
    for (const [unit, [rate]] of is.units) {
      const isNew = typeof was === 'string' || !was.units.has(unit);
      if (rate !== undefined && isNew && PART_OF[unit] === contract.unit) {
        keep(changes.kept, { row: { ...rate.row, validFrom }, before: contract });
      }
    }
  }
}

/** Once for each row that stays, however many dates the release has. */
function keep<Change extends { before: unknown }>(kept: Change[], change: Change): void {
  if (!kept.some(({ before }) => before === change.before)) kept.push(change);
}

export function isByHand({ release }: { release?: string | null }): boolean {
  return release === null;
}

function isReleased(row: { release?: string | null }): boolean {
  return !isByHand(row);
}

/** When others begin after an instant, ascending. */
function laterThan(instant: string, rows: readonly { validFrom: string }[]): string[] {
  const later = rows.map((row) => row.validFrom).filter((at) => byTime(instant, at) < 0);
  return [...new Set(later)].sort(byTime);
}

/** A row with the same beginning corrects the one before it. */
function beginAt(
  validFrom: string,
  before: PriceRow | undefined,
): Pick<PriceRow, 'validFrom' | 'revision'> {
  return { validFrom, revision: before?.validFrom === validFrom ? before.revision + 1 : 1 };
}

interface Key {
  here: readonly Held<PriceRow>[];
  /** Of the release. */
  rows: readonly PriceRow[];
  validFrom: string;
  /** Whether the unit has a price, in this band or another: then a new band is a change of it. */
  isPriced: boolean;
  /** Nothing that it says holds before. */
  since: string;
}

function compareKey(key: Key, { added, changed, ended, kept }: PriceListChanges): void {
  const known: (PriceRow & { release?: string | null })[] = [...key.here];
  const released = key.here.filter(isReleased);
  for (const instant of instantsOf(key)) {
    const listed = holdingAt(key.rows, instant);
    const before = holdingAt(known, instant);
    if (listed === undefined || (before === undefined && listed.priceUsd === null)) continue;
    if (before !== undefined && isSamePrice(before, listed)) continue;
    const row = { ...listed, ...beginAt(instant, before) };
    if (before !== undefined && isByHand(before)) {
      const last = holdingAt(released, instant);
      if (last === undefined || !isSamePrice(last, listed)) keep(kept, { row, before });
      continue;
    }
    if (before === undefined) added.push(row);
    else (row.priceUsd === null ? ended : changed).push({ row, before });
    known.push(row);
  }
}

/** Of what has a price of the region already, the release says the next one; the first follows from the base price here. */
function compareRegions(
  keys: readonly Key[],
  follows: (row: PriceRow) => RegionFollows,
  changes: PriceListChanges,
): void {
  const held = Map.groupBy(
    keys.flatMap(({ here }) => here),
    inRegion,
  );
  for (const key of keys) {
    const [row] = key.rows;
    if (row === undefined) continue;
    const { since, unless } = follows(row);
    if (!key.isPriced && unless !== undefined) {
      keep(changes.kept, { row, before: unless });
      continue;
    }
    // Another base price that changed since says nothing of this one: the tier has its prices there already.
    const begins = key.isPriced ? (held.get(inRegion(row)) ?? []).map((r) => r.validFrom) : [];
    compareKey({ ...key, since: later(begins.reduce(earlier, since), key.since) }, changes);
  }
}

/**
 * When the release says what the price is: on its own dates and whatever was said here after them, and from `validFrom` on. What
 * it says without a date it says of the past only where nothing was said yet.
 */
function instantsOf({ here, rows, validFrom, isPriced, since }: Key): string[] {
  const said = rows.filter((row) => row.validFrom !== SINCE_EVER).map((row) => row.validFrom);
  const dated = isRegionSaidBefore({ here, rows, isPriced }) ? said.sort(byTime).slice(1) : said;
  const first = dated.reduce(earlier, validFrom);
  const past = isPriced ? [] : [SINCE_EVER];
  const instants = [...past, ...dated, validFrom, ...laterThan(first, here)];
  return [...new Set(instants.map((at) => later(since, at)))].sort(byTime);
}

/** A price of every region begins when the provider began to have such, which is no date of its amount: once said, that day is over. */
function isRegionSaidBefore({
  here,
  rows,
  isPriced,
}: Pick<Key, 'here' | 'rows' | 'isPriced'>): boolean {
  return rows[0]?.region === EVERY_REGION && (isPriced || here.length > 0);
}

function byKey<Row extends PriceRow>(rows: readonly Row[]): Map<string, Row[]> {
  return Map.groupBy(rows, priceKey);
}

function compareNames(
  { names: held }: HeldPriceList,
  listed: PriceList,
  { validFrom, first }: { validFrom: string; first: FirstSaid },
  { added, changed, unlisted, kept }: PriceListChanges['names'],
): void {
  // In the order in which later ones take the place of earlier ones.
  const here = Map.groupBy(held, nameKey);
  for (const name of listed.names) {
    const rows = here.get(nameKey(name)) ?? [];
    for (const instant of [validFrom, ...laterThan(validFrom, rows)]) {
      const before = nameAt(rows, instant);
      if (before === undefined) {
        added.push({ ...name, validFrom: first.name(name) });
      } else if (leadsToTheSame(before, name)) continue;
      else if (!isByHand(before)) changed.push({ name: { ...name, validFrom: instant }, before });
      else {
        const last = nameAt(rows.filter(isReleased), instant);
        if (last === undefined || !leadsToTheSame(last, name)) keep(kept, { name, before });
      }
    }
  }
  const there = new Set(listed.names.map(nameKey));
  const models = new Map(listed.prices.map((row) => [modelKey(row), row]));
  for (const [key, rows] of here) {
    if (there.has(key)) continue;
    for (const instant of [validFrom, ...laterThan(validFrom, rows)]) {
      const before = nameAt(rows, instant);
      if (before === undefined || isByHand(before) || isItself(before)) continue;
      const own = models.get(modelKey({ provider: before.provider, model: before.name }));
      if (own !== undefined && before.match === 'exact') {
        // A model of its own now. A name goes before an id, so it would keep the prices of the other one.
        const { provider: modelProvider, model, source } = own;
        const name = { ...before, modelProvider, model, priceStatus: 'priced' as const, source };
        changed.push({ name: { ...name, validFrom: instant }, before });
      } else if (instant === validFrom) unlisted.push(before);
    }
  }
}

/** The last to begin by then. */
function nameAt<Name extends ModelName>(rows: readonly Name[], instant: string): Name | undefined {
  return rows.findLast((row) => byTime(row.validFrom, instant) <= 0);
}

function isItself({ provider, name, modelProvider, model }: ModelName): boolean {
  return provider === modelProvider && name === model;
}

function nameKey({ provider, name, match, modelProvider }: ModelName): string {
  return [provider, name, match, match === 'family' ? modelProvider : ''].join('\n');
}

function leadsToTheSame(a: ModelName, b: ModelName): boolean {
  return (
    a.modelProvider === b.modelProvider && a.model === b.model && a.priceStatus === b.priceStatus
  );
}
