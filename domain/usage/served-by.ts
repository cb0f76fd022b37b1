/** How a call was served, as far as a provider's usage object says it. */
import type { JsonObject } from '../json.ts';

export interface ServedBy {
  /** In the provider's own words. */
  serviceTier?: string;
  region?: string;
}

/** A word of the object; undefined where there is none. */
export function readWord(usage: JsonObject, key: string): string | undefined {
  const value = usage[key];
  return typeof value === 'string' && value !== '' ? value : undefined;
}
