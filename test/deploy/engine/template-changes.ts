/** What distinguishes two templates, resource by resource: the content of a change set. */
import { isDeepStrictEqual } from 'node:util';
import type { Template } from '../../../local/assembly/template.ts';

export interface ResourceChange {
  action: 'Add' | 'Modify' | 'Remove';
  logicalId: string;
  type: string;
  /** Of a modified resource: names of the properties whose text differs. */
  properties: string[];
}

/**
 * Compares texts, as templates are: a resource that only refers to a changed one is not itself changed.
 *
 * @param before undefined for a stack that does not exist yet
 */
export function templateChanges(before: Template | undefined, after: Template): ResourceChange[] {
  const old = before?.Resources ?? {};
  const changes: ResourceChange[] = [];
  for (const [logicalId, { Type: type, Properties: properties = {} }] of Object.entries(
    after.Resources,
  )) {
    const earlier = old[logicalId];
    if (earlier === undefined) {
      changes.push({ action: 'Add', logicalId, type, properties: [] });
      continue;
    }
    const differing = differingKeys(earlier.Properties ?? {}, properties);
    if (differing.length > 0 || earlier.Type !== type) {
      changes.push({ action: 'Modify', logicalId, type, properties: differing });
    }
  }
  for (const [logicalId, { Type: type }] of Object.entries(old)) {
    if (logicalId in after.Resources) continue;
    changes.push({ action: 'Remove', logicalId, type, properties: [] });
  }
  return changes;
}

function differingKeys(a: Record<string, unknown>, b: Record<string, unknown>): string[] {
  const keys = new Set([...Object.keys(a), ...Object.keys(b)]);
  return [...keys].filter((key) => !isDeepStrictEqual(a[key], b[key]));
}
