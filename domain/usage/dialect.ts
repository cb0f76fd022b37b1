/** What a reader of one kind of usage object is, and what it says. */
import type { JsonObject } from '../json.ts';
import type { PicoUsd } from '../money.ts';
import type { ServedBy } from './served-by.ts';
import type { Usage } from './usage.ts';

export interface Reading {
  usage: Usage;
  /** What the object says of how the call was served, which is not always how it was asked for. */
  served?: ServedBy;
  /** Keys of the object that its other counts contradict. Never mended: nobody knows which of them is wrong. */
  contradictions?: readonly string[];
  /** Cache counts were added to an input that should have held them and, by its own arithmetic, does not. */
  isCacheAdded?: boolean;
  /** What the provider says that it charged. */
  statedCost?: PicoUsd | undefined;
}

export interface Dialect {
  /** Whether the object is of this dialect; the first that says so reads it. */
  recognises: (raw: JsonObject, provider: string) => boolean;
  /**
   * @param provider as the price list names it: some SDKs pass on the provider's own convention under keys of theirs
   * @throws Refused (`tokens_invalid`)
   */
  read: (raw: JsonObject, provider: string) => Reading;
  /** Counts that are read, or that say nothing new: totals, and parts that have the price of the rest. */
  counts: readonly string[];
}

/** Recognises an object by keys that only its dialect has. */
export function hasAny(...keys: readonly string[]): (raw: JsonObject) => boolean {
  return (raw) => keys.some((key) => Object.hasOwn(raw, key));
}

export function under(key: string, ...parts: readonly string[]): string[] {
  return parts.map((part) => `${key}.${part}`);
}
