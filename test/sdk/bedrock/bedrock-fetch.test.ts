/** Bedrock by `fetch`, as the AI SDK calls it: its streams are frames of AWS, not server-sent events. */
import { describe, expect, test } from 'vitest';
import { createTricost } from '../../../sdk/src/create-tricost.ts';
import { ANTHROPIC_USAGE } from '../../../sdk/src/testing/fake-anthropic.ts';
import { answerAsBedrock, BEDROCK_USAGE } from '../../../sdk/src/testing/fake-bedrock.ts';
import { TEXT } from '../../../sdk/src/testing/fake-reply.ts';
import { memoryTransport } from '../../../sdk/src/testing/index.ts';

const MODEL = 'us.anthropic.claude-opus-4-8-v1:0';
const body = { messages: [{ role: 'user', content: [{ text: 'Hello, there!' }] }] };
const cost = Math.ceil(Buffer.byteLength(TEXT) / 4);

/** @param cut what becomes of the answer's bytes, as pieces */
async function streamed(operation: string, cut: (bytes: Buffer) => Uint8Array[] = (all) => [all]) {
  const transport = memoryTransport();
  const problems: Error[] = [];
  const tricost = createTricost({ transport, onError: (error) => problems.push(error) });
  const path = `/model/${encodeURIComponent(MODEL)}/${operation}`;
  const reply = answerAsBedrock({ path, headers: {}, body });
  const bytes = Buffer.concat(
    (reply?.pieces ?? []).map((piece) => Buffer.from(piece as Uint8Array)),
  );
  const contentType = reply?.contentType ?? '';
  const server: typeof fetch = tricost.meter(
    async () =>
      new Response(ReadableStream.from(cut(bytes).map((piece) => Uint8Array.from(piece))), {
        headers: { 'content-type': contentType },
      }),
  );
  const response = await tricost.withTags({ userId: 'u_1', feature: 'chat' }, () =>
    server(`https://bedrock-runtime.us-east-1.amazonaws.com${path}`, {
      method: 'POST',
      body: JSON.stringify(body),
    }),
  );
  const seen = Buffer.from(await response.arrayBuffer());
  expect(seen.equals(Buffer.concat(cut(bytes)))).toBe(true);
  await tricost.shutdown();
  expect(problems).toEqual([]);
  return transport.calls();
}

const call = {
  provider: 'aws',
  model: MODEL,
  status: 'ok',
  stream: true,
  ttft_ms: expect.any(Number),
};
const byByte = (bytes: Buffer) => [...bytes].map((byte) => Uint8Array.of(byte));

describe.each([
  ['whole', undefined],
  ['byte by byte', byByte],
])('a stream that comes %s', (_, cut) => {
  test('of Converse', async () => {
    expect(await streamed('converse-stream', cut)).toMatchObject([
      { ...call, usage_raw: BEDROCK_USAGE, service_tier: 'flex' },
    ]);
  });

  test('of InvokeModel', async () => {
    expect(await streamed('invoke-with-response-stream', cut)).toMatchObject([
      { ...call, usage_raw: ANTHROPIC_USAGE },
    ]);
  });
});

test('a stream that ends too early has failed, and is estimated by its text', async () => {
  const half = (bytes: Buffer) => [bytes.subarray(0, bytes.indexOf('contentBlockStop') - 27)];
  expect(await streamed('converse-stream', half)).toMatchObject([
    { status: 'error', usage_source: 'estimated', usage: { output_tokens: cost } },
  ]);
});

test('a stream of InvokeModel that ends too early counts the text seen, not its beginning', async () => {
  const third = (bytes: Buffer) => [bytes.subarray(0, Math.floor(bytes.length * 0.7))];
  const [cut] = await streamed('invoke-with-response-stream', third);
  expect(cut).toMatchObject({ status: 'error', usage_source: 'estimated' });
  const usage = cut?.usage_raw ?? {};
  expect(usage['output_tokens']).toBeGreaterThan(1);
});

test('a stream that tells of an exception has failed', async () => {
  const name = Buffer.from(':exception-type');
  const value = Buffer.from('throttlingException');
  const headers = Buffer.concat([
    Buffer.from([name.length]),
    name,
    Buffer.from([7, 0, value.length]),
    value,
  ]);
  const payload = Buffer.from('{"message":"slow down"}');
  const frame = Buffer.alloc(16 + headers.length + payload.length);
  frame.writeUInt32BE(frame.length, 0);
  frame.writeUInt32BE(headers.length, 4);
  headers.copy(frame, 12);
  payload.copy(frame, 12 + headers.length);
  expect(await streamed('converse-stream', (bytes) => [bytes, frame])).toMatchObject([
    { status: 'error', usage_raw: BEDROCK_USAGE },
  ]);
});

test('what are no frames are passed on, and the call is told', async () => {
  expect(await streamed('converse-stream', () => [Buffer.alloc(64, 0xff)])).toMatchObject([
    { status: 'error', usage_source: 'estimated' },
  ]);
});
