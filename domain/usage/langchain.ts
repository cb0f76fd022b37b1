/**
 * LangChain `usage_metadata`: totals INCLUDE cached and reasoning tokens, whoever the provider is.
 * https://reference.langchain.com/python/langchain-core/messages/ai/UsageMetadata
 */
import { isObject, type JsonObject } from '../json.ts';
import { type Dialect, hasAny, type Reading, under } from './dialect.ts';
import { contradicted, isSumOf, isSumOfGiven, remainder } from './ledger.ts';
import { readCount } from './read-count.ts';
import { known } from './usage.ts';

/** Tiers that ChatOpenAI puts before the names of the parts, and names the rest of the total after. */
const TIERS = ['flex', 'priority'] as const;

export const langChain: Dialect = {
  recognises: hasAny('input_token_details', 'output_token_details'),
  read: readLangChain,
  counts: [
    ...['input_tokens', 'output_tokens', 'total_tokens'],
    ...under('input_token_details', 'cache_read', 'cache_creation', 'audio'),
    ...under('input_token_details', 'ephemeral_5m_input_tokens', 'ephemeral_1h_input_tokens'),
    ...under('output_token_details', 'reasoning', 'audio'),
    ...TIERS.flatMap((tier) => [
      ...under('input_token_details', tier, `${tier}_cache_read`),
      ...under('output_token_details', tier, `${tier}_reasoning`),
    ]),
  ],
};

function readLangChain(raw: JsonObject): Reading {
  const input = readCount(raw, 'input_tokens');
  const output = readCount(raw, 'output_tokens');
  const serviceTier = TIERS.find((tier) => isIn(raw, tier));
  const part = (details: string, name: string) =>
    readCount(raw, details, name) ??
    (serviceTier === undefined ? undefined : readCount(raw, details, `${serviceTier}_${name}`));
  const written = part('input_token_details', 'cache_creation');
  const split5m = part('input_token_details', 'ephemeral_5m_input_tokens');
  const written1h = part('input_token_details', 'ephemeral_1h_input_tokens');
  return {
    usage: known({
      input_tokens: input,
      output_tokens: output,
      cache_read_tokens: part('input_token_details', 'cache_read'),
      cache_write_5m_tokens: split5m ?? remainder(written, written1h),
      cache_write_1h_tokens: written1h,
      reasoning_tokens: part('output_token_details', 'reasoning'),
      audio_input_tokens: part('input_token_details', 'audio'),
      audio_output_tokens: part('output_token_details', 'audio'),
    }),
    ...(serviceTier === undefined ? {} : { served: { serviceTier } }),
    contradictions: contradicted({
      total_tokens: isSumOf(readCount(raw, 'total_tokens'), input, output),
      // Zero where the split has taken its place, so that nothing is counted twice.
      'input_token_details.cache_creation':
        split5m === undefined || written === 0 || isSumOfGiven(written, split5m, written1h),
    }),
  };
}

function isIn(raw: JsonObject, tier: string): boolean {
  return ['input_token_details', 'output_token_details'].some((key) => {
    const details = raw[key];
    return isObject(details) && Object.hasOwn(details, tier);
  });
}
