/** Judges whether the price list of this tricost holds in the database, or what is there keeps it out. */
import type { PriceListChanges } from '../pricing/compare-price-lists.ts';
import { olderThanTaken, type PriceRelease, type TakenRelease } from '../pricing/price-release.ts';
import { type Finding, warning, well } from './finding.ts';
import type { Remedies } from './remedies.ts';

export interface PriceListFacts {
  /** What this tricost has of the database's list, compared. */
  changes: Pick<PriceListChanges, 'kept' | 'names'>;
  /** The release that is held, where it is newer. */
  newer: TakenRelease | undefined;
}

export function judgePriceList(
  { changes, newer }: PriceListFacts,
  release: PriceRelease,
  remedies: Remedies,
): Finding {
  if (newer !== undefined) {
    return warning(
      'price-list',
      olderThanTaken(release, newer),
      'deploy a tricost that is as new; where somebody took a newer catalogue, take its file again with this one, and both hold: npx tricost prices update --catalogue <file> --yes',
    );
  }
  // A contract is meant to be another price.
  const prices = changes.kept.filter(({ before }) => before.kind === 'list').length;
  const names = changes.names.kept.length;
  if (prices + names === 0) return well('price-list', 'nothing keeps the list of this tricost out');
  return warning(
    'price-list',
    `${prices} prices and ${names} names that were entered by hand stay, though ${release.catalogue} says otherwise`,
    `see them: ${remedies.tricost('prices update')}; give them back to the list: ${remedies.tricost('prices update --replace-entered --yes')}`,
  );
}
