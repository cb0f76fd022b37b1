/** Every way of using Google's client, in its two latest majors. */
import { GoogleGenAI as GoogleGenAI3 } from '@google/genai';
import { GoogleGenAI as GoogleGenAI2 } from 'google-genai-2';
import { describe, expect } from 'vitest';
import { GEMINI_USAGE } from '../../../sdk/src/testing/fake-google.ts';
import { ANSWER_ID } from '../../../sdk/src/testing/fake-reply.ts';
import { collect, type Mode, testModes } from './modes.ts';

type GoogleGenAI = GoogleGenAI3;

const request = { model: 'gemini-3-pro', contents: 'Hello, there!' };
const tools = [{ functionDeclarations: [{ name: 'look_up' }] }];
const call = {
  provider: 'google',
  model: 'gemini-3-pro-001',
  response_id: `gemini-${ANSWER_ID}`,
  status: 'ok',
  stream: false,
  latency_ms: expect.any(Number),
  usage_raw: GEMINI_USAGE,
  usage_source: undefined,
};
const streamedCall = { ...call, stream: true, ttft_ms: expect.any(Number) };
/** Each chunk has the sums so far. */
const interrupted = {
  ...streamedCall,
  usage_raw: expect.objectContaining({ promptTokenCount: 1_000, thoughtsTokenCount: 20 }),
  usage_source: 'partial',
};

const modes: Mode<GoogleGenAI>[] = [
  {
    name: 'generateContent',
    app: async (google) => {
      const { text, usageMetadata } = await google.models.generateContent(request);
      return [text, usageMetadata];
    },
    calls: [call],
  },
  {
    name: 'generateContentStream: the last sums count',
    app: async (google) => collect(await google.models.generateContentStream(request)),
    calls: [streamedCall],
  },
  {
    name: 'chat',
    app: async (google) => {
      const chat = google.chats.create({ model: request.model });
      const first = await chat.sendMessage({ message: 'Hello!' });
      const second = await collect(await chat.sendMessageStream({ message: 'And?' }));
      return [first.text, second];
    },
    calls: [call, streamedCall],
  },
  {
    name: 'for await with break',
    app: async (google) => {
      for await (const { text } of await google.models.generateContentStream(request)) return text;
      return undefined;
    },
    // Google's client lets go of the answer and does not cancel it.
    calls: [{ ...interrupted, status: 'abandoned' }],
  },
  {
    name: 'connection cut',
    faults: [{ cutAfter: 3 }],
    app: async (google) => {
      const words: unknown[] = [];
      try {
        for await (const { text } of await google.models.generateContentStream(request)) {
          words.push(text);
        }
      } catch (error) {
        return [words, String(error)];
      }
      return words;
    },
    calls: [{ ...interrupted, status: 'error' }],
  },
  {
    name: 'abort before an answer',
    faults: [{ hangAfter: 0 }],
    app: (google, asked) => {
      const controller = new AbortController();
      void asked().then(() => controller.abort());
      const config = { abortSignal: controller.signal };
      return google.models.generateContent({ ...request, config });
    },
    calls: [{ model: 'gemini-3-pro', status: 'aborted', usage: undefined, usage_raw: undefined }],
  },
  {
    name: 'tool call and its answer',
    app: async (google) => {
      const chat = google.chats.create({ model: request.model, config: { tools } });
      const { functionCalls } = await chat.sendMessage({ message: 'Hello!' });
      const response = { name: 'look_up', response: { result: 'found' } };
      const { text } = await chat.sendMessage({ message: [{ functionResponse: response }] });
      return [functionCalls, text];
    },
    calls: [call, call],
  },
  {
    name: 'tool call, streamed',
    app: async (google) =>
      collect(await google.models.generateContentStream({ ...request, config: { tools } })),
    // An answer without text has no time of its first.
    calls: [{ ...call, stream: true }],
  },
  {
    name: 'embedContent, whose answer has no usage',
    app: (google) =>
      google.models.embedContent({ model: 'gemini-embedding-001', contents: 'Hello, there!' }),
    calls: [
      {
        ...{ model: 'gemini-embedding-001', status: 'ok', usage_source: 'estimated' },
        usage: { input_tokens: expect.any(Number) },
      },
    ],
  },
  {
    name: 'retries: 429, then an answer',
    faults: [{ status: 429 }],
    app: async (google) => {
      const config = { httpOptions: { retryOptions: { attempts: 2 } } };
      return (await google.models.generateContent({ ...request, config })).text;
    },
    // Google's client does not tell which attempt it is.
    calls: [{ status: 'error', http_status: 429, usage_raw: undefined }, call],
  },
  {
    name: 'refused',
    faults: [{ status: 400 }],
    app: (google) => google.models.generateContent(request),
    calls: [{ model: 'gemini-3-pro', status: 'error', http_status: 400 }],
  },
  {
    name: 'stream never read',
    app: async (google) => {
      await google.models.generateContentStream(request);
    },
    calls: [{ model: 'gemini-3-pro', status: 'abandoned', usage_source: 'estimated' }],
  },
];

describe.each([
  ['@google/genai 3', GoogleGenAI3],
  ['@google/genai 2', GoogleGenAI2 as unknown as typeof GoogleGenAI3],
])('%s', (_, Client) => {
  testModes({
    provider: 'google',
    client: (url, tricost) =>
      new Client({
        apiKey: 'test',
        httpOptions: { baseUrl: url, ...(tricost === undefined ? {} : { fetch: tricost.fetch }) },
      }),
    modes,
  });
});
