/** Token counts of one call in tricost's inclusive shape. Absent is unknown, never 0. */

export interface Usage {
  /** All input, cache reads and writes included. */
  input_tokens?: number;
  /** All output, reasoning included. */
  output_tokens?: number;
  cache_read_tokens?: number;
  cache_write_5m_tokens?: number;
  cache_write_1h_tokens?: number;
  reasoning_tokens?: number;
  audio_input_tokens?: number;
  audio_output_tokens?: number;
  image_input_tokens?: number;
  /** Billed web searches, in requests. */
  web_searches?: number;
}

export type UsageKey = keyof Usage;

export const USAGE_KEYS = [
  'input_tokens',
  'output_tokens',
  'cache_read_tokens',
  'cache_write_5m_tokens',
  'cache_write_1h_tokens',
  'reasoning_tokens',
  'audio_input_tokens',
  'audio_output_tokens',
  'image_input_tokens',
  'web_searches',
] as const satisfies readonly UsageKey[];

/** Whether the parts fit into their totals. A usage that contradicts itself must not be priced. */
export function isConsistent(usage: Usage): boolean {
  const cache =
    (usage.cache_read_tokens ?? 0) +
    (usage.cache_write_5m_tokens ?? 0) +
    (usage.cache_write_1h_tokens ?? 0);
  return (
    fits(cache, usage.input_tokens) &&
    // No token is of two kinds, though each kind may be cached.
    fits((usage.audio_input_tokens ?? 0) + (usage.image_input_tokens ?? 0), usage.input_tokens) &&
    fits((usage.reasoning_tokens ?? 0) + (usage.audio_output_tokens ?? 0), usage.output_tokens)
  );
}

function fits(part: number, total: number | undefined): boolean {
  return part === 0 || (total !== undefined && part <= total);
}

/** The counts that are known, as a Usage. */
export function known(counts: { [Key in UsageKey]?: number | undefined }): Usage {
  const usage: Usage = {};
  for (const key of USAGE_KEYS) {
    const count = counts[key];
    if (count !== undefined) usage[key] = count;
  }
  return usage;
}
