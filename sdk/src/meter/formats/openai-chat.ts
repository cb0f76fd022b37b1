/**
 * OpenAI Chat Completions, completions, embeddings and images, and all that speaks their dialect.
 * https://platform.openai.com/docs/api-reference/chat/object
 */
import { isObject } from '../../../../domain/json.ts';
import { readText, takeNames, type WireFormat } from './wire-format.ts';

export const openAiChat: WireFormat = {
  wanted: {
    paths: new Set(['id', 'model', 'service_tier', 'usage', 'error', 'choices[].finish_reason']),
    text: new Set(['content', 'text', 'arguments', 'refusal', 'reasoning', 'reasoning_content']),
  },
  read(document, answer) {
    takeNames(answer, {
      model: readText(document, 'model'),
      responseId: readText(document, 'id'),
      serviceTier: readText(document, 'service_tier'),
    });
    const usage = document.get('usage');
    // A stream has it in its last chunk, or in each as the sum so far.
    if (isObject(usage)) answer.usage = usage;
    if (readText(document, 'choices[].finish_reason') !== undefined) answer.isComplete = true;
    if (isObject(document.get('error'))) answer.hasFailed = true;
  },
};
