/** The same for Anthropic's client, whose streams tell of the input at their beginning and of the output at their end. */
import { collect } from './collect.mjs';

const request = {
  model: 'claude-opus-4-8',
  max_tokens: 100,
  messages: [{ role: 'user', content: 'Hello, there!' }],
};
const streamed = { ...request, stream: true };

export const ANTHROPIC_MODES = [
  ['create', (anthropic) => anthropic.messages.create(request)],
  [
    'withResponse()',
    async (anthropic) => {
      const { data, response } = await anthropic.messages.create(request).withResponse();
      return [data, response.status];
    },
  ],
  [
    'parse()',
    (anthropic) =>
      anthropic.messages.parse({
        ...request,
        output_config: {
          format: { type: 'json_schema', schema: { type: 'object' }, parse: (text) => text },
        },
      }),
  ],
  [
    'withOptions()',
    (anthropic) => anthropic.withOptions({ timeout: 9_000 }).messages.create(request),
  ],
  ['retry after a 429', (anthropic) => anthropic.messages.create(request), { status: 429 }],
  ['stream', async (anthropic) => collect(await anthropic.messages.create(streamed))],
  [
    'stream with break',
    async (anthropic) => {
      for await (const event of await anthropic.messages.create(streamed)) {
        if (event.type === 'content_block_delta') return event;
      }
    },
  ],
  [
    'stream, connection cut',
    async (anthropic) => {
      const events = [];
      try {
        for await (const event of await anthropic.messages.create(streamed)) events.push(event);
      } catch (error) {
        return [events, error.name];
      }
    },
    { cutAfter: 4 },
  ],
  [
    'stream with tee()',
    async (anthropic) => {
      const [left, right] = (await anthropic.messages.create(streamed)).tee();
      return Promise.all([collect(left), collect(right)]);
    },
  ],
  ['.stream() helper', (anthropic) => anthropic.messages.stream(request).finalMessage()],
  [
    '.stream() helper, abort()',
    async (anthropic) => {
      const stream = anthropic.messages.stream(request);
      stream.on('text', () => stream.abort());
      return stream.finalMessage();
    },
  ],
  [
    'stream never read',
    async (anthropic) => {
      await anthropic.messages.create(streamed);
    },
  ],
];
