/** OpenAI: totals INCLUDE cached and reasoning tokens, in both APIs and in embeddings. */
import type { JsonObject } from '../json.ts';
import { type Dialect, hasAny, type Reading, under } from './dialect.ts';
import { contradicted, isSumOf, isSumOfGiven, remainder } from './ledger.ts';
import { readCount, sumKnown } from './read-count.ts';
import { servedByAnthropic } from './served-by.ts';
import { known } from './usage.ts';

/**
 * Chat Completions and embeddings, and what speaks their dialect: LiteLLM, DeepSeek, xAI.
 * https://platform.openai.com/docs/api-reference/chat/object#chat/object-usage
 */
export const openAiChat: Dialect = {
  recognises: hasAny('prompt_tokens', 'completion_tokens'),
  read: readOpenAiChat,
  counts: [
    ...['prompt_tokens', 'completion_tokens', 'total_tokens'],
    ...under('prompt_tokens_details', 'cached_tokens', 'cache_write_tokens', 'audio_tokens'),
    ...under('prompt_tokens_details', 'image_tokens', 'text_tokens', 'cache_creation_tokens'),
    ...under(
      'prompt_tokens_details.cache_creation_token_details',
      ...['ephemeral_5m_input_tokens', 'ephemeral_1h_input_tokens'],
    ),
    ...under('completion_tokens_details', 'reasoning_tokens', 'audio_tokens', 'text_tokens'),
    // Billed as output, and counted in it.
    ...under(
      'completion_tokens_details',
      ...['accepted_prediction_tokens', 'rejected_prediction_tokens'],
    ),
    ...['prompt_cache_hit_tokens', 'prompt_cache_miss_tokens'],
    ...['cache_read_input_tokens', 'cache_creation_input_tokens'],
    ...under('cache_creation', 'ephemeral_5m_input_tokens', 'ephemeral_1h_input_tokens'),
    ...under('server_tool_use', 'web_search_requests', 'web_fetch_requests'),
  ],
};

function readOpenAiChat(raw: JsonObject): Reading {
  const prompt = readCount(raw, 'prompt_tokens');
  // Embeddings have no completion: the API omits the key, and no output is what happened.
  const completion = readCount(raw, 'completion_tokens') ?? (isEmbedding(raw) ? 0 : undefined);
  const total = readCount(raw, 'total_tokens');
  const reasoning = readCount(raw, 'completion_tokens_details', 'reasoning_tokens');
  // xAI counts reasoning beside the completion, and its total says so. https://docs.x.ai/docs/guides/reasoning
  const isBeside = total !== undefined && isReasoningBeside(total, prompt, completion, reasoning);
  const output = isBeside ? sumKnown(completion, reasoning) : completion;

  // LiteLLM and DeepSeek put cache counts of their own beside OpenAI's. https://docs.litellm.ai/docs/completion/prompt_caching
  const hit = readCount(raw, 'prompt_cache_hit_tokens');
  const cacheRead =
    readCount(raw, 'prompt_tokens_details', 'cached_tokens') ??
    hit ??
    readCount(raw, 'cache_read_input_tokens');
  const written =
    readCount(raw, 'prompt_tokens_details', 'cache_write_tokens') ??
    readCount(raw, 'prompt_tokens_details', 'cache_creation_tokens') ??
    readCount(raw, 'cache_creation_input_tokens');
  const [written5m, written1h] = readLifetimes(raw);
  return {
    // LiteLLM leaves Anthropic's own words beside these counts.
    served: servedByAnthropic(raw),
    usage: known({
      input_tokens: prompt,
      output_tokens: output,
      cache_read_tokens: cacheRead,
      cache_write_5m_tokens: written5m ?? remainder(written, written1h),
      cache_write_1h_tokens: written1h,
      reasoning_tokens: reasoning,
      audio_input_tokens: readCount(raw, 'prompt_tokens_details', 'audio_tokens'),
      audio_output_tokens: readCount(raw, 'completion_tokens_details', 'audio_tokens'),
      image_input_tokens: readCount(raw, 'prompt_tokens_details', 'image_tokens'),
      web_searches: readCount(raw, 'server_tool_use', 'web_search_requests'),
    }),
    contradictions: contradicted({
      total_tokens: isSumOf(total, prompt, output),
      prompt_cache_miss_tokens: isSumOf(prompt, hit, readCount(raw, 'prompt_cache_miss_tokens')),
      cache_creation: written5m === undefined || isSumOfGiven(written, written5m, written1h),
      // Two names of one count.
      cache_read_input_tokens: isSumOf(readCount(raw, 'cache_read_input_tokens'), cacheRead),
      cache_creation_input_tokens: isSumOf(readCount(raw, 'cache_creation_input_tokens'), written),
    }),
  };
}

/** LiteLLM's and OpenRouter's places for Anthropic's split by lifetime. */
function readLifetimes(raw: JsonObject): [number | undefined, number | undefined] {
  const read = (key: string) =>
    readCount(raw, 'prompt_tokens_details', 'cache_creation_token_details', key) ??
    readCount(raw, 'cache_creation', key);
  return [read('ephemeral_5m_input_tokens'), read('ephemeral_1h_input_tokens')];
}

/** Whether a total counts reasoning beside the output. */
export function isReasoningBeside(
  total: number,
  input: number | undefined,
  output: number | undefined,
  reasoning: number | undefined,
): boolean {
  return (
    reasoning !== undefined &&
    reasoning > 0 &&
    !isSumOf(total, input, output) &&
    isSumOf(total, input, output, reasoning)
  );
}

function isEmbedding(raw: JsonObject): boolean {
  return raw['prompt_tokens'] !== undefined && raw['prompt_tokens'] === raw['total_tokens'];
}

/** Responses. https://platform.openai.com/docs/api-reference/responses/object#responses/object-usage */
export const openAiResponses: Dialect = {
  recognises: hasAny('input_tokens_details', 'output_tokens_details'),
  read: readOpenAiResponses,
  counts: [
    ...['input_tokens', 'output_tokens', 'total_tokens'],
    ...under('input_tokens_details', 'cached_tokens', 'cache_write_tokens', 'audio_tokens'),
    ...under('input_tokens_details', 'image_tokens', 'text_tokens'),
    ...under('output_tokens_details', 'reasoning_tokens', 'audio_tokens', 'text_tokens'),
  ],
};

function readOpenAiResponses(raw: JsonObject): Reading {
  const input = readCount(raw, 'input_tokens');
  const output = readCount(raw, 'output_tokens');
  return {
    usage: known({
      input_tokens: input,
      output_tokens: output,
      cache_read_tokens: readCount(raw, 'input_tokens_details', 'cached_tokens'),
      cache_write_5m_tokens: readCount(raw, 'input_tokens_details', 'cache_write_tokens'),
      reasoning_tokens: readCount(raw, 'output_tokens_details', 'reasoning_tokens'),
      audio_input_tokens: readCount(raw, 'input_tokens_details', 'audio_tokens'),
      audio_output_tokens: readCount(raw, 'output_tokens_details', 'audio_tokens'),
      image_input_tokens: readCount(raw, 'input_tokens_details', 'image_tokens'),
    }),
    contradictions: contradicted({
      total_tokens: isSumOf(readCount(raw, 'total_tokens'), input, output),
    }),
  };
}
