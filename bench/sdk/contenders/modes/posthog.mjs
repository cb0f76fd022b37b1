import { OpenAI } from '@posthog/ai/openai';
import { PostHog } from 'posthog-node';

export function start(clientOptions) {
  const events = [];
  const posthog = new PostHog('phc_1', {
    host: 'http://127.0.0.1:9',
    before_send(event) {
      events.push(event);
      return null;
    },
  });
  return {
    openai: new OpenAI({ ...clientOptions, posthog }),
    async recorded() {
      return events.map(({ properties }) => {
        if (properties.$ai_input_tokens > 0) return 'usage';
        return properties.$ai_is_error ? 'error' : 'no usage';
      });
    },
  };
}
