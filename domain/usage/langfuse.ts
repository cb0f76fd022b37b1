/**
 * Langfuse `usageDetails`: buckets that EXCLUDE each other, each with a price of its own, so what is cached or reasoned is
 * not in `input` or `output`. Who fills them in by hand may not know; the total beside them says so.
 * https://langfuse.com/docs/observability/features/token-and-cost-tracking
 */
import type { JsonObject } from '../json.ts';
import type { Dialect, Reading } from './dialect.ts';
import { contradicted, isSumOf } from './ledger.ts';
import { readCount, sumKnown } from './read-count.ts';
import { known } from './usage.ts';

/** As its OpenAI and LangChain integrations spell them, and as Anthropic's users do. */
const NAMES = {
  cacheRead: ['input_cached_tokens', 'input_cache_read', 'cache_read_input_tokens'],
  cacheWrite: [
    'input_cache_creation',
    'input_cache_write_tokens',
    'input_cache_creation_input_tokens',
    'cache_creation_input_tokens',
  ],
  audioInput: ['input_audio_tokens', 'input_audio'],
  imageInput: ['input_image_tokens'],
  // At the price of the input.
  otherInput: ['input_text_tokens'],
  reasoning: ['output_reasoning_tokens', 'output_reasoning'],
  audioOutput: ['output_audio_tokens', 'output_audio'],
  // At the price of the output.
  otherOutput: [
    'output_text_tokens',
    'output_accepted_prediction_tokens',
    'output_rejected_prediction_tokens',
  ],
} as const;

const BUCKETS: readonly string[] = ['input', 'output', 'total', ...Object.values(NAMES).flat()];

export const langfuse: Dialect = {
  // Middleware of the AI SDK has objects of these names' like, never numbers.
  recognises: ({ input, output }) => typeof input === 'number' || typeof output === 'number',
  read: readLangfuse,
  counts: BUCKETS,
};

function readLangfuse(raw: JsonObject): Reading {
  const input = readCount(raw, 'input');
  const output = readCount(raw, 'output');
  const total = readCount(raw, 'total');
  const cacheRead = read(raw, 'cacheRead');
  const cacheWrite = read(raw, 'cacheWrite');
  const audioInput = read(raw, 'audioInput');
  const imageInput = read(raw, 'imageInput');
  const reasoning = read(raw, 'reasoning');
  const audioOutput = read(raw, 'audioOutput');
  const allInput = sumKnown(
    ...[input, cacheRead, cacheWrite, audioInput, imageInput],
    read(raw, 'otherInput'),
  );
  const allOutput = sumKnown(output, reasoning, audioOutput, read(raw, 'otherOutput'));
  const isExclusive = isSumOf(total, allInput, allOutput);
  return {
    usage: known({
      input_tokens: isExclusive ? allInput : input,
      output_tokens: isExclusive ? allOutput : output,
      cache_read_tokens: cacheRead,
      cache_write_5m_tokens: cacheWrite,
      reasoning_tokens: reasoning,
      audio_input_tokens: audioInput,
      audio_output_tokens: audioOutput,
      image_input_tokens: imageInput,
    }),
    contradictions: [
      ...contradicted({ total: isExclusive || isSumOf(total, input, output) }),
      // Any name is allowed for a bucket: one that is not known here is part of no count.
      ...Object.keys(raw).filter((key) => !BUCKETS.includes(key) && Number(raw[key]) > 0),
    ],
  };
}

function read(raw: JsonObject, part: keyof typeof NAMES): number | undefined {
  return sumKnown(...NAMES[part].map((name) => readCount(raw, name)));
}
