/**
 * Gemini `usageMetadata`: the prompt INCLUDES cached content; thoughts and tool-use prompts stand OUTSIDE the totals
 * beside them, so they are added. https://ai.google.dev/api/generate-content#UsageMetadata
 */
import { isObject, type JsonObject } from '../json.ts';
import { readCount, sumKnown } from './read-count.ts';
import { readWord, type ServedBy } from './served-by.ts';
import { known, type Usage } from './usage.ts';

export function readGeminiUsage(usage: JsonObject): Usage {
  const thoughts = readCount(usage, 'thoughtsTokenCount');
  return known({
    input_tokens: sumKnown(
      readCount(usage, 'promptTokenCount'),
      readCount(usage, 'toolUsePromptTokenCount'),
    ),
    output_tokens: sumKnown(readCount(usage, 'candidatesTokenCount'), thoughts),
    cache_read_tokens: readCount(usage, 'cachedContentTokenCount'),
    reasoning_tokens: thoughts,
    audio_input_tokens: readModality(usage, 'promptTokensDetails', 'AUDIO'),
    audio_output_tokens: readModality(usage, 'candidatesTokensDetails', 'AUDIO'),
    image_input_tokens: readModality(usage, 'promptTokensDetails', 'IMAGE'),
  });
}

function readModality(usage: JsonObject, key: string, modality: string): number | undefined {
  const details = usage[key];
  if (!Array.isArray(details)) return undefined;
  return sumKnown(
    ...details
      .filter(isObject)
      .filter((detail) => detail['modality'] === modality)
      .map((detail) => readCount(detail, 'tokenCount')),
  );
}

/** https://docs.cloud.google.com/vertex-ai/generative-ai/docs/reference/rest/v1/GenerateContentResponse#TrafficType */
export function geminiServedBy(usage: JsonObject): ServedBy {
  const serviceTier = readWord(usage, 'trafficType');
  return serviceTier === undefined || serviceTier === 'TRAFFIC_TYPE_UNSPECIFIED'
    ? {}
    : { serviceTier };
}
