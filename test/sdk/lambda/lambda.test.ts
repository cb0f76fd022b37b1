/** What an invocation publishes is sent within it, and its result and error are those of the handler. */
import middy from '@middy/core';
import type { Context, Handler } from 'aws-lambda';
import { describe, expect, test, vi } from 'vitest';
import { createPublisher, type Publisher, type Transport } from '../../../sdk/src/index.ts';
import { tricostMiddleware, withTricost } from '../../../sdk/src/lambda/index.ts';
import { memoryTransport } from '../../../sdk/src/transports/memory.ts';

const CALL = { model: 'gpt-5', usage: { input_tokens: 1 } };

function setUp() {
  vi.stubEnv('AWS_LAMBDA_FUNCTION_NAME', 'answer');
  const transport = memoryTransport();
  return { transport, tricost: createPublisher({ transport }) };
}

const contextWith = (remainingMs: number) =>
  ({ getRemainingTimeInMillis: () => remainingMs }) as Context;

type LambdaHandler = (event: unknown, context: Context) => Promise<unknown>;

/** Every way to build a handler, as the function that Lambda would call. */
const WAYS: [string, (tricost: Publisher, handler: LambdaHandler) => LambdaHandler][] = [
  ['withTricost', withTricost],
  ['middy', (tricost, handler) => middy(handler).use(tricostMiddleware(tricost)) as LambdaHandler],
];

describe.each(WAYS)('%s', (_, build) => {
  test('the result is the handler’s, and the calls have arrived', async () => {
    const { transport, tricost } = setUp();
    const answer = { statusCode: 200 };
    const handler = build(tricost, async (event) => {
      expect(event).toBe('event');
      tricost.publish([CALL, CALL]);
      return answer;
    });
    expect(await handler('event', contextWith(3_000))).toBe(answer);
    expect(transport.calls()).toHaveLength(2);
  });

  test('the error is the handler’s, and the calls have arrived', async () => {
    const { transport, tricost } = setUp();
    const error = new Error('no');
    const handler = build(tricost, async () => {
      tricost.publish(CALL);
      throw error;
    });
    await expect(handler('event', contextWith(3_000))).rejects.toBe(error);
    expect(transport.calls()).toHaveLength(1);
  });

  test.each([
    [30_000, 1_000],
    [600, 500],
    [50, 0],
  ])('with %d ms left it waits for %d ms at most', async (remainingMs, timeoutMs) => {
    const { tricost } = setUp();
    const flush = vi.spyOn(tricost, 'flush');
    await build(tricost, async () => 'answer')('event', contextWith(remainingMs));
    expect(flush.mock.calls).toEqual([[{ timeoutMs }]]);
  });

  test('a flush that fails changes nothing', async () => {
    const tricost = { ...setUp().tricost, flush: () => Promise.reject(new Error('flush')) };
    expect(await build(tricost, async () => 'answer')('event', contextWith(3_000))).toBe('answer');
  });
});

describe('withTricost', () => {
  test('takes a streaming handler, whose context comes third', async () => {
    const { transport, tricost } = setUp();
    const stream = { write: vi.fn() };
    const handler = withTricost(
      tricost,
      async (_: string, to: typeof stream, __: Context) => {
        to.write('answer');
        tricost.publish(CALL);
      },
      { maxFlushMs: 500 },
    );
    await handler('event', stream, contextWith(3_000));
    expect(stream.write).toHaveBeenCalledWith('answer');
    expect(transport.calls()).toHaveLength(1);
  });

  test('leaves a handler that answers by callback to itself', () => {
    const { tricost } = setUp();
    const callback = vi.fn();
    const handler: Handler<string> = (_, __, done) => done(null, 'answer');
    expect(withTricost(tricost, handler)('event', contextWith(1), callback)).toBeUndefined();
    expect(callback).toHaveBeenCalledWith(null, 'answer');
  });
});

test('what an outage has held back goes in the next invocation', async () => {
  vi.stubEnv('AWS_LAMBDA_FUNCTION_NAME', 'answer');
  const arrived = memoryTransport();
  let isDown = true;
  const transport: Transport = {
    send: (messages, signal) =>
      isDown ? Promise.reject(new Error('down')) : arrived.send(messages, signal),
  };
  const tricost = createPublisher({ transport, onError: () => {} });
  const handler = withTricost(tricost, async () => tricost.publish(CALL), { maxFlushMs: 1 });
  await handler();
  expect(tricost.stats()).toMatchObject({ sent: 0, dropped: 0, pending: 1 });
  isDown = false;
  await withTricost(tricost, async () => tricost.publish(CALL))();
  expect(arrived.calls()).toHaveLength(2);
});
