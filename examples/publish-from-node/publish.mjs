/** Publishes one LLM call: install the package (sdk/README.md), set TRICOST_QUEUE_URL, then `node publish.mjs`. */
import { createPublisher, promptId } from 'tricost';

const publisher = createPublisher({ queueUrl: process.env.TRICOST_QUEUE_URL });
const prompt_id = promptId([{ role: 'system', text: 'You are a helpful support agent.' }]);

// What your provider's SDK returned; its usage object goes along as it is.
const response = {
  model: 'claude-sonnet-4-5-20250929',
  usage: { input_tokens: 812, output_tokens: 64, cache_read_input_tokens: 2_048 },
};
publisher.publish({
  user_id: 'u_1',
  feature: 'support.reply',
  prompt_id,
  prompt_name: 'support.reply',
  provider: 'anthropic',
  model: response.model,
  usage_raw: response.usage,
  latency_ms: 812,
});

// Once, before the process ends; a server that stays up sends by itself.
console.log(await publisher.shutdown());
