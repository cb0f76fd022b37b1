/**
 * Answers of InvokeModel: each maker's own, with Bedrock's counts behind the last event of a stream.
 * https://docs.aws.amazon.com/bedrock/latest/userguide/model-parameters.html
 */
import { isObject, type JsonObject } from '../../../domain/json.ts';
import { anthropic } from '../meter/formats/anthropic.ts';
import type { WireFormat } from '../meter/formats/wire-format.ts';

const METRICS = 'amazon-bedrock-invocationMetrics';
const LLAMA = ['prompt_token_count', 'generation_token_count'];
const NOVA = 'metadata.usage';

export const invokedModel: WireFormat = {
  wanted: {
    paths: new Set([...anthropic.wanted.paths, METRICS, NOVA, ...LLAMA]),
    text: new Set([...anthropic.wanted.text, 'generation', 'outputText']),
  },
  isOutputCountedLast: true,
  read(document, answer) {
    anthropic.read(document, answer);
    // The maker's name, which has other prices than the one that Bedrock was asked for.
    delete answer.model;
    const nova = document.get(NOVA);
    if (isObject(nova)) answer.usage = nova;
    const llama = LLAMA.filter((key) => typeof document.get(key) === 'number');
    if (llama.length > 0) {
      const counts = Object.fromEntries(llama.map((key) => [key, document.get(key)]));
      answer.usage = { ...answer.usage, ...counts };
    }
    const metrics = document.get(METRICS);
    if (!isObject(metrics)) return;
    answer.isComplete = true;
    answer.usage ??= countsOf(metrics);
  },
};

function countsOf(metrics: JsonObject): JsonObject {
  return Object.fromEntries(
    Object.entries({
      inputTokens: metrics['inputTokenCount'],
      outputTokens: metrics['outputTokenCount'],
      cacheReadInputTokens: metrics['cacheReadInputTokenCount'],
      cacheWriteInputTokens: metrics['cacheWriteInputTokenCount'],
    }).filter(([, count]) => typeof count === 'number'),
  );
}

/** What Bedrock says beside an answer whose maker does not count. https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_InvokeModel.html */
export function countsOfHeaders(headers: Readonly<Record<string, string>>): JsonObject | undefined {
  const counts = Object.entries({
    inputTokens: headers['x-amzn-bedrock-input-token-count'],
    outputTokens: headers['x-amzn-bedrock-output-token-count'],
  }).filter(([, count]) => count !== undefined && /^\d+$/.test(count));
  return counts.length === 0
    ? undefined
    : Object.fromEntries(counts.map(([key, count]) => [key, Number(count)]));
}
