import OpenAI from 'openai';

export function start(clientOptions) {
  return { openai: new OpenAI(clientOptions), recorded: async () => [] };
}
