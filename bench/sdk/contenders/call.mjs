/** The call that every contender records. */
export const MODEL = 'gpt-5-2025-08-07';
export const TAGS = { userId: 'u_1', feature: 'support.reply' };

/** As OpenAI answers. */
export const USAGE = {
  prompt_tokens: 900,
  completion_tokens: 120,
  total_tokens: 1_020,
  prompt_tokens_details: { cached_tokens: 512, audio_tokens: 0 },
  completion_tokens_details: { reasoning_tokens: 64, audio_tokens: 0 },
};

/** 3.5 kB of conversation, and an answer. */
export const INPUT = {
  messages: [
    { role: 'system', content: 'You are a helpful support agent. '.repeat(53) },
    { role: 'user', content: 'Where is my parcel? It left Lisbon a week ago. '.repeat(37) },
  ],
};
export const OUTPUT = {
  role: 'assistant',
  content: 'It is in customs, and arrives on Friday. '.repeat(12),
};
