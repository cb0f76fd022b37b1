/** OpenAI: totals INCLUDE cached and reasoning tokens, in both APIs and in embeddings. */
import type { JsonObject } from '../json.ts';
import { readCount } from './read-count.ts';
import { known, type Usage } from './usage.ts';

/** Chat Completions and embeddings. https://platform.openai.com/docs/api-reference/chat/object#chat/object-usage */
export function readOpenAiChatUsage(usage: JsonObject): Usage {
  return known({
    input_tokens: readCount(usage, 'prompt_tokens'),
    // Embeddings have no completion: the API omits the key, and no output is what happened.
    output_tokens: readCount(usage, 'completion_tokens') ?? (isEmbedding(usage) ? 0 : undefined),
    // DeepSeek and LiteLLM speak this dialect with cache counts of their own beside it.
    cache_read_tokens:
      readCount(usage, 'prompt_tokens_details', 'cached_tokens') ??
      readCount(usage, 'prompt_cache_hit_tokens') ??
      readCount(usage, 'cache_read_input_tokens'),
    cache_write_5m_tokens:
      readCount(usage, 'prompt_tokens_details', 'cache_write_tokens') ??
      readCount(usage, 'cache_creation_input_tokens'),
    reasoning_tokens: readCount(usage, 'completion_tokens_details', 'reasoning_tokens'),
    audio_input_tokens: readCount(usage, 'prompt_tokens_details', 'audio_tokens'),
    audio_output_tokens: readCount(usage, 'completion_tokens_details', 'audio_tokens'),
    image_input_tokens: readCount(usage, 'prompt_tokens_details', 'image_tokens'),
  });
}

/** Responses. https://platform.openai.com/docs/api-reference/responses/object#responses/object-usage */
export function readOpenAiResponsesUsage(usage: JsonObject): Usage {
  return known({
    input_tokens: readCount(usage, 'input_tokens'),
    output_tokens: readCount(usage, 'output_tokens'),
    cache_read_tokens: readCount(usage, 'input_tokens_details', 'cached_tokens'),
    cache_write_5m_tokens: readCount(usage, 'input_tokens_details', 'cache_write_tokens'),
    reasoning_tokens: readCount(usage, 'output_tokens_details', 'reasoning_tokens'),
    audio_input_tokens: readCount(usage, 'input_tokens_details', 'audio_tokens'),
    audio_output_tokens: readCount(usage, 'output_tokens_details', 'audio_tokens'),
    image_input_tokens: readCount(usage, 'input_tokens_details', 'image_tokens'),
  });
}

function isEmbedding(usage: JsonObject): boolean {
  return usage['prompt_tokens'] !== undefined && usage['prompt_tokens'] === usage['total_tokens'];
}
