/**
 * Bedrock Converse `TokenUsage`: `inputTokens` EXCLUDES cache reads and writes, so they are added.
 * https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_TokenUsage.html
 */
import { isObject, type JsonObject } from '../json.ts';
import { readCount, remainder, sumKnown } from './read-count.ts';
import { known, type Usage } from './usage.ts';

export function readBedrockConverseUsage(usage: JsonObject): Usage {
  const cacheRead = readCount(usage, 'cacheReadInputTokens');
  const written = readCount(usage, 'cacheWriteInputTokens');
  const written1h = readWritten(usage, '1h');
  // Without the split by lifetime every write is of five minutes, the default.
  const written5m = readWritten(usage, '5m') ?? remainder(written, written1h);
  return known({
    input_tokens: sumKnown(readCount(usage, 'inputTokens'), cacheRead, written5m, written1h),
    output_tokens: readCount(usage, 'outputTokens'),
    cache_read_tokens: cacheRead,
    cache_write_5m_tokens: written5m,
    cache_write_1h_tokens: written1h,
  });
}

function readWritten(usage: JsonObject, ttl: string): number | undefined {
  const details = usage['cacheDetails'];
  if (!Array.isArray(details)) return undefined;
  return sumKnown(
    ...details
      .filter(isObject)
      .filter((detail) => detail['ttl'] === ttl)
      .map((detail) => readCount(detail, 'inputTokens')),
  );
}
