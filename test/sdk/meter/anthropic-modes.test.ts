/** Every way of using Anthropic's client, in its two latest majors. */
import Anthropic1 from '@anthropic-ai/sdk';
import Anthropic0 from 'anthropic-sdk-0';
import { describe, expect } from 'vitest';
import { ANTHROPIC_USAGE } from '../../../sdk/src/testing/fake-anthropic.ts';
import { ANSWER_ID } from '../../../sdk/src/testing/fake-reply.ts';
import { collect, type Mode, testModes } from './modes.ts';

type Anthropic = Anthropic1;

const request = {
  model: 'claude-opus-4-8',
  max_tokens: 100,
  messages: [{ role: 'user' as const, content: 'Hello, there!' }],
};
const streamed = { ...request, stream: true as const };
const tools = [{ name: 'look_up', input_schema: { type: 'object' as const } }];

const call = {
  provider: 'anthropic',
  model: 'claude-opus-4-8-20260115',
  response_id: `msg_${ANSWER_ID}`,
  status: 'ok',
  stream: false,
  attempt: 1,
  latency_ms: expect.any(Number),
  usage_raw: ANTHROPIC_USAGE,
  usage_source: undefined,
};
const streamedCall = { ...call, stream: true, ttft_ms: expect.any(Number) };
const { output_tokens: _, server_tool_use: __, ...inputUsage } = ANTHROPIC_USAGE;
/** What the beginning of a stream says of the input, and its output by the text seen. */
const interrupted = {
  ...streamedCall,
  usage_raw: { ...inputUsage, output_tokens: expect.any(Number) },
  usage_source: expect.stringMatching(/^(?:estimated|partial)$/),
};

const modes: Mode<Anthropic>[] = [
  { name: 'create', app: (anthropic) => anthropic.messages.create(request), calls: [call] },
  { name: 'beta', app: (anthropic) => anthropic.beta.messages.create(request), calls: [call] },
  {
    name: 'withResponse()',
    app: async (anthropic) => {
      const { data, response, request_id } = await anthropic.messages
        .create(request)
        .withResponse();
      return { data, status: response.status, url: response.url, request_id };
    },
    calls: [call],
  },
  {
    name: 'asResponse()',
    app: async (anthropic) => {
      const response = await anthropic.messages.create(request).asResponse();
      return [response.headers.get('content-type'), response.url, await response.text()];
    },
    calls: [call],
  },
  {
    name: 'parse()',
    app: (anthropic) =>
      anthropic.messages.parse({
        ...request,
        output_config: {
          format: {
            type: 'json_schema',
            schema: { type: 'object' },
            parse: (text: string) => text,
          },
        },
      } as never),
    calls: [call],
  },
  {
    name: 'stream: sums are merged, never added',
    app: async (anthropic) => collect(await anthropic.messages.create(streamed)),
    calls: [streamedCall],
  },
  {
    name: 'for await with break',
    app: async (anthropic) => {
      for await (const event of await anthropic.messages.create(streamed)) {
        if (event.type === 'content_block_delta') break;
      }
    },
    calls: [{ ...interrupted, status: 'aborted' }],
  },
  {
    name: 'connection cut',
    faults: [{ cutAfter: 6 }],
    app: async (anthropic) => {
      const types: unknown[] = [];
      try {
        for await (const { type } of await anthropic.messages.create(streamed)) types.push(type);
      } catch (error) {
        return [types, String(error)];
      }
      return types;
    },
    calls: [{ ...interrupted, status: 'error' }],
  },
  {
    name: 'tee()',
    app: async (anthropic) => {
      const [left, right] = (await anthropic.messages.create(streamed)).tee();
      return Promise.all([collect(left), collect(right)]);
    },
    calls: [streamedCall],
  },
  {
    name: '.stream() finalMessage()',
    app: (anthropic) => anthropic.messages.stream(request).finalMessage(),
    calls: [streamedCall],
  },
  {
    name: '.stream() with events',
    app: async (anthropic) => {
      const words: string[] = [];
      const stream = anthropic.messages.stream(request).on('text', (word) => words.push(word));
      return [await stream.finalText(), words];
    },
    calls: [streamedCall],
  },
  {
    name: '.stream() with abort()',
    app: async (anthropic) => {
      const stream = anthropic.messages.stream(request);
      stream.on('text', () => stream.abort());
      await stream.done();
    },
    calls: [{ ...interrupted, status: 'aborted' }],
  },
  {
    name: 'withOptions()',
    app: (anthropic) => anthropic.withOptions({ maxRetries: 0 }).messages.create(request),
    calls: [call],
  },
  {
    name: 'abort before an answer',
    faults: [{ hangAfter: 0 }],
    app: (anthropic, asked) => {
      const controller = new AbortController();
      void asked().then(() => controller.abort());
      return anthropic.messages.create(request, { signal: controller.signal });
    },
    calls: [
      { model: 'claude-opus-4-8', status: 'aborted', usage: undefined, usage_raw: undefined },
    ],
  },
  {
    name: 'timeout of the client',
    faults: [{ hangAfter: 0 }],
    app: (anthropic) => anthropic.messages.create(request, { timeout: 1_000, maxRetries: 0 }),
    calls: [{ model: 'claude-opus-4-8', status: 'timeout' }],
  },
  {
    name: 'refused',
    faults: [{ status: 400 }],
    app: (anthropic) => anthropic.messages.create(request),
    calls: [{ model: 'claude-opus-4-8', status: 'error', http_status: 400 }],
  },
  {
    name: 'tool call',
    app: (anthropic) => anthropic.messages.create({ ...request, tools }),
    calls: [call],
  },
  {
    name: 'tool call, streamed',
    app: async (anthropic) => collect(await anthropic.messages.create({ ...streamed, tools })),
    calls: [streamedCall],
  },
  {
    name: 'retries: 429, then an answer',
    faults: [{ status: 429, headers: { 'retry-after-ms': '1' } }],
    app: (anthropic) => anthropic.messages.create(request),
    calls: [
      { status: 'error', attempt: 1, http_status: 429, usage_raw: undefined },
      { ...call, attempt: 2 },
    ],
  },
  {
    name: 'stream never read',
    app: async (anthropic) => {
      await anthropic.messages.create(streamed);
    },
    calls: [{ model: 'claude-opus-4-8', status: 'abandoned', usage_source: 'estimated' }],
  },
  {
    name: 'counting tokens is no call',
    app: (anthropic) => anthropic.messages.countTokens(request).catch(({ status }) => status),
    calls: [],
  },
];

describe.each([
  ['@anthropic-ai/sdk 1', Anthropic1],
  ['@anthropic-ai/sdk 0', Anthropic0 as unknown as typeof Anthropic1],
])('%s', (_, Client) => {
  testModes({
    provider: 'anthropic',
    client(url, tricost) {
      const anthropic = new Client({ baseURL: url, apiKey: 'test' });
      return tricost === undefined ? anthropic : tricost.meter(anthropic);
    },
    modes,
  });
});
