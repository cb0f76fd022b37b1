/** Finds the counts in a usage object that no reader takes: silence about them would be a price that is too low. */
import { isObject, type JsonObject } from '../json.ts';

const COUNTS = /token|count|request|search/i;

/** @param read dotted paths; of a list of modalities, `list.MODALITY` */
export function unreadCounts(usage: JsonObject, read: readonly string[]): string[] {
  return countsIn(usage).filter((path) => !read.includes(path));
}

function countsIn(usage: JsonObject): string[] {
  return Object.entries(usage).flatMap(([key, value]) => {
    if (isCount(key, value)) return [key];
    if (Array.isArray(value)) return modalitiesIn(key, value);
    if (!isObject(value)) return [];
    return Object.entries(value)
      .filter(([part, count]) => isCount(part, count))
      .map(([part]) => `${key}.${part}`);
  });
}

/** Gemini lists its parts: `[{modality, tokenCount}]`. */
function modalitiesIn(key: string, list: readonly unknown[]): string[] {
  return list
    .filter(isObject)
    .filter(
      ({ modality, tokenCount }) => typeof modality === 'string' && isCount('count', tokenCount),
    )
    .map(({ modality }) => `${key}.${String(modality)}`);
}

function isCount(key: string, value: unknown): boolean {
  return typeof value === 'number' && Number.isInteger(value) && value > 0 && COUNTS.test(key);
}
