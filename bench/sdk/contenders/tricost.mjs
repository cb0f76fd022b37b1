/** The SDK's core path: a tagged call, taken, written, packed, handed to a transport that drops it. */
import { AsyncLocalStorage } from 'node:async_hooks';
import { createPublisher } from 'tricost';
import { MODEL, TAGS, USAGE } from './call.mjs';

export async function start() {
  let delivered = 0;
  const transport = {
    async send(messages) {
      for (const { calls } of messages) delivered += calls;
      return { failed: [], refused: [] };
    },
  };
  const publisher = createPublisher({ transport });
  const tags = new AsyncLocalStorage();
  return {
    record: () =>
      tags.run(TAGS, () =>
        publisher.publish({
          ...{ user_id: tags.getStore().userId, feature: tags.getStore().feature },
          ...{ prompt_id: 'p_7d5b1a504a83907e', prompt_name: 'support.reply' },
          ...{
            provider: 'openai',
            model: MODEL,
            response_id: 'chatcmpl-B9MBs8CjcvOU2jLn4n570S5qMJKcT',
          },
          ...{ usage_raw: USAGE, latency_ms: 812, status: 'ok' },
        }),
      ),
    async settle() {
      await publisher.flush();
      return delivered;
    },
  };
}
