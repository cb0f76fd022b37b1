/**
 * Vercel AI SDK. From version 6 on, totals INCLUDE cached and reasoning tokens; version 5 passed on what each provider counted.
 * https://ai-sdk.dev/docs/reference/ai-sdk-core/generate-text#usage
 */
import { isObject, type JsonObject } from '../json.ts';
import { type Dialect, hasAny, type Reading, under } from './dialect.ts';
import { contradicted, isSumOf } from './ledger.ts';
import { isReasoningBeside } from './openai.ts';
import { readCount, sumKnown } from './read-count.ts';
import { known } from './usage.ts';

/** Version 5 leaves Anthropic's and Bedrock's cache reads out of the input, as they do. https://github.com/vercel/ai/issues/8349 */
export const CACHE_APART: ReadonlySet<string> = new Set(['anthropic', 'aws']);

const FLAT = ['inputTokens', 'outputTokens', 'totalTokens', 'cachedInputTokens', 'reasoningTokens'];

/** Version 6 and 7: `LanguageModelUsage` of a call. */
export const aiSdk: Dialect = {
  recognises: hasAny('inputTokenDetails', 'outputTokenDetails'),
  read: (raw) =>
    readInclusive(raw, {
      input: ['inputTokens'],
      parts: 'inputTokenDetails',
      noCache: 'noCacheTokens',
      cacheRead: 'cacheReadTokens',
      cacheWrite: 'cacheWriteTokens',
      output: ['outputTokens'],
      outputParts: 'outputTokenDetails',
      text: 'textTokens',
      reasoning: 'reasoningTokens',
    }),
  counts: [
    ...FLAT,
    ...under('inputTokenDetails', 'noCacheTokens', 'cacheReadTokens', 'cacheWriteTokens'),
    ...under('outputTokenDetails', 'textTokens', 'reasoningTokens'),
  ],
};

/** What middleware of version 6 and 7 sees: `LanguageModelV3Usage`. */
export const aiSdkModel: Dialect = {
  recognises: (raw) => isObject(raw['inputTokens']) || isObject(raw['outputTokens']),
  read: (raw) =>
    readInclusive(raw, {
      input: ['inputTokens', 'total'],
      parts: 'inputTokens',
      noCache: 'noCache',
      cacheRead: 'cacheRead',
      cacheWrite: 'cacheWrite',
      output: ['outputTokens', 'total'],
      outputParts: 'outputTokens',
      text: 'text',
      reasoning: 'reasoning',
    }),
  counts: [
    ...under('inputTokens', 'total', 'noCache', 'cacheRead', 'cacheWrite'),
    ...under('outputTokens', 'total', 'text', 'reasoning'),
  ],
};

interface Spelling {
  input: string[];
  parts: string;
  noCache: string;
  cacheRead: string;
  cacheWrite: string;
  output: string[];
  outputParts: string;
  text: string;
  reasoning: string;
}

function readInclusive(raw: JsonObject, spelling: Spelling): Reading {
  const input = readCount(raw, ...spelling.input);
  const output = readCount(raw, ...spelling.output);
  const cacheRead =
    readCount(raw, spelling.parts, spelling.cacheRead) ?? readCount(raw, 'cachedInputTokens');
  const written = readCount(raw, spelling.parts, spelling.cacheWrite);
  const reasoning =
    readCount(raw, spelling.outputParts, spelling.reasoning) ?? readCount(raw, 'reasoningTokens');
  const noCache = readCount(raw, spelling.parts, spelling.noCache);
  const text = readCount(raw, spelling.outputParts, spelling.text);
  return {
    usage: known({
      input_tokens: input,
      output_tokens: output,
      cache_read_tokens: cacheRead,
      cache_write_5m_tokens: written,
      reasoning_tokens: reasoning,
    }),
    contradictions: contradicted({
      totalTokens: isSumOf(readCount(raw, 'totalTokens'), input, output),
      [spelling.parts]:
        noCache === undefined || (sumKnown(noCache, cacheRead, written) ?? 0) === (input ?? 0),
      [spelling.outputParts]:
        text === undefined || (sumKnown(text, reasoning) ?? 0) === (output ?? 0),
    }),
  };
}

/** Version 5, flat. Its objects say nothing of cache writes: those stand in `providerMetadata` alone. */
export const aiSdk5: Dialect = {
  recognises: hasAny('cachedInputTokens', 'reasoningTokens'),
  read: readVersion5,
  counts: FLAT,
};

function readVersion5(raw: JsonObject, provider: string): Reading {
  const input = readCount(raw, 'inputTokens');
  const output = readCount(raw, 'outputTokens');
  const total = readCount(raw, 'totalTokens');
  const cacheRead = readCount(raw, 'cachedInputTokens');
  const reasoning = readCount(raw, 'reasoningTokens');
  const isInferred = (cacheRead ?? 0) > (input ?? 0);
  const isApart = CACHE_APART.has(provider) || isInferred;
  // Gemini's thoughts stand beside the output, and its total says so.
  const isBeside = total !== undefined && isReasoningBeside(total, input, output, reasoning);
  const allOutput = isBeside ? sumKnown(output, reasoning) : output;
  const allInput = isApart ? sumKnown(input, cacheRead) : input;
  return {
    usage: known({
      input_tokens: allInput,
      output_tokens: allOutput,
      cache_read_tokens: cacheRead,
      reasoning_tokens: reasoning,
    }),
    isCacheAdded: isInferred,
    contradictions: contradicted({
      // Anthropic's total is without the cache, Bedrock's with it.
      totalTokens: isSumOf(total, input, allOutput) || isSumOf(total, allInput, allOutput),
    }),
  };
}
