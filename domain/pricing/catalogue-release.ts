/** A release of the catalogue as a price list: with our corrections, as far as they fit it. */
import corrections from './corrections.json' with { type: 'json' };
import { type Correction, correct } from './corrections.ts';
import { fromCatalogue } from './from-catalogue.ts';
import { parseCatalogue } from './parse-catalogue.ts';
import type { PriceList } from './price-list.ts';
import { tunedNames } from './tuned-models.ts';

/**
 * @param source what the rows shall name as their source
 * @returns the list, and which corrections the release has no use for
 * @throws Error that says where the text is not a catalogue
 */
export function catalogueRelease(
  text: string,
  source: string,
): { list: PriceList; problems: string[] } {
  const problems = new Set<string>();
  const { prices, names } = fromCatalogue(parseCatalogue(text), source);
  const corrected = correct(prices, corrections as Correction[], (problem) =>
    problems.add(problem),
  );
  return {
    list: {
      prices: corrected.map((row) => ({ ...row, id: 0, kind: 'list', revision: 1 })),
      names: [...names, ...tunedNames(prices)],
    },
    problems: [...problems],
  };
}
