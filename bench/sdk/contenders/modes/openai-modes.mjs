/** What an app does with OpenAI's client; each gives what the app sees. The wrapper's client stands for the app's own. */
import { collect } from './collect.mjs';

const chat = { model: 'gpt-5.4', messages: [{ role: 'user', content: 'Hello, there!' }] };
const streamed = { ...chat, stream: true };
const json_schema = { name: 'word', strict: true, schema: { type: 'object' } };

export const OPENAI_MODES = [
  ['create', (openai) => openai.chat.completions.create(chat)],
  ['responses', (openai) => openai.responses.create({ model: 'gpt-5.4', input: 'Hello!' })],
  [
    'embeddings',
    (openai) => openai.embeddings.create({ model: 'text-embedding-3-small', input: 'Hello!' }),
  ],
  [
    'withResponse()',
    async (openai) => {
      const { data, response } = await openai.chat.completions.create(chat).withResponse();
      return [data, response.status];
    },
  ],
  [
    'parse()',
    (openai) =>
      openai.chat.completions.parse({
        ...chat,
        response_format: { type: 'json_schema', json_schema },
      }),
  ],
  [
    'withOptions()',
    (openai) => openai.withOptions({ timeout: 9_000 }).chat.completions.create(chat),
  ],
  ['retry after a 429', (openai) => openai.chat.completions.create(chat), { status: 429 }],
  ['stream', async (openai) => collect(await openai.chat.completions.create(streamed))],
  [
    'stream with include_usage',
    async (openai) =>
      collect(
        await openai.chat.completions.create({
          ...streamed,
          stream_options: { include_usage: true },
        }),
      ),
  ],
  [
    'stream with break',
    async (openai) => {
      for await (const chunk of await openai.chat.completions.create(streamed)) {
        if (chunk.choices[0]?.delta.content) return chunk;
      }
    },
  ],
  [
    'stream, connection cut',
    async (openai) => {
      const chunks = [];
      try {
        for await (const chunk of await openai.chat.completions.create(streamed))
          chunks.push(chunk);
      } catch (error) {
        return [chunks, error.name];
      }
    },
    { cutAfter: 3 },
  ],
  [
    'stream with tee()',
    async (openai) => {
      const [left, right] = (await openai.chat.completions.create(streamed)).tee();
      return Promise.all([collect(left), collect(right)]);
    },
  ],
  ['.stream() helper', (openai) => openai.chat.completions.stream(chat).finalChatCompletion()],
  [
    'stream never read',
    async (openai) => {
      await openai.chat.completions.create(streamed);
    },
  ],
];
