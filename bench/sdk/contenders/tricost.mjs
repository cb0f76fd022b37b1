/** The SDK's core path: a call within its tags, written, packed, handed to a transport that drops it. */
import { createTricost } from 'tricost';
import { MODEL, TAGS, USAGE } from './call.mjs';

export async function start() {
  let delivered = 0;
  const transport = {
    async send(messages) {
      for (const { calls } of messages) delivered += calls;
      return { failed: [], refused: [] };
    },
  };
  const tricost = createTricost({ transport });
  const prompt = tricost.definePrompt('support.reply', 'You are a helpful support agent.');
  const tags = { ...TAGS, prompt };
  return {
    record: () =>
      tricost.withTags(tags, () =>
        tricost.publish({
          ...{ provider: 'openai', model: MODEL, usage_raw: USAGE, latency_ms: 812 },
          ...{ response_id: 'chatcmpl-B9MBs8CjcvOU2jLn4n570S5qMJKcT', status: 'ok' },
        }),
      ),
    async settle() {
      await tricost.flush();
      return delivered;
    },
  };
}
