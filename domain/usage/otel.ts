/**
 * Attributes of OpenTelemetry spans. Input INCLUDES the cache, says the convention; spans of older instrumentations may exclude it,
 * which shows when the cache is larger than the input beside it.
 * https://github.com/open-telemetry/semantic-conventions-genai/blob/main/docs/gen-ai/gen-ai-spans.md
 */
import type { JsonObject } from '../json.ts';
import { type Dialect, type Reading, under } from './dialect.ts';
import { contradicted, isSumOf } from './ledger.ts';
import { readCount, sumKnown } from './read-count.ts';
import { known } from './usage.ts';

/** The newest name first; then what it was called before, and by whom. */
const NAMES = {
  input: ['gen_ai.usage.input_tokens', 'gen_ai.usage.prompt_tokens', 'llm.token_count.prompt'],
  output: [
    'gen_ai.usage.output_tokens',
    'gen_ai.usage.completion_tokens',
    'llm.token_count.completion',
  ],
  cacheRead: [
    'gen_ai.usage.cache_read.input_tokens',
    // OpenLLMetry. https://github.com/traceloop/openllmetry
    'gen_ai.usage.cache_read_input_tokens',
    // OpenInference. https://github.com/Arize-ai/openinference/blob/main/spec/semantic_conventions.md
    'llm.token_count.prompt_details.cache_read',
  ],
  cacheWrite: [
    'gen_ai.usage.cache_write.input_tokens',
    'gen_ai.usage.cache_creation.input_tokens',
    'gen_ai.usage.cache_creation_input_tokens',
    'llm.token_count.prompt_details.cache_write',
  ],
  reasoning: [
    'gen_ai.usage.reasoning.output_tokens',
    'gen_ai.usage.reasoning_tokens',
    'llm.token_count.completion_details.reasoning',
  ],
  audioInput: ['gen_ai.usage.audio.input_tokens', 'llm.token_count.prompt_details.audio'],
  imageInput: ['gen_ai.usage.image.input_tokens'],
  audioOutput: ['gen_ai.usage.audio.output_tokens', 'llm.token_count.completion_details.audio'],
  total: ['gen_ai.usage.total_tokens', 'llm.usage.total_tokens', 'llm.token_count.total'],
} as const;

const USAGE_ATTRIBUTES = new Set<string>(Object.values(NAMES).flat());

export const otel: Dialect = {
  recognises: (raw) => Object.keys(raw).some((key) => USAGE_ATTRIBUTES.has(key)),
  read: readOtel,
  counts: [
    ...USAGE_ATTRIBUTES,
    // They have the price of the rest: so does video where it is priced at all. https://ai.google.dev/gemini-api/docs/pricing
    ...under('gen_ai.usage', 'text.input_tokens', 'text.output_tokens', 'video.input_tokens'),
    // The limit that was asked for is no count.
    ...['gen_ai.request.max_tokens', 'gen_ai.request.choice.count'],
  ],
};

function readOtel(raw: JsonObject): Reading {
  const input = read(raw, 'input');
  const output = read(raw, 'output');
  const total = read(raw, 'total');
  const cacheRead = read(raw, 'cacheRead');
  const cacheWrite = read(raw, 'cacheWrite');
  const cache = sumKnown(cacheRead, cacheWrite) ?? 0;
  const all = sumKnown(input, cacheRead, cacheWrite);
  const isCacheAdded =
    cache > (input ?? 0) ||
    (cache > 0 && !isSumOf(total, input, output) && isSumOf(total, all, output));
  return {
    usage: known({
      input_tokens: isCacheAdded ? all : input,
      output_tokens: output,
      cache_read_tokens: cacheRead,
      cache_write_5m_tokens: cacheWrite,
      reasoning_tokens: read(raw, 'reasoning'),
      audio_input_tokens: read(raw, 'audioInput'),
      audio_output_tokens: read(raw, 'audioOutput'),
      image_input_tokens: read(raw, 'imageInput'),
    }),
    isCacheAdded,
    contradictions: contradicted({
      total: isSumOf(total, input, output) || (isCacheAdded && isSumOf(total, all, output)),
    }),
  };
}

function read(raw: JsonObject, count: keyof typeof NAMES): number | undefined {
  const name = NAMES[count].find((key) => raw[key] !== undefined && raw[key] !== null);
  return name === undefined ? undefined : readCount(raw, name);
}
