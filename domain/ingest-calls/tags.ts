/** The team's own tags: at most ten short pairs, numbers and booleans as text. */
import { describe, type JsonObject } from '../json.ts';
import type { CallFlag } from './call-row.ts';
import { readObject } from './fields.ts';
import { Refused } from './rejection.ts';
import { cleanText, fitName } from './text.ts';

const MAX_TAGS = 10;
const MAX_TAG_LENGTH = 64;

/** @throws Refused (`type_invalid`) on a nested value */
export function readTags(event: JsonObject, flags: Set<CallFlag>): JsonObject | null {
  const pairs = Object.entries(readObject(event, 'tags') ?? {})
    .filter(([, value]) => value !== null)
    .map(([key, value]) => [cleanText(key), tagText(key, value)] as const);
  const tooLong = pairs.some((pair) => pair.some((text) => text.length > MAX_TAG_LENGTH));
  if (pairs.length > MAX_TAGS || tooLong) flags.add('tags_cut');
  if (pairs.length === 0) return null;
  return Object.fromEntries(
    pairs.slice(0, MAX_TAGS).map(([key, value]) => [shorten(key), shorten(value)]),
  );
}

function tagText(key: string, value: unknown): string {
  if (typeof value === 'object') {
    const tag = fitName(cleanText(key)).name;
    throw new Refused(
      'type_invalid',
      `\`tags.${tag}\` must be text, a number or a boolean, got ${describe(value)}`,
    );
  }
  return cleanText(String(value));
}

function shorten(text: string): string {
  return text.slice(0, MAX_TAG_LENGTH).toWellFormed();
}
