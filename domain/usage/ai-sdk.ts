/**
 * Vercel AI SDK 5 to 7 `LanguageModelUsage`: totals INCLUDE cached and reasoning tokens.
 * https://ai-sdk.dev/docs/reference/ai-sdk-core/generate-text#usage
 */
import type { JsonObject } from '../json.ts';
import { readCount } from './read-count.ts';
import { known, type Usage } from './usage.ts';

export function readAiSdkUsage(usage: JsonObject): Usage {
  return known({
    input_tokens: readCount(usage, 'inputTokens'),
    output_tokens: readCount(usage, 'outputTokens'),
    // Flat in version 5.
    cache_read_tokens:
      readCount(usage, 'inputTokenDetails', 'cacheReadTokens') ??
      readCount(usage, 'cachedInputTokens'),
    cache_write_5m_tokens: readCount(usage, 'inputTokenDetails', 'cacheWriteTokens'),
    reasoning_tokens:
      readCount(usage, 'outputTokenDetails', 'reasoningTokens') ??
      readCount(usage, 'reasoningTokens'),
  });
}
