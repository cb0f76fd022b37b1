/** The arithmetic of token counts: what an object reports as a sum must be the sum of its parts. */
import { sumKnown } from './read-count.ts';

type Count = number | undefined;

/**
 * Whether a stated total is the sum of its parts. A part that is not known may be anything from zero on.
 */
export function isSumOf(total: Count, ...parts: readonly Count[]): boolean {
  if (total === undefined) return true;
  const sum = sumKnown(...parts) ?? 0;
  return parts.includes(undefined) ? sum <= total : sum === total;
}

/** The same where a count that is zero is left out of the object. */
export function isSumOfGiven(total: Count, ...parts: readonly Count[]): boolean {
  return total === undefined || (sumKnown(...parts) ?? 0) === total;
}

/** Names of the totals that do not hold. */
export function contradicted(totals: Readonly<Record<string, boolean>>): string[] {
  return Object.entries(totals)
    .filter(([, holds]) => !holds)
    .map(([key]) => key);
}

/** What a total holds beyond its known parts; undefined where it is unknown, or smaller than they are. */
export function remainder(total: Count, part: Count): Count {
  if (total === undefined || total < (part ?? 0)) return undefined;
  return total - (part ?? 0);
}
