/**
 * Reads any usage object into tricost's inclusive shape. The object's own keys say whose it is: the provider of an event
 * names who served the call, not which SDK spelled the object.
 */
import type { JsonObject } from '../json.ts';
import { readAiSdkUsage } from './ai-sdk.ts';
import { anthropicServedBy, readAnthropicUsage } from './anthropic.ts';
import { readBedrockConverseUsage } from './bedrock-converse.ts';
import { geminiServedBy, readGeminiUsage } from './gemini.ts';
import { readOpenAiChatUsage, readOpenAiResponsesUsage } from './openai.ts';
import { readCount } from './read-count.ts';
import type { ServedBy } from './served-by.ts';
import { unreadCounts } from './unread-counts.ts';
import { known, USAGE_KEYS, type Usage } from './usage.ts';

interface Dialect {
  /** Keys that only this dialect has; the first dialect with one of them reads the object. */
  signature: readonly string[];
  read: (usage: JsonObject) => Usage;
  served?: (usage: JsonObject) => ServedBy;
  /** Counts that are read, or that say nothing new: totals, and parts that have the price of the rest. */
  counts: readonly string[];
}

/** Order matters: the first signature that matches wins, and a plain `{input_tokens, output_tokens}` matches none. */
const DIALECTS: readonly Dialect[] = [
  {
    // Before Anthropic: LiteLLM puts Anthropic's cache counts beside these totals, which include them.
    signature: ['prompt_tokens', 'completion_tokens'],
    read: readOpenAiChatUsage,
    counts: [
      ...['prompt_tokens', 'completion_tokens', 'total_tokens'],
      ...['cached_tokens', 'cache_write_tokens', 'audio_tokens', 'image_tokens', 'text_tokens'].map(
        (part) => `prompt_tokens_details.${part}`,
      ),
      ...['reasoning_tokens', 'audio_tokens', 'text_tokens'].map(
        (part) => `completion_tokens_details.${part}`,
      ),
      // Billed as output, and counted in it.
      'completion_tokens_details.accepted_prediction_tokens',
      'completion_tokens_details.rejected_prediction_tokens',
      ...['prompt_cache_hit_tokens', 'prompt_cache_miss_tokens'],
      ...['cache_read_input_tokens', 'cache_creation_input_tokens'],
    ],
  },
  {
    signature: [
      'cache_read_input_tokens',
      'cache_creation_input_tokens',
      'cache_creation',
      'server_tool_use',
    ],
    read: readAnthropicUsage,
    served: anthropicServedBy,
    counts: [
      ...[
        'input_tokens',
        'output_tokens',
        'cache_read_input_tokens',
        'cache_creation_input_tokens',
      ],
      'cache_creation.ephemeral_5m_input_tokens',
      'cache_creation.ephemeral_1h_input_tokens',
      'output_tokens_details.thinking_tokens',
      'server_tool_use.web_search_requests',
      // Fetching costs its tokens only.
      'server_tool_use.web_fetch_requests',
    ],
  },
  {
    signature: ['input_tokens_details', 'output_tokens_details'],
    read: readOpenAiResponsesUsage,
    counts: [
      ...['input_tokens', 'output_tokens', 'total_tokens'],
      ...['cached_tokens', 'cache_write_tokens', 'audio_tokens', 'image_tokens', 'text_tokens'].map(
        (part) => `input_tokens_details.${part}`,
      ),
      ...['reasoning_tokens', 'audio_tokens', 'text_tokens'].map(
        (part) => `output_tokens_details.${part}`,
      ),
    ],
  },
  {
    signature: ['promptTokenCount', 'candidatesTokenCount', 'totalTokenCount'],
    read: readGeminiUsage,
    served: geminiServedBy,
    counts: [
      ...['promptTokenCount', 'candidatesTokenCount', 'totalTokenCount'],
      ...['thoughtsTokenCount', 'toolUsePromptTokenCount', 'cachedContentTokenCount'],
      ...['TEXT', 'AUDIO', 'IMAGE'].map((modality) => `promptTokensDetails.${modality}`),
      ...['TEXT', 'AUDIO'].map((modality) => `candidatesTokensDetails.${modality}`),
      ...['cacheTokensDetails.TEXT', 'toolUsePromptTokensDetails.TEXT'],
    ],
  },
  {
    signature: ['inputTokenDetails', 'outputTokenDetails', 'cachedInputTokens', 'reasoningTokens'],
    read: readAiSdkUsage,
    counts: [
      ...['inputTokens', 'outputTokens', 'totalTokens', 'cachedInputTokens', 'reasoningTokens'],
      ...['noCacheTokens', 'cacheReadTokens', 'cacheWriteTokens'].map(
        (part) => `inputTokenDetails.${part}`,
      ),
      ...['textTokens', 'reasoningTokens'].map((part) => `outputTokenDetails.${part}`),
    ],
  },
  {
    signature: ['inputTokens', 'outputTokens'],
    read: readBedrockConverseUsage,
    counts: [
      ...['inputTokens', 'outputTokens', 'totalTokens'],
      ...['cacheReadInputTokens', 'cacheWriteInputTokens'],
    ],
  },
];

const OWN_SHAPE: Dialect = {
  signature: [],
  read: readOwnUsage,
  counts: [...USAGE_KEYS, 'total_tokens'],
};

export interface ReadUsage {
  usage: Usage;
  /** What the object says of how the call was served, which is not always how it was asked for. */
  served: ServedBy;
  /** Counts in the object that nobody here reads: what they stand for is in no price. */
  unreadKeys: string[];
}

/**
 * @returns undefined when the object has no key that tricost knows
 * @throws Refused (`tokens_invalid`)
 */
export function readUsage(raw: JsonObject): ReadUsage | undefined {
  const dialect =
    DIALECTS.find(({ signature }) => signature.some((key) => Object.hasOwn(raw, key))) ?? OWN_SHAPE;
  const usage = dialect.read(raw);
  if (Object.keys(usage).length === 0) return undefined;
  const served = dialect.served?.(raw) ?? {};
  return { usage, served, unreadKeys: unreadCounts(raw, dialect.counts) };
}

/** @throws Refused (`tokens_invalid`) */
export function readOwnUsage(raw: JsonObject): Usage {
  return known(Object.fromEntries(USAGE_KEYS.map((key) => [key, readCount(raw, key)])));
}
