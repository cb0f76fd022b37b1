/** Every way of using the Vercel AI SDK, in its two latest majors, with the providers of OpenAI and Anthropic. */
import { createAnthropic } from '@ai-sdk/anthropic';
import { createOpenAI } from '@ai-sdk/openai';
import * as ai7 from 'ai';
import * as ai6 from 'ai-6';
import { createAnthropic as createAnthropic3 } from 'ai-sdk-anthropic-3';
import { createOpenAI as createOpenAI3 } from 'ai-sdk-openai-3';
import { describe, expect } from 'vitest';
import { ANTHROPIC_USAGE } from '../../../sdk/src/testing/fake-anthropic.ts';
import {
  OPENAI_CHAT_USAGE,
  OPENAI_EMBEDDINGS_USAGE,
  OPENAI_RESPONSES_USAGE,
} from '../../../sdk/src/testing/fake-openai.ts';
import { collect, type Mode, testModes } from './modes.ts';

type Ai = typeof ai7;
type OpenAI = ReturnType<typeof createOpenAI>;
type Anthropic = ReturnType<typeof createAnthropic>;

const prompt = 'Hello, there!';
const call = { status: 'ok', stream: false, latency_ms: expect.any(Number) };
const streamedCall = { ...call, stream: true, ttft_ms: expect.any(Number) };
const chatCall = { provider: 'openai', usage_raw: OPENAI_CHAT_USAGE };
const responsesCall = { provider: 'openai', usage_raw: OPENAI_RESPONSES_USAGE };
const anthropicCall = { provider: 'anthropic', usage_raw: ANTHROPIC_USAGE };

/** An error's stack, and ids that the AI SDK makes, are new each time. */
function typesOf(parts: readonly { type: string }[]): string[] {
  return parts.map(({ type }) => type);
}

function openAiModes(ai: Ai): Mode<OpenAI>[] {
  return [
    {
      name: 'generateText, Chat Completions',
      app: async (openai) => {
        const { text, usage } = await ai.generateText({ model: openai.chat('gpt-5.4'), prompt });
        return [text, usage];
      },
      calls: [{ ...call, ...chatCall }],
    },
    {
      name: 'generateText, Responses',
      app: async (openai) => {
        const { text, usage } = await ai.generateText({ model: openai('gpt-5.4'), prompt });
        return [text, usage];
      },
      calls: [{ ...call, ...responsesCall }],
    },
    {
      name: 'streamText, Chat Completions',
      app: async (openai) => {
        const { textStream, usage } = ai.streamText({ model: openai.chat('gpt-5.4'), prompt });
        return [await collect(textStream), await usage];
      },
      calls: [{ ...streamedCall, ...chatCall }],
    },
    {
      name: 'streamText, Responses',
      app: async (openai) => {
        const { textStream, usage } = ai.streamText({ model: openai('gpt-5.4'), prompt });
        return [await collect(textStream), await usage];
      },
      calls: [{ ...streamedCall, ...responsesCall }],
    },
    {
      name: 'streamText with break and abort',
      app: async (openai) => {
        const controller = new AbortController();
        const { textStream } = ai.streamText({
          ...{ model: openai.chat('gpt-5.4'), prompt, abortSignal: controller.signal },
          onError: () => {},
        });
        for await (const word of textStream) {
          controller.abort();
          return word;
        }
        return undefined;
      },
      calls: [{ status: 'aborted', stream: true, usage_source: 'estimated' }],
    },
    {
      name: 'streamText, connection cut',
      faults: [{ cutAfter: 3 }],
      app: async (openai) => {
        const model = openai.chat('gpt-5.4');
        const { fullStream } = ai.streamText({ model, prompt, maxRetries: 0, onError: () => {} });
        return typesOf(await collect(fullStream));
      },
      calls: [{ status: 'error', stream: true, usage_source: 'estimated' }],
    },
    {
      name: 'abort before an answer',
      faults: [{ hangAfter: 0 }],
      app: (openai, asked) => {
        const controller = new AbortController();
        void asked().then(() => controller.abort());
        const abortSignal = controller.signal;
        return ai.generateText({ model: openai.chat('gpt-5.4'), prompt, abortSignal });
      },
      calls: [{ status: 'aborted', usage: undefined, usage_raw: undefined }],
    },
    {
      name: 'an object',
      app: async (openai) => {
        const output = ai.Output.object({ schema: ai.jsonSchema({ type: 'object' }) });
        const { output: object } = await ai.generateText({
          ...{ model: openai.chat('gpt-5.4'), prompt, output },
        });
        return object;
      },
      calls: [{ ...call, ...chatCall }],
    },
    {
      name: 'tool calls of an agent: each of its calls by itself',
      app: async (openai) => {
        const { text, steps } = await ai.generateText({
          ...{ model: openai.chat('gpt-5.4'), prompt, stopWhen: ai.stepCountIs(3) },
          tools: {
            look_up: ai.tool({
              inputSchema: ai.jsonSchema({ type: 'object' }),
              execute: async () => 'found',
            }),
          },
        });
        return [text, steps.length];
      },
      calls: [
        { ...call, ...chatCall },
        { ...call, ...chatCall },
      ],
    },
    {
      name: 'retries: 429, then an answer',
      faults: [{ status: 429, headers: { 'retry-after-ms': '1' } }],
      app: async (openai) =>
        (await ai.generateText({ model: openai.chat('gpt-5.4'), prompt })).text,
      calls: [
        { status: 'error', http_status: 429, usage_raw: undefined },
        { ...call, ...chatCall },
      ],
    },
    {
      name: 'embed',
      app: async (openai) =>
        ai.embed({ model: openai.embedding('text-embedding-3-small'), value: prompt }),
      calls: [{ ...call, usage_raw: OPENAI_EMBEDDINGS_USAGE }],
    },
    {
      name: 'embedMany',
      app: async (openai) =>
        ai.embedMany({
          model: openai.embedding('text-embedding-3-small'),
          values: [prompt, 'And?'],
        }),
      calls: [{ ...call, usage_raw: OPENAI_EMBEDDINGS_USAGE }],
    },
  ];
}

function anthropicModes(ai: Ai): Mode<Anthropic>[] {
  const model = 'claude-opus-4-8';
  return [
    {
      name: 'generateText',
      app: async (anthropic) => {
        const { text, usage } = await ai.generateText({ model: anthropic(model), prompt });
        return [text, usage];
      },
      calls: [{ ...call, ...anthropicCall }],
    },
    {
      name: 'streamText',
      app: async (anthropic) => {
        const { textStream, usage } = ai.streamText({ model: anthropic(model), prompt });
        return [await collect(textStream), await usage];
      },
      calls: [{ ...streamedCall, ...anthropicCall }],
    },
    {
      name: 'streamText, connection cut',
      faults: [{ cutAfter: 6 }],
      app: async (anthropic) => {
        const { fullStream } = ai.streamText({
          ...{ model: anthropic(model), prompt, maxRetries: 0, onError: () => {} },
        });
        return typesOf(await collect(fullStream));
      },
      calls: [{ status: 'error', stream: true, usage_source: 'estimated' }],
    },
    {
      name: 'tool calls of an agent: each of its calls by itself',
      app: async (anthropic) => {
        const { text, steps } = await ai.generateText({
          ...{ model: anthropic(model), prompt, stopWhen: ai.stepCountIs(3) },
          tools: {
            look_up: ai.tool({
              inputSchema: ai.jsonSchema({ type: 'object' }),
              execute: async () => 'found',
            }),
          },
        });
        return [text, steps.length];
      },
      calls: [
        { ...call, ...anthropicCall },
        { ...call, ...anthropicCall },
      ],
    },
  ];
}

describe.each([
  { major: 7, ai: ai7, openai: createOpenAI, anthropic: createAnthropic },
  {
    major: 6,
    ai: ai6 as unknown as Ai,
    openai: createOpenAI3 as unknown as typeof createOpenAI,
    anthropic: createAnthropic3 as unknown as typeof createAnthropic,
  },
])('ai $major', ({ ai, openai, anthropic }) => {
  describe('openai', () => {
    testModes({
      provider: 'openai',
      client: (url, tricost) =>
        openai({
          baseURL: `${url}/v1`,
          apiKey: 'test',
          ...(tricost === undefined ? {} : { fetch: tricost.fetch }),
        }),
      modes: openAiModes(ai),
    });
  });

  describe('anthropic', () => {
    testModes({
      provider: 'anthropic',
      client: (url, tricost) =>
        anthropic({
          baseURL: `${url}/v1`,
          apiKey: 'test',
          ...(tricost === undefined ? {} : { fetch: tricost.fetch }),
        }),
      modes: anthropicModes(ai),
    });
  });
});
