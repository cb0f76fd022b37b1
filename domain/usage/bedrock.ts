/** Bedrock: `inputTokens` EXCLUDES cache reads and writes, so they are added. */
import type { JsonObject } from '../json.ts';
import { type Dialect, hasAny, type Reading, under } from './dialect.ts';
import { readLabelled } from './labelled-list.ts';
import { contradicted, isSumOf, isSumOfGiven, remainder } from './ledger.ts';
import { readCount, sumKnown } from './read-count.ts';
import { known } from './usage.ts';

/**
 * Converse `TokenUsage`, and Nova's own, which spells the cache counts otherwise.
 * https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_TokenUsage.html
 * https://docs.aws.amazon.com/nova/latest/userguide/using-invoke-api.html
 */
export const bedrockConverse: Dialect = {
  recognises: hasAny('inputTokens', 'outputTokens'),
  read: readConverse,
  counts: [
    ...['inputTokens', 'outputTokens', 'totalTokens'],
    ...['cacheReadInputTokens', 'cacheWriteInputTokens'],
    ...['cacheReadInputTokenCount', 'cacheWriteInputTokenCount'],
    ...under('cacheDetails', '5m', '1h'),
  ],
};

function readConverse(raw: JsonObject): Reading {
  const uncached = readCount(raw, 'inputTokens');
  const output = readCount(raw, 'outputTokens');
  const total = readCount(raw, 'totalTokens');
  const cacheRead =
    readCount(raw, 'cacheReadInputTokens') ?? readCount(raw, 'cacheReadInputTokenCount');
  const written =
    readCount(raw, 'cacheWriteInputTokens') ?? readCount(raw, 'cacheWriteInputTokenCount');
  const written1h = readLabelled(raw, 'cacheDetails', '1h');
  // Without the split by lifetime every write is of five minutes, the default.
  const written5m = readLabelled(raw, 'cacheDetails', '5m') ?? remainder(written, written1h);
  const input = sumKnown(uncached, cacheRead, written5m, written1h);
  return {
    usage: known({
      input_tokens: input,
      output_tokens: output,
      cache_read_tokens: cacheRead,
      cache_write_5m_tokens: written5m,
      cache_write_1h_tokens: written1h,
    }),
    contradictions: contradicted({
      // Where a total leaves the cache out, the input may as well hold it: models that are not Anthropic's have done so.
      totalTokens: isSumOf(total, input, output),
      cacheDetails: isSumOfGiven(written, written5m, written1h),
    }),
  };
}

/** Llama's own. https://docs.aws.amazon.com/bedrock/latest/userguide/model-parameters-meta.html */
export const bedrockLlama: Dialect = {
  recognises: hasAny('prompt_token_count', 'generation_token_count'),
  read: (raw) => ({
    usage: known({
      input_tokens: readCount(raw, 'prompt_token_count'),
      output_tokens: readCount(raw, 'generation_token_count'),
    }),
  }),
  counts: ['prompt_token_count', 'generation_token_count'],
};

/**
 * What ends a stream of InvokeModel, whatever the model, and what the log of invocations has.
 * https://github.com/BerriAI/litellm/pull/24845
 */
export const bedrockMetrics: Dialect = {
  recognises: hasAny('inputTokenCount', 'outputTokenCount'),
  read: (raw) => {
    const cacheRead = readCount(raw, 'cacheReadInputTokenCount');
    const written = readCount(raw, 'cacheWriteInputTokenCount');
    return {
      usage: known({
        input_tokens: sumKnown(readCount(raw, 'inputTokenCount'), cacheRead, written),
        output_tokens: readCount(raw, 'outputTokenCount'),
        cache_read_tokens: cacheRead,
        cache_write_5m_tokens: written,
      }),
    };
  },
  counts: [
    ...['inputTokenCount', 'outputTokenCount'],
    ...['cacheReadInputTokenCount', 'cacheWriteInputTokenCount'],
  ],
};
