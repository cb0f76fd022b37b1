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

/** What `inference_geo` says where no geography was asked for. */
const ANYWHERE = new Set(['global', 'not_available']);

/** Whether the place is none, in the words of a provider or of an event that passes them on. */
export function isAnywhere(region: string): boolean {
  return region === '' || ANYWHERE.has(region);
}

/**
 * https://platform.claude.com/docs/en/build-with-claude/fast-mode
 * https://platform.claude.com/docs/en/build-with-claude/data-residency
 */
export function servedByAnthropic(raw: JsonObject): ServedBy {
  // Fast is a speed, not a tier, and has prices of its own like one.
  const serviceTier = readWord(raw, 'speed') === 'fast' ? 'fast' : readWord(raw, 'service_tier');
  const region = readWord(raw, 'inference_geo');
  return {
    ...(serviceTier === undefined ? {} : { serviceTier }),
    ...(region === undefined || isAnywhere(region) ? {} : { region }),
  };
}
