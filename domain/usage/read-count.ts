/** Reads token counts out of a provider's usage object. */
import { Refused } from '../ingest-calls/rejection.ts';
import { describe, isObject, type JsonObject } from '../json.ts';

const MAX_COUNT = 2_000_000_000;

/** How protobuf writes 64-bit integers in JSON, those of OTLP among them. https://protobuf.dev/programming-guides/json/ */
export const DECIMAL_STRING = /^\d{1,10}$/;

/**
 * The count at a path of keys, or undefined where any step is absent or null. A number, or a string of decimal digits.
 *
 * @throws Refused (`tokens_invalid`) when something is there that is not a count.
 */
export function readCount(usage: JsonObject, ...path: string[]): number | undefined {
  const value = valueAt(usage, path);
  const isDecimal = typeof value === 'string' && DECIMAL_STRING.test(value);
  return checked(path, isDecimal ? Number(value) : value);
}

/**
 * The count under a key; a string is none.
 *
 * @throws Refused (`tokens_invalid`) when something is there that is not a count.
 */
export function readNumber(usage: JsonObject, key: string): number | undefined {
  return checked([key], usage[key]);
}

function valueAt(usage: JsonObject, path: string[]): unknown {
  let value: unknown = usage;
  for (const key of path) {
    if (value === undefined || value === null) return undefined;
    if (!isObject(value)) throw invalid(path, value);
    value = value[key];
  }
  return value;
}

function checked(path: string[], value: unknown): number | undefined {
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
