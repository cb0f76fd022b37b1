/**
 * Anthropic Messages: `input_tokens` EXCLUDES cache reads and writes, so the three are added.
 * https://platform.claude.com/docs/en/build-with-claude/prompt-caching#tracking-cache-performance
 */
import type { JsonObject } from '../json.ts';
import { readCount, remainder, sumKnown } from './read-count.ts';
import { readWord, type ServedBy } from './served-by.ts';
import { known, type Usage } from './usage.ts';

/** What `inference_geo` says where no geography was asked for. */
const ANYWHERE = new Set(['global', 'not_available']);

export function readAnthropicUsage(usage: JsonObject): Usage {
  const cacheRead = readCount(usage, 'cache_read_input_tokens');
  const written = readCount(usage, 'cache_creation_input_tokens');
  const written1h = readCount(usage, 'cache_creation', 'ephemeral_1h_input_tokens');
  // The split by lifetime is newer than the total; what it does not name is of five minutes, the default.
  const written5m =
    readCount(usage, 'cache_creation', 'ephemeral_5m_input_tokens') ??
    remainder(written, written1h);
  return known({
    input_tokens: sumKnown(readCount(usage, 'input_tokens'), cacheRead, written5m, written1h),
    output_tokens: readCount(usage, 'output_tokens'),
    cache_read_tokens: cacheRead,
    cache_write_5m_tokens: written5m,
    cache_write_1h_tokens: written1h,
    reasoning_tokens: readCount(usage, 'output_tokens_details', 'thinking_tokens'),
    web_searches: readCount(usage, 'server_tool_use', 'web_search_requests'),
  });
}

/**
 * https://platform.claude.com/docs/en/build-with-claude/fast-mode
 * https://platform.claude.com/docs/en/build-with-claude/data-residency
 */
export function anthropicServedBy(usage: JsonObject): ServedBy {
  // Fast is a speed, not a tier, and has prices of its own like one.
  const serviceTier =
    readWord(usage, 'speed') === 'fast' ? 'fast' : readWord(usage, 'service_tier');
  const region = readWord(usage, 'inference_geo');
  return {
    ...(serviceTier === undefined ? {} : { serviceTier }),
    ...(region === undefined || ANYWHERE.has(region) ? {} : { region }),
  };
}
