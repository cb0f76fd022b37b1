/** Lists of parts with a label each: Gemini's `[{modality, tokenCount}]`, in Python too, Bedrock's `[{ttl, inputTokens}]`. */
import { isObject, type JsonObject } from '../json.ts';
import { readCount, sumKnown } from './read-count.ts';

const LABELS: readonly [label: string, count: string][] = [
  ['modality', 'tokenCount'],
  ['modality', 'token_count'],
  ['ttl', 'inputTokens'],
];

/** The count of the parts with a label; undefined where there is none. */
export function readLabelled(usage: JsonObject, key: string, label: string): number | undefined {
  return sumKnown(
    ...partsOf(usage[key])
      .filter((part) => part.label === label)
      .map(({ item, count }) => readCount(item, count)),
  );
}

export interface LabelledPart {
  label: string;
  item: JsonObject;
  /** The key of its count. */
  count: string;
}

export function partsOf(list: unknown): LabelledPart[] {
  if (!Array.isArray(list)) return [];
  const parts: LabelledPart[] = [];
  for (const item of list.filter(isObject)) {
    for (const [label, count] of LABELS) {
      const name = item[label];
      if (typeof name === 'string') parts.push({ label: name, item, count });
    }
  }
  return parts;
}
