import { Anthropic } from '@posthog/ai/anthropic';
import { OpenAI } from '@posthog/ai/openai';
import { PostHog } from 'posthog-node';
import { usageInWords } from './usage-in-words.mjs';

export function start({ openai, anthropic }) {
  const events = [];
  const posthog = new PostHog('phc_1', {
    host: 'http://127.0.0.1:9',
    before_send(event) {
      events.push(event);
      return null;
    },
  });
  return {
    openai: new OpenAI({ ...openai, posthog }),
    anthropic: new Anthropic({ ...anthropic, posthog }),
    async recorded() {
      await posthog.shutdown();
      return events.map(({ event, properties }) => {
        const { $ai_input_tokens: input, $ai_output_tokens: output } = properties;
        const isEmbedding = event === '$ai_embedding';
        return (
          usageInWords(input, isEmbedding ? 0 : output) ??
          (properties.$ai_is_error ? 'error' : 'no usage')
        );
      });
    },
  };
}
