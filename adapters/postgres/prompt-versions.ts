/** Gives every prompt of a batch its version number. */
import type { ClientBase } from 'pg';
import { type CallRow, MANY_PROMPTS, NONE } from '../../domain/ingest-calls/call-row.ts';
import { retryConflicts } from './retry-conflicts.ts';

/** Above this a feature hashes rendered prompts, not templates: numbering them would be a number per call. */
const MAX_VERSIONS_PER_FEATURE = 1_000;
const CACHE_LIMIT = 50_000;

interface AssignedVersion {
  feature: string;
  prompt_name: string;
  prompt_id: string;
  version: number | null;
}

/** Known versions, for as long as the process lives: a version never changes once it is given. */
export type PromptVersionCache = Map<string, number>;

/**
 * Fills in `prompt_version`, making the missing ones in the order of the rows. Prompts beyond a feature's limit become
 * `(many)`, flagged.
 */
export async function assignPromptVersions(
  client: ClientBase,
  rows: readonly CallRow[],
  cache: PromptVersionCache,
): Promise<void> {
  if (cache.size > CACHE_LIMIT) cache.clear();
  const named = rows.filter((row) => row.prompt_id !== NONE);
  const keys = named.map(cacheKey);
  const missing = new Map<string, CallRow>();
  for (const [index, row] of named.entries()) {
    const key = keys[index] ?? '';
    if (!cache.has(key) && !missing.has(key)) missing.set(key, row);
  }
  const overflowed = await assignMissing(client, [...missing.values()], cache);
  for (const [index, row] of named.entries()) {
    const key = keys[index] ?? '';
    row.prompt_version = cache.get(key) ?? null;
    if (!overflowed.has(key)) continue;
    row.prompt_id = MANY_PROMPTS;
    row.flags.push('prompt_overflow');
  }
}

async function assignMissing(
  client: ClientBase,
  rows: readonly CallRow[],
  cache: PromptVersionCache,
): Promise<Set<string>> {
  const overflowed = new Set<string>();
  if (rows.length === 0) return overflowed;
  const result = await retryConflicts(() =>
    client.query<AssignedVersion>(
      'select * from tricost.assign_prompt_versions($1::text[], $2::text[], $3::text[], $4::int)',
      [
        rows.map(({ feature }) => feature),
        rows.map(({ prompt_name: name }) => name ?? ''),
        rows.map(({ prompt_id: id }) => id),
        MAX_VERSIONS_PER_FEATURE,
      ],
    ),
  );
  for (const { version, ...prompt } of result.rows) {
    if (version === null) overflowed.add(cacheKey(prompt));
    else cache.set(cacheKey(prompt), version);
  }
  return overflowed;
}

function cacheKey(prompt: Pick<CallRow, 'feature' | 'prompt_name' | 'prompt_id'>): string {
  return JSON.stringify([prompt.feature, prompt.prompt_name ?? '', prompt.prompt_id]);
}
