import { setImmediate } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { createTricost } from '../../../sdk/src/create-tricost.ts';
import type { Transport } from '../../../sdk/src/delivery/transport.ts';
import { ANTHROPIC_USAGE } from '../../../sdk/src/testing/fake-anthropic.ts';
import { OPENAI_CHAT_USAGE } from '../../../sdk/src/testing/fake-openai.ts';
import { memoryTransport } from '../../../sdk/src/testing/index.ts';
import { assertCall } from '../../support/received-envelopes.ts';

const TAGS = { userId: null, feature: 'nightly' };

const openAiBatch = { id: 'batch_1', created_at: 1_790_000_000 };
const openAiLine = (custom_id: string, status_code = 200) => ({
  ...{ id: `batch_req_${custom_id}`, custom_id, error: null },
  response: {
    status_code,
    request_id: 'req_1',
    body:
      status_code === 200
        ? { id: `chatcmpl-${custom_id}`, model: 'gpt-5.4', usage: OPENAI_CHAT_USAGE }
        : { error: { message: 'no' } },
  },
});

const anthropicBatch = { id: 'msgbatch_1', created_at: '2026-09-21T13:33:20.123456Z' };
const anthropicResult = (custom_id: string, type = 'succeeded') => ({
  custom_id,
  result:
    type === 'succeeded'
      ? { type, message: { id: 'msg_1', model: 'claude-opus-4-8', usage: ANTHROPIC_USAGE } }
      : { type },
});

function start() {
  const transport = memoryTransport();
  const tricost = createTricost({ transport });
  const published = async () => {
    await tricost.flush();
    return transport.calls();
  };
  return { tricost, published };
}

test('OpenAI: the text of the output file', async () => {
  const { tricost, published } = start();
  const lines = [openAiLine('a'), openAiLine('b', 400), openAiLine('c')];
  const text = `${lines.map((line) => JSON.stringify(line)).join('\n')}\n`;
  expect(await tricost.trackBatch('openai', openAiBatch, text, TAGS)).toBe(2);
  const calls = await published();
  expect(calls).toMatchObject([
    {
      ...{ provider: 'openai', model: 'gpt-5.4', batch: true, status: 'ok', feature: 'nightly' },
      ...{ response_id: 'chatcmpl-a', usage_raw: OPENAI_CHAT_USAGE },
      ts: new Date(1_790_000_000_000).toISOString(),
    },
    { response_id: 'chatcmpl-c' },
  ]);
  for (const call of calls) assertCall(call);
});

test('Anthropic: results as they come, each with the tags of its request', async () => {
  const { tricost, published } = start();
  async function* results() {
    yield anthropicResult('u_1');
    yield anthropicResult('u_2', 'errored');
    yield anthropicResult('u_3', 'expired');
    yield anthropicResult('u_4');
  }
  const tags = (userId: string) => ({ userId, feature: 'nightly' });
  expect(await tricost.trackBatch('anthropic', anthropicBatch, results(), tags)).toBe(2);
  expect(await published()).toMatchObject([
    { user_id: 'u_1', usage_raw: ANTHROPIC_USAGE, batch: true, ts: '2026-09-21T13:33:20.123Z' },
    { user_id: 'u_4', model: 'claude-opus-4-8' },
  ]);
});

test('tracked again, calls have the ids and times that they had', async () => {
  const { tricost, published } = start();
  const track = (id: string, line: object) =>
    tricost.trackBatch('openai', { ...openAiBatch, id }, [line], TAGS);
  await track('batch_1', openAiLine('a'));
  await track('batch_1', openAiLine('a'));
  await track('batch_1', openAiLine('b'));
  await track('batch_2', openAiLine('a'));
  const keys = (await published()).map(({ event_id, ts }) => `${event_id} ${ts}`);
  expect(keys[1]).toBe(keys[0]);
  expect(new Set(keys).size).toBe(3);
});

test('a batch larger than the buffer arrives whole', async () => {
  const memory = memoryTransport();
  const transport: Transport = {
    async send(messages, signal) {
      // As a queue elsewhere does: later than all that the process itself has to do.
      await setImmediate();
      return memory.send(messages, signal);
    },
  };
  const tricost = createTricost({ transport, onError: () => {} });
  const lines = function* () {
    for (let line = 0; line < 50_000; line += 1) yield JSON.stringify(openAiLine(`r${line}`));
  };
  expect(await tricost.trackBatch('openai', openAiBatch, lines(), TAGS)).toBe(50_000);
  expect(tricost.stats()).toEqual({ published: 50_000, sent: 50_000, dropped: 0, pending: 0 });
  expect(new Set(memory.calls().map((call) => call.event_id)).size).toBe(50_000);
});

test('a batch that the queue does not take stops with an error, and arrives when it is tracked again', async () => {
  const memory = memoryTransport();
  let isDown = true;
  const transport: Transport = {
    send: (messages) =>
      isDown
        ? Promise.resolve({ failed: [], refused: messages.map(({ sequence }) => sequence) })
        : memory.send(messages, new AbortController().signal),
  };
  const tricost = createTricost({ transport, onError: () => {} });
  const lines = Array.from({ length: 1_200 }, (_, line) => openAiLine(`r${line}`));
  const track = () => tricost.trackBatch('openai', openAiBatch, lines, TAGS);
  await expect(track()).rejects.toThrow(/track the batch again/);
  expect(tricost.stats().published).toBeLessThan(1_000);
  isDown = false;
  expect(await track()).toBe(1_200);
  expect(memory.calls()).toHaveLength(1_200);
});

describe('what is no batch', () => {
  test.each([
    ['a line that is no JSON', openAiBatch, '{"custom_id":'],
    ['a line of something else', openAiBatch, [{ custom_id: 'a' }]],
    ['a line without its id', openAiBatch, [{}]],
    ['a batch without its time', { id: 'b', created_at: 'yesterday' }, [openAiLine('a')]],
  ])('%s', async (_, batch, results) => {
    const { tricost } = start();
    await expect(tricost.trackBatch('openai', batch, results, TAGS)).rejects.toThrow(
      /SyntaxError|JSON|custom_id|neither|created/,
    );
  });
});

test('a batch without tags throws under test', async () => {
  const { tricost, published } = start();
  await expect(tricost.trackBatch('openai', openAiBatch, [openAiLine('a')])).rejects.toThrow(
    'no feature and no user',
  );
  expect(await published()).toEqual([]);
});
