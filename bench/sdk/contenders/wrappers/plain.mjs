/** The clients as they are. */
import Anthropic from '@anthropic-ai/sdk';
import OpenAI from 'openai';

export function start({ openai, anthropic }) {
  return {
    openai: new OpenAI(openai),
    anthropic: new Anthropic(anthropic),
    recorded: async () => [],
  };
}
