/** Every way of using Bedrock's client. */
import {
  BedrockRuntimeClient,
  ConverseCommand,
  ConverseStreamCommand,
  CountTokensCommand,
  InvokeModelCommand,
  InvokeModelWithResponseStreamCommand,
} from '@aws-sdk/client-bedrock-runtime';
import { describe, expect, test } from 'vitest';
import { bedrock } from '../../../sdk/src/bedrock/index.ts';
import { createTricost } from '../../../sdk/src/create-tricost.ts';
import { ANTHROPIC_USAGE } from '../../../sdk/src/testing/fake-anthropic.ts';
import { BEDROCK_USAGE } from '../../../sdk/src/testing/fake-bedrock.ts';
import { ANSWER_ID } from '../../../sdk/src/testing/fake-reply.ts';
import { memoryTransport } from '../../../sdk/src/testing/index.ts';
import { collect, type Mode, testModes } from '../meter/modes.ts';

const modelId = 'us.anthropic.claude-opus-4-8-v1:0';
const converse = {
  modelId,
  messages: [{ role: 'user' as const, content: [{ text: 'Hello, there!' }] }],
};
const invoke = { modelId, body: '{"messages":[{"role":"user","content":"Hello!"}]}' };

const call = {
  provider: 'aws',
  model: modelId,
  status: 'ok',
  stream: false,
  attempt: 1,
  latency_ms: expect.any(Number),
  service_tier: 'flex',
  usage_raw: BEDROCK_USAGE,
  usage_source: undefined,
};
const streamedCall = { ...call, stream: true, ttft_ms: expect.any(Number) };
const invokedCall = { ...call, usage_raw: ANTHROPIC_USAGE, service_tier: undefined };
const estimated = { usage_source: 'estimated', usage_raw: undefined, service_tier: undefined };

const modes: Mode<BedrockRuntimeClient>[] = [
  {
    name: 'Converse',
    app: (client) => client.send(new ConverseCommand(converse)).then(withoutRequestIds),
    calls: [call],
  },
  {
    name: 'Converse, tool call and its answer',
    app: async (client) => {
      const tool = { toolSpec: { name: 'look_up', inputSchema: { json: { type: 'object' } } } };
      const asked = { ...converse, toolConfig: { tools: [tool] } };
      const { output } = await client.send(new ConverseCommand(asked));
      const toolUseId = output?.message?.content?.[0]?.toolUse?.toolUseId;
      const result = { toolResult: { toolUseId, content: [{ text: 'found' }] } };
      const answered = { role: 'user' as const, content: [result] };
      const messages = [
        ...converse.messages,
        ...(output?.message ? [output.message] : []),
        answered,
      ];
      const { stopReason } = await client.send(new ConverseCommand({ ...asked, messages }));
      return [toolUseId, stopReason];
    },
    calls: [call, call],
  },
  {
    name: 'ConverseStream',
    app: async (client) => {
      const { stream } = await client.send(new ConverseStreamCommand(converse));
      return collect(stream ?? []);
    },
    calls: [streamedCall],
  },
  {
    name: 'ConverseStream with break',
    app: async (client) => {
      const { stream } = await client.send(new ConverseStreamCommand(converse));
      for await (const event of stream ?? []) if (event.contentBlockDelta) return event;
      return undefined;
    },
    calls: [{ ...streamedCall, ...estimated, status: 'aborted' }],
  },
  {
    name: 'ConverseStream, connection cut',
    faults: [{ cutAfter: 4 }],
    app: async (client) => {
      const { stream } = await client.send(new ConverseStreamCommand(converse));
      const events: unknown[] = [];
      try {
        for await (const event of stream ?? []) events.push(event);
      } catch (error) {
        return [events, (error as Error).name];
      }
      return events;
    },
    calls: [{ ...streamedCall, ...estimated, status: 'error' }],
  },
  {
    name: 'ConverseStream never read',
    app: async (client) => {
      await client.send(new ConverseStreamCommand(converse));
    },
    calls: [{ ...call, ...estimated, status: 'abandoned', stream: true }],
  },
  {
    name: 'InvokeModel',
    app: async (client) => {
      const { body } = await client.send(new InvokeModelCommand(invoke));
      return body?.transformToString();
    },
    calls: [{ ...invokedCall, response_id: `msg_${ANSWER_ID}` }],
  },
  {
    name: 'InvokeModelWithResponseStream',
    app: async (client) => {
      const { body } = await client.send(new InvokeModelWithResponseStreamCommand(invoke));
      const events = await collect(body ?? []);
      return events.map(({ chunk }) => Buffer.from(chunk?.bytes ?? []).toString());
    },
    calls: [{ ...invokedCall, stream: true, ttft_ms: expect.any(Number) }],
  },
  {
    name: 'InvokeModelWithResponseStream with break',
    app: async (client) => {
      const { body } = await client.send(new InvokeModelWithResponseStreamCommand(invoke));
      for await (const { chunk } of body ?? []) return Buffer.from(chunk?.bytes ?? []).toString();
      return undefined;
    },
    calls: [
      {
        ...{ ...invokedCall, stream: true, status: 'aborted', usage_source: 'partial' },
        usage_raw: { input_tokens: 100, cache_read_input_tokens: 500, output_tokens: 1 },
      },
    ],
  },
  {
    name: 'retries: 429, then an answer',
    faults: [{ status: 429 }],
    app: (client) => client.send(new ConverseCommand(converse)).then(withoutRequestIds),
    calls: [
      { model: modelId, status: 'error', attempt: 1, http_status: 429, usage_raw: undefined },
      { ...call, attempt: 2 },
    ],
  },
  {
    name: 'abort',
    faults: [{ hangAfter: 0 }],
    app: (client, asked) => {
      const controller = new AbortController();
      void asked().then(() => controller.abort());
      const { signal } = controller;
      return client.send(new ConverseCommand(converse), { abortSignal: signal });
    },
    calls: [{ model: modelId, status: 'aborted', usage: undefined, usage_raw: undefined }],
  },
  {
    name: 'what is no LLM call',
    app: (client) =>
      client
        .send(new CountTokensCommand({ modelId, input: { converse: { messages: [] } } }))
        .catch(({ name }) => name),
    calls: [],
  },
];

/** How long it took, and in how many attempts, is of each run. */
function withoutRequestIds({
  $metadata: { httpStatusCode, attempts },
  ...output
}: {
  $metadata: { httpStatusCode?: number | undefined; attempts?: number | undefined };
}) {
  return { ...output, httpStatusCode, attempts };
}

function newClient(endpoint: string) {
  const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };
  return new BedrockRuntimeClient({ region: 'us-east-1', endpoint, credentials });
}

describe('@aws-sdk/client-bedrock-runtime', () => {
  testModes({
    provider: 'bedrock',
    client(url, tricost) {
      const client = newClient(url);
      return tricost === undefined ? client : tricost.meter(client, bedrock);
    },
    modes,
  });
});

test('missing tags throw under test, before the call and at its place', async () => {
  const tricost = createTricost({ transport: memoryTransport() });
  const client = tricost.meter(newClient('http://127.0.0.1:9'), bedrock);
  await expect(client.send(new ConverseCommand(converse))).rejects.toMatchObject({
    name: 'TagError',
    callSite: expect.stringContaining('bedrock-modes.test.ts'),
  });
});

test('a client that is none of AWS comes back untouched, and is told', () => {
  const problems: Error[] = [];
  const onError = (error: Error) => problems.push(error);
  const tricost = createTricost({ transport: memoryTransport(), onError });
  const client = {};
  expect(tricost.meter(client, bedrock)).toBe(client);
  expect(problems.map(({ cause }) => String(cause))).toEqual([
    'TypeError: not a client of the AWS SDK',
  ]);
});

test('counts that stand beside an answer are read, where its maker does not count', async () => {
  const transport = memoryTransport();
  const tricost = createTricost({ transport });
  const client = tricost.meter(newClient('http://127.0.0.1:9'), bedrock);
  client.middlewareStack.add(
    () => async () => ({
      output: { body: Buffer.from('{"outputs":[{"text":"hi"}]}'), $metadata: {} } as never,
      response: {
        headers: {
          'x-amzn-bedrock-input-token-count': '7',
          'x-amzn-bedrock-output-token-count': '3',
        },
      },
    }),
    { step: 'deserialize', name: 'answers', priority: 'high' },
  );
  const tags = { userId: 'u_1', feature: 'chat' };
  await tricost.withTags(tags, () => client.send(new InvokeModelCommand(invoke)));
  await tricost.flush();
  expect(transport.calls()).toMatchObject([
    { status: 'ok', usage_raw: { inputTokens: 7, outputTokens: 3 } },
  ]);
});
