/**
 * Anthropic Messages: `input_tokens` EXCLUDES cache reads and writes, so the three are added.
 * https://platform.claude.com/docs/en/build-with-claude/prompt-caching#tracking-cache-performance
 */
import { isObject, type JsonObject } from '../json.ts';
import { type Dialect, hasAny, type Reading, under } from './dialect.ts';
import { contradicted, isSumOfGiven, remainder } from './ledger.ts';
import { readCount, sumKnown } from './read-count.ts';
import { servedByAnthropic } from './served-by.ts';
import { known } from './usage.ts';

const TOTALS = [
  'input_tokens',
  'output_tokens',
  'cache_read_input_tokens',
  'cache_creation_input_tokens',
];

const LIFETIMES = ['ephemeral_5m_input_tokens', 'ephemeral_1h_input_tokens'];

export const anthropic: Dialect = {
  recognises: hasAny(
    ...['cache_read_input_tokens', 'cache_creation_input_tokens', 'cache_creation'],
    ...['server_tool_use', 'service_tier', 'inference_geo', 'iterations'],
  ),
  read: readAnthropic,
  counts: [
    ...TOTALS,
    ...under('cache_creation', ...LIFETIMES),
    'output_tokens_details.thinking_tokens',
    // Fetching costs its tokens only.
    ...under('server_tool_use', 'web_search_requests', 'web_fetch_requests'),
    // Compared with the totals.
    ...under('iterations', ...TOTALS, ...under('cache_creation', ...LIFETIMES)),
  ],
};

function readAnthropic(raw: JsonObject): Reading {
  const cacheRead = readCount(raw, 'cache_read_input_tokens');
  const written = readCount(raw, 'cache_creation_input_tokens');
  const split5m = readCount(raw, 'cache_creation', 'ephemeral_5m_input_tokens');
  const written1h = readCount(raw, 'cache_creation', 'ephemeral_1h_input_tokens');
  // The split by lifetime is newer than the total; what it does not name is of five minutes, the default.
  const written5m = split5m ?? remainder(written, written1h);
  return {
    usage: known({
      input_tokens: sumKnown(readCount(raw, 'input_tokens'), cacheRead, written5m, written1h),
      output_tokens: readCount(raw, 'output_tokens'),
      cache_read_tokens: cacheRead,
      cache_write_5m_tokens: written5m,
      cache_write_1h_tokens: written1h,
      reasoning_tokens: readCount(raw, 'output_tokens_details', 'thinking_tokens'),
      web_searches: readCount(raw, 'server_tool_use', 'web_search_requests'),
    }),
    served: servedByAnthropic(raw),
    contradictions: contradicted({
      cache_creation: isSumOfGiven(written, written5m, written1h),
      iterations: TOTALS.every((key) => isSumOfIterations(raw, key)),
    }),
  };
}

/**
 * Compaction and advice are calls of their own within the call, which the totals leave out: the list alone has them.
 * https://platform.claude.com/docs/en/build-with-claude/compaction#understanding-usage
 */
function isSumOfIterations(raw: JsonObject, key: string): boolean {
  const { iterations } = raw;
  if (!Array.isArray(iterations) || iterations.length === 0) return true;
  const counts = iterations.filter(isObject).map((iteration) => readCount(iteration, key));
  return (sumKnown(...counts) ?? 0) === (readCount(raw, key) ?? 0);
}
