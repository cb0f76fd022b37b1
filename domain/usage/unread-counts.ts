/** Finds the counts in a usage object that no reader takes: silence about them would be a price that is too low. */
import { isObject, type JsonObject } from '../json.ts';
import { partsOf } from './labelled-list.ts';
import { DECIMAL_STRING } from './read-count.ts';

const COUNTS = /token|count|request|search|source|ttl_/i;
const TOKENS = /tokens?$|tokenCount$/i;
const MAX_DEPTH = 4;

/** @param read dotted paths; of a list of labelled parts, `list.LABEL` */
export function unreadCounts(usage: JsonObject, read: readonly string[]): string[] {
  return [...new Set(countsIn(usage, '', 1).filter((path) => !read.includes(path)))];
}

function countsIn(usage: JsonObject, within: string, depth: number): string[] {
  return Object.entries(usage).flatMap(([key, value]) => {
    const path = within + key;
    if (isCount(key, value)) return [path];
    if (Array.isArray(value)) return countsInList(value, path, depth);
    return isObject(value) && depth < MAX_DEPTH ? countsIn(value, `${path}.`, depth + 1) : [];
  });
}

function countsInList(list: readonly unknown[], path: string, depth: number): string[] {
  const labelled = partsOf(list);
  const items = new Set<unknown>(labelled.map(({ item }) => item));
  return [
    ...labelled
      .filter(({ item, count }) => isCount(count, item[count]))
      .map(({ label }) => `${path}.${label}`),
    ...list
      .filter((item) => isObject(item) && !items.has(item) && depth < MAX_DEPTH)
      .flatMap((item) => countsIn(item as JsonObject, `${path}.`, depth + 1)),
  ];
}

function isCount(key: string, value: unknown): boolean {
  // Of digits alone are other things, too: an id of the request.
  if (typeof value === 'string')
    return TOKENS.test(key) && DECIMAL_STRING.test(value) && Number(value) > 0;
  return typeof value === 'number' && Number.isInteger(value) && value > 0 && COUNTS.test(key);
}
