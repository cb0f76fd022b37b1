/** The app's calls of a model: tagged with what they are for. Who they are for they know from the request. */
import OpenAI from 'openai';
import { definePrompt } from 'tricost';
import { tricost } from './tricost.ts';

const openai = tricost.meter(new OpenAI());
const replyPrompt = definePrompt('support.reply', 'You are a helpful support agent.');
const summaryPrompt = definePrompt('support.summary', 'Sum up in {{language}}, in one sentence.');

export async function reply(question: string): Promise<string> {
  const completion = await tricost.withTags({ feature: 'support.reply', prompt: replyPrompt }, () =>
    openai.chat.completions.create({
      model: 'gpt-5.4',
      messages: [
        { role: 'system', content: replyPrompt.render() },
        { role: 'user', content: question },
      ],
    }),
  );
  return completion.choices[0]?.message.content ?? '';
}

/** Word by word. */
export async function* summarise(text: string): AsyncGenerator<string> {
  const stream = await tricost.withTags({ feature: 'support.summary', prompt: summaryPrompt }, () =>
    openai.chat.completions.create({
      model: 'gpt-5.4',
      stream: true,
      messages: [
        { role: 'system', content: summaryPrompt.render({ language: 'French' }) },
        { role: 'user', content: text },
      ],
    }),
  );
  for await (const { choices } of stream) yield choices[0]?.delta.content ?? '';
}
