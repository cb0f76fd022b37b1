/**
 * Gemini `usageMetadata`: the prompt INCLUDES cached content; thoughts and tool-use prompts stand OUTSIDE the totals
 * beside them, so they are added. https://ai.google.dev/api/generate-content#UsageMetadata
 */
import { isObject, type JsonObject } from '../json.ts';
import { type Dialect, hasAny, type Reading, under } from './dialect.ts';
import { partsOf, readLabelled } from './labelled-list.ts';
import { contradicted, isSumOfGiven } from './ledger.ts';
import { readCount, sumKnown } from './read-count.ts';
import { readWord, type ServedBy } from './served-by.ts';
import { known } from './usage.ts';

/** Which total each list of modalities splits. */
const LISTS = [
  ['promptTokensDetails', 'promptTokenCount'],
  ['candidatesTokensDetails', 'candidatesTokenCount'],
  ['cacheTokensDetails', 'cachedContentTokenCount'],
  ['toolUsePromptTokensDetails', 'toolUsePromptTokenCount'],
] as const;

export const gemini: Dialect = {
  recognises: hasAny('promptTokenCount', 'candidatesTokenCount', 'totalTokenCount'),
  read: readGemini,
  counts: [
    ...['promptTokenCount', 'candidatesTokenCount', 'totalTokenCount'],
    ...['thoughtsTokenCount', 'toolUsePromptTokenCount', 'cachedContentTokenCount'],
    // Video and documents have the price of text. https://ai.google.dev/gemini-api/docs/pricing
    ...under('promptTokensDetails', 'TEXT', 'AUDIO', 'IMAGE', 'VIDEO', 'DOCUMENT'),
    ...under('candidatesTokensDetails', 'TEXT', 'AUDIO'),
    ...['cacheTokensDetails.TEXT', 'toolUsePromptTokensDetails.TEXT'],
  ],
};

/** Its Python SDK spells the same object in snake case. https://github.com/googleapis/python-genai */
export const geminiPython: Dialect = {
  recognises: hasAny('candidates_token_count', 'thoughts_token_count', 'total_token_count'),
  read: (raw) => {
    const reading = readGemini(camelCased(raw));
    return { ...reading, contradictions: reading.contradictions.map(snakeCase) };
  },
  counts: gemini.counts.map((path) => {
    const [key = '', ...label] = path.split('.');
    return [snakeCase(key), ...label].join('.');
  }),
};

function camelCased(value: JsonObject): JsonObject {
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [
      key.replaceAll(/_([a-z])/g, (_, letter: string) => letter.toUpperCase()),
      Array.isArray(inner)
        ? inner.map((item) => (isObject(item) ? camelCased(item) : item))
        : inner,
    ]),
  );
}

function snakeCase(key: string): string {
  return key.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

function readGemini(raw: JsonObject): Reading & { contradictions: string[] } {
  const prompt = readCount(raw, 'promptTokenCount');
  const tools = readCount(raw, 'toolUsePromptTokenCount');
  const candidates = readCount(raw, 'candidatesTokenCount');
  const thoughts = readCount(raw, 'thoughtsTokenCount');
  const total = readCount(raw, 'totalTokenCount');
  const input = sumKnown(prompt, tools);
  // Counts of zero are left out: nothing was answered when the total is the input, as with a blocked prompt.
  const output = sumKnown(candidates, thoughts) ?? (total === input ? 0 : undefined);
  return {
    usage: known({
      input_tokens: input,
      output_tokens: input === undefined && output === 0 ? undefined : output,
      cache_read_tokens: readCount(raw, 'cachedContentTokenCount'),
      reasoning_tokens: thoughts,
      audio_input_tokens: readLabelled(raw, 'promptTokensDetails', 'AUDIO'),
      audio_output_tokens: readLabelled(raw, 'candidatesTokensDetails', 'AUDIO'),
      image_input_tokens: readLabelled(raw, 'promptTokensDetails', 'IMAGE'),
    }),
    served: servedBy(raw),
    contradictions: [
      ...contradicted({ totalTokenCount: isSumOfGiven(total, input, output) }),
      ...LISTS.filter(([list, of]) => sumOf(raw, list) > (readCount(raw, of) ?? 0)).map(
        ([list]) => list,
      ),
    ],
  };
}

function sumOf(raw: JsonObject, list: string): number {
  if (raw[list] === undefined) return 0;
  return sumKnown(...partsOf(raw[list]).map(({ item, count }) => readCount(item, count))) ?? 0;
}

/** https://docs.cloud.google.com/vertex-ai/generative-ai/docs/reference/rest/v1/GenerateContentResponse#TrafficType */
function servedBy(raw: JsonObject): ServedBy {
  const serviceTier = readWord(raw, 'trafficType') ?? readWord(raw, 'serviceTier');
  return serviceTier === undefined || serviceTier === 'TRAFFIC_TYPE_UNSPECIFIED'
    ? {}
    : { serviceTier };
}
