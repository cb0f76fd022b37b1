/**
 * Anthropic Messages. A stream tells its usage twice: `message_start` has the input, the split of the cache, tier and place;
 * `message_delta` has sums so far, leaves some of these out and gives others as null. So what is known is kept, and nothing is
 * ever added. https://platform.claude.com/docs/en/build-with-claude/streaming
 */
import { isObject } from '../../../../domain/json.ts';
import { readText, takeNames, type WireFormat } from './wire-format.ts';

export const anthropic: WireFormat = {
  wanted: {
    paths: new Set(
      ['id', 'model', 'usage'].flatMap((key) => [key, `message.${key}`]).concat('type', 'error'),
    ),
    text: new Set(['text', 'thinking', 'partial_json']),
  },
  isOutputCountedLast: true,
  read(document, answer) {
    const type = document.get('type');
    const within = type === 'message_start' ? 'message.' : '';
    takeNames(answer, {
      model: readText(document, `${within}model`),
      responseId: readText(document, `${within}id`),
      serviceTier: undefined,
    });
    const usage = document.get(`${within}usage`);
    if (isObject(usage)) {
      const known = Object.entries(usage).filter(([, value]) => value !== null);
      answer.usage = { ...answer.usage, ...Object.fromEntries(known) };
    }
    if (type === 'message_delta' || type === 'message_stop') answer.isComplete = true;
    if (type === 'error') answer.hasFailed = true;
  },
};
