/**
 * What a new release of the price list changes in the one there is. A price of a release that says no date is the price from
 * now on, not what it always was: yesterday's calls keep theirs.
 */
import { isSameDecimal, parseDecimal } from '../money.ts';
import { priceKey } from './price-book.ts';
import { type ModelName, type PriceList, type PriceRow, SINCE_EVER } from './price-list.ts';

export interface PriceChange {
  row: PriceRow;
  before: PriceRow;
}

export interface PriceListChanges {
  /** For what there was no price. */
  added: PriceRow[];
  changed: PriceChange[];
  /** Without a price from now on. */
  ended: PriceChange[];
  /** What holds here and is not in the release: it stays, because nobody says what the price is now. */
  unlisted: PriceRow[];
  names: { added: ModelName[]; changed: { name: ModelName; before: ModelName }[] };
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
  { prices: held, names: heldNames }: PriceList,
  { prices: listed, names: listedNames }: PriceList,
  validFrom: string,
): PriceListChanges {
  const changes: PriceListChanges = {
    ...{ added: [], changed: [], ended: [], unlisted: [] },
    names: compareNames(heldNames, listedNames, validFrom),
  };
  const here = byKey(held.filter(({ kind }) => kind === 'list'));
  const there = byKey(listed);
  const heldFor = new Set([...here.values()].flat().map(pricedThing));
  for (const [key, rows] of there) {
    const isPriced = rows[0] !== undefined && heldFor.has(pricedThing(rows[0]));
    compareKey({ here: here.get(key) ?? [], rows, validFrom, isPriced }, changes);
  }
  const listedFor = new Set(listed.map(pricedThing));
  for (const [key, rows] of here) {
    if (there.has(key)) continue;
    const coming = rows.map((row) => row.validFrom).filter((at) => byTime(validFrom, at) < 0);
    for (const instant of new Set([validFrom, ...coming])) {
      const row = holdingAt(rows, instant);
      if (row === undefined || row.priceUsd === null) continue;
      // The unit has a price still, and not this band or hour any more: left alone, it would go on being charged.
      if (!listedFor.has(pricedThing(row))) changes.unlisted.push(row);
      else
        changes.ended.push({
          row: { ...row, ...beginAt(instant, row), priceUsd: null },
          before: row,
        });
    }
  }
  return changes;
}

/** A row with the same beginning corrects the one before it. */
function beginAt(
  validFrom: string,
  before: PriceRow | undefined,
): Pick<PriceRow, 'validFrom' | 'revision'> {
  return { validFrom, revision: before?.validFrom === validFrom ? before.revision + 1 : 1 };
}

interface Key {
  here: readonly PriceRow[];
  /** Of the release. */
  rows: readonly PriceRow[];
  validFrom: string;
  /** Whether the unit has a price, in this band or another: then a new band is a change of it. */
  isPriced: boolean;
}

function compareKey(key: Key, { added, changed, ended }: PriceListChanges): void {
  const known = [...key.here];
  for (const instant of instantsOf(key)) {
    const listed = holdingAt(key.rows, instant);
    const before = holdingAt(known, instant);
    if (listed === undefined || (before === undefined && listed.priceUsd === null)) continue;
    if (before !== undefined && isSamePrice(before, listed)) continue;
    const row = { ...listed, ...beginAt(instant, before) };
    if (before === undefined) added.push(row);
    else (row.priceUsd === null ? ended : changed).push({ row, before });
    known.push(row);
  }
}

/**
 * When the release says what the price is: on its own dates and whatever was said here after them, and from `validFrom` on. What
 * it says without a date it says of the past only where nothing was said yet.
 */
function instantsOf({ here, rows, validFrom, isPriced }: Key): string[] {
  const dated = rows.filter((row) => row.validFrom !== SINCE_EVER).map((row) => row.validFrom);
  const first = [...dated, validFrom].sort(byTime)[0] ?? validFrom;
  const later = here.map((row) => row.validFrom).filter((instant) => byTime(first, instant) < 0);
  const past = isPriced ? [] : [SINCE_EVER];
  return [...new Set([...past, ...dated, validFrom, ...later])].sort(byTime);
}

function byTime(a: string, b: string): number {
  return Date.parse(a) - Date.parse(b);
}

function byKey(rows: readonly PriceRow[]): Map<string, PriceRow[]> {
  const keys = new Map<string, PriceRow[]>();
  for (const row of rows) {
    const key = priceKey(row);
    const others = keys.get(key);
    if (others === undefined) keys.set(key, [row]);
    else others.push(row);
  }
  return keys;
}

/** The last to begin by then, and of those that begin together the last revision. */
export function holdingAt(rows: readonly PriceRow[], instant: string): PriceRow | undefined {
  return rows
    .filter((row) => byTime(row.validFrom, instant) <= 0)
    .sort((a, b) => byTime(b.validFrom, a.validFrom) || b.revision - a.revision)[0];
}

/** The key without its band and hours. */
export function pricedThing({ provider, model, unit, serviceTier, region }: PriceRow): string {
  return [provider, model, unit, serviceTier, region].join('\n');
}

function isSamePrice({ priceUsd: a }: PriceRow, { priceUsd: b }: PriceRow): boolean {
  const [one, other] = [parseDecimal(a ?? ''), parseDecimal(b ?? '')];
  if (one === undefined || other === undefined) return one === other;
  return isSameDecimal(one, other);
}

function compareNames(
  held: readonly ModelName[],
  listed: readonly ModelName[],
  validFrom: string,
): PriceListChanges['names'] {
  // In the order in which later ones take the place of earlier ones.
  const here = Map.groupBy(held, nameKey);
  const changes: PriceListChanges['names'] = { added: [], changed: [] };
  for (const name of listed) {
    const rows = here.get(nameKey(name)) ?? [];
    const later = rows.map((row) => row.validFrom).filter((at) => byTime(validFrom, at) < 0);
    for (const instant of [...new Set([validFrom, ...later])].sort(byTime)) {
      const before = rows.findLast((row) => byTime(row.validFrom, instant) <= 0);
      if (before === undefined) changes.added.push(name);
      else if (!isByHand(before) && !leadsToTheSame(before, name)) {
        changes.changed.push({ name: { ...name, validFrom: instant }, before });
      }
    }
  }
  return changes;
}

function nameKey({ provider, name, match, modelProvider }: ModelName): string {
  return [provider, name, match, match === 'family' ? modelProvider : ''].join('\n');
}

/** Whether somebody said it here: a catalogue knows single names from the provider itself. What was said here stays. */
export function isByHand({ match, priceStatus }: ModelName): boolean {
  return match === 'exact' && priceStatus === 'inferred';
}

function leadsToTheSame(a: ModelName, b: ModelName): boolean {
  return (
    a.modelProvider === b.modelProvider && a.model === b.model && a.priceStatus === b.priceStatus
  );
}
