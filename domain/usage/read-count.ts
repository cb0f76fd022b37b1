/** Reads token counts out of a provider's usage object. */
import { Refused } from '../ingest-calls/rejection.ts';
import { describe, isObject, type JsonObject } from '../json.ts';

const MAX_COUNT = 2_000_000_000;

/**
 * The count at a path of keys, or undefined where any step is absent or null.
 *
 * @throws Refused (`tokens_invalid`) when something is there that is not a count.
 */
export function readCount(usage: JsonObject, ...path: string[]): number | undefined {
  let value: unknown = usage;
  for (const key of path) {
    if (value === undefined || value === null) return undefined;
    if (!isObject(value)) throw invalid(path, value);
    value = value[key];
  }
  if (value === undefined || value === null) return undefined;
  if (typeof value !== 'number' || !Number.isInteger(value) || value < 0 || value > MAX_COUNT) {
    throw invalid(path, value);
  }
  return value;
}

function invalid(path: string[], found: unknown): Refused {
  return new Refused(
    'tokens_invalid',
    `usage.${path.join('.')} must be a whole number from 0 to ${MAX_COUNT}, got ${describe(found)}`,
  );
}

/** The sum of the counts that are known; undefined when none is. */
export function sumKnown(...counts: (number | undefined)[]): number | undefined {
  const known = counts.filter((count) => count !== undefined);
  return known.length === 0 ? undefined : known.reduce((sum, count) => sum + count, 0);
}
