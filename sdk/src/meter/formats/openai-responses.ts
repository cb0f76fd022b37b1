/** OpenAI Responses. A stream tells its usage in its last event. https://platform.openai.com/docs/api-reference/responses-streaming */
import { isObject } from '../../../../domain/json.ts';
import { readText, takeNames, type WireFormat } from './wire-format.ts';

const ENDS: ReadonlySet<unknown> = new Set([
  'response.completed',
  'response.incomplete',
  'response.failed',
]);

const PROMISES: ReadonlySet<unknown> = new Set(['queued', 'in_progress']);

export const openAiResponses: WireFormat = {
  wanted: {
    paths: new Set(
      ['id', 'model', 'service_tier', 'usage', 'error']
        .flatMap((key) => [key, `response.${key}`])
        .concat('type', 'status'),
    ),
    // The events that end an item repeat its text under other keys.
    text: new Set(['delta']),
  },
  read(document, answer) {
    const type = document.get('type');
    const within = typeof type === 'string' && type.startsWith('response.') ? 'response.' : '';
    takeNames(answer, {
      model: readText(document, `${within}model`),
      responseId: readText(document, `${within}id`),
      serviceTier: readText(document, `${within}service_tier`),
    });
    const usage = document.get(`${within}usage`);
    if (isObject(usage)) answer.usage = usage;
    if (ENDS.has(type)) answer.isComplete = true;
    // https://platform.openai.com/docs/guides/background
    if (PROMISES.has(document.get('status'))) answer.isPromise = true;
    if (type === 'error' || isObject(document.get(`${within}error`))) answer.hasFailed = true;
  },
};
