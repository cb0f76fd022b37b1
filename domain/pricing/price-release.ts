/** A release of the price list: what it says, and which of two is the newer one. */
import { createHash } from 'node:crypto';
import type { ListedPrice } from './from-catalogue.ts';
import type { ModelName, PriceList } from './price-list.ts';
import { formatNames, formatPrices } from './price-list-text.ts';

export interface ReleaseOrder {
  /** When the catalogue was published: a date, UTC. */
  published: string;
  /** Of what tricost makes of a catalogue: grows with every list that it made. */
  revision: number;
}

export interface PriceRelease extends ReleaseOrder {
  /** SHA-256 of the list as text: the same list, the same digest. */
  digest: string;
  /** What it was made from, with its version. */
  catalogue: string;
  list: PriceList;
}

/** A release that a database has; null: added before these were noted. */
export interface TakenRelease {
  digest: string;
  catalogue: string | null;
  published: string | null;
  revision: number | null;
  /** RFC 3339, UTC. */
  addedAt: string;
}

/** Of one catalogue and one revision, none is older: the last to come holds. */
export function isOlder(release: ReleaseOrder, taken: TakenRelease): boolean {
  if (taken.published === null || taken.revision === null) return false;
  if (release.published !== taken.published) return release.published < taken.published;
  return release.revision < taken.revision;
}

export function digestOf({
  prices,
  names,
}: {
  prices: readonly ListedPrice[];
  names: readonly ModelName[];
}): string {
  return createHash('sha256').update(formatPrices(prices)).update(formatNames(names)).digest('hex');
}

/** `genai-prices 0.1.9 (2026-10-10, revision 3)` */
function releaseName({
  catalogue,
  published,
  revision,
}: Pick<TakenRelease, 'catalogue' | 'published' | 'revision'>): string {
  return `${catalogue} (${published}, revision ${revision})`;
}

/** What is said where an older release is not taken. */
export function olderThanTaken(release: PriceRelease, taken: TakenRelease): string {
  return `${releaseName(release)} is older than ${releaseName(taken)}, taken on ${taken.addedAt.slice(0, 10)}: the price list stays as it is`;
}
