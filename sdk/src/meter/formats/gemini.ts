/** Gemini, by its own API and by Vertex AI. Each chunk of a stream has the usage so far. https://ai.google.dev/api/generate-content */
import { isObject } from '../../../../domain/json.ts';
import { readText, takeNames, type WireFormat } from './wire-format.ts';

export const gemini: WireFormat = {
  wanted: {
    paths: new Set([
      ...['modelVersion', 'responseId', 'usageMetadata', 'error'],
      ...['candidates[].finishReason', 'promptFeedback.blockReason'],
    ]),
    text: new Set(['text']),
  },
  read(document, answer) {
    takeNames(answer, {
      model: readText(document, 'modelVersion'),
      responseId: readText(document, 'responseId'),
      // In the usage.
      serviceTier: undefined,
    });
    const usage = document.get('usageMetadata');
    if (isObject(usage)) answer.usage = usage;
    const end =
      readText(document, 'candidates[].finishReason') ??
      readText(document, 'promptFeedback.blockReason');
    if (end !== undefined) answer.isComplete = true;
    if (isObject(document.get('error'))) answer.hasFailed = true;
  },
};
