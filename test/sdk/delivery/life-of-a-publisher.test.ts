/** From the first call to shutdown(), on a server and in a function, with transports that behave and others. */
import { describe, expect, test, vi } from 'vitest';
import { decodeMessage } from '../../../domain/ingest-calls/decode-message.ts';
import {
  createPublisher,
  type Message,
  type PublishError,
  type Transport,
} from '../../../sdk/src/index.ts';
import { memoryTransport } from '../../../sdk/src/transports/memory.ts';

const CALL = { model: 'gpt-5', usage: { input_tokens: 1 } };
const NEVER_MS = 2 ** 31 - 1;
const down: Transport = { send: () => Promise.reject(new Error('down')) };

describe('shutdown', () => {
  test('sends what waits, closes the transport, and refuses what comes later', async () => {
    const close = vi.fn(async () => {});
    const transport = { ...memoryTransport(), close };
    const errors: PublishError[] = [];
    const { publish, shutdown, stats } = createPublisher({
      transport,
      flushAfterMs: NEVER_MS,
      onError: (error) => errors.push(error),
    });
    publish([CALL, CALL]);
    const [first, second] = [shutdown(), shutdown({ timeoutMs: 1 })];
    expect(await first).toEqual({ sent: 2, dropped: 0, pending: 0 });
    expect(await second).toBe(await first);
    expect(close).toHaveBeenCalledOnce();
    publish([CALL, CALL, CALL]);
    expect(stats()).toEqual({ published: 5, sent: 2, dropped: 3, pending: 0 });
    expect(errors.map(({ message, dropped }) => [message, dropped])).toEqual(
      [1, 2, 3].map(() => ['dropped a call that was published after shutdown()', 1]),
    );
    expect(transport.calls()).toHaveLength(2);
  });

  test('says what is pending when time is up, and tries nothing more', async () => {
    vi.spyOn(Math, 'random').mockReturnValue(0);
    const send = vi.fn(down.send);
    const errors: PublishError[] = [];
    const { publish, shutdown, stats } = createPublisher({
      transport: { send },
      onError: (error) => errors.push(error),
    });
    publish(CALL);
    expect(await shutdown({ timeoutMs: 1 })).toEqual({ sent: 0, dropped: 0, pending: 1 });
    expect(errors.at(-1)?.message).toBe('shut down with 1 call still on its way');
    const attempts = send.mock.calls.length;
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(send.mock.calls.length).toBeLessThanOrEqual(attempts + 1);
    expect(stats()).toEqual({ published: 1, sent: 0, dropped: 0, pending: 1 });
  });

  test('leaves no timer behind', async () => {
    vi.useFakeTimers();
    const { publish, shutdown } = createPublisher({ transport: memoryTransport() });
    publish(CALL);
    await shutdown();
    expect(vi.getTimerCount()).toBe(0);
    vi.useRealTimers();
  });

  test('a transport that cannot be closed is told', async () => {
    const transport = { ...memoryTransport(), close: () => Promise.reject(new Error('stuck')) };
    const onError = vi.fn();
    expect(await createPublisher({ transport, onError }).shutdown()).toMatchObject({ pending: 0 });
    expect(onError.mock.calls[0]?.[0]).toMatchObject({ cause: { message: 'stuck' } });
  });
});

describe('a transport of the app that', () => {
  const misbehaviours: [string, (messages: readonly Message[]) => unknown][] = [
    [
      'throws',
      () => {
        throw new Error('no');
      },
    ],
    ['rejects with nothing', () => Promise.reject()],
    ['answers nothing', () => undefined],
    ['answers nonsense', async () => ({ failed: 7 })],
  ];
  test.each(misbehaviours)('%s has failed, and is asked again', async (_, misbehave) => {
    const arrived = memoryTransport();
    const send = vi.fn(arrived.send).mockImplementationOnce(misbehave as never);
    const { publish, flush } = createPublisher({ transport: { send }, onError: () => {} });
    publish(CALL);
    expect(await flush()).toEqual({ sent: 1, dropped: 0, pending: 0 });
  });

  test('never answers has failed after a while; what it answers later changes nothing', async () => {
    vi.useFakeTimers();
    let answerLate: (outcome: { failed: number[]; refused: number[] }) => void = () => {};
    const signals: AbortSignal[] = [];
    const arrived = memoryTransport();
    const send: Transport['send'] = (messages, signal) => {
      signals.push(signal);
      if (signals.length > 1) return arrived.send(messages, signal);
      return new Promise((resolve) => {
        answerLate = resolve;
      });
    };
    const { publish, flush, stats } = createPublisher({ transport: { send }, onError: () => {} });
    publish(CALL);
    const flushed = flush({ timeoutMs: 120_000 });
    await vi.advanceTimersByTimeAsync(19_000);
    expect(signals.map(({ aborted }) => aborted)).toEqual([false]);
    await vi.advanceTimersByTimeAsync(2_000);
    answerLate({ failed: [1], refused: [] });
    expect(await flushed).toEqual({ sent: 1, dropped: 0, pending: 0 });
    expect(signals.map(({ aborted }) => aborted)).toEqual([true, false]);
    expect(stats().sent).toBe(1);
    vi.useRealTimers();
  });
});

describe('compress', () => {
  const calls = Array.from({ length: 200 }, (_, index) => ({ ...CALL, user_id: `u_${index}` }));

  test('many calls go as gzip, in one billing chunk; ingest reads the same envelope', async () => {
    const bodies: Record<string, string> = {};
    for (const compress of [false, true]) {
      const transport = memoryTransport();
      const { publish, flush } = createPublisher({ transport, compress });
      publish(calls);
      await flush();
      const [message] = transport.messages;
      expect(transport.messages).toHaveLength(1);
      expect(Buffer.byteLength(message?.body ?? '')).toBe(message?.bytes);
      bodies[String(compress)] = message?.body ?? '';
    }
    const { true: compressed = '', false: plain = '' } = bodies;
    expect(JSON.parse(compressed)).toMatchObject({ v: 1, encoding: 'gzip' });
    expect(compressed.length).toBeLessThan(plain.length / 3);
    expect(decodeMessage(compressed)).toMatchObject({
      value: { events: calls, delivery: { sequence: 1, dropped: 0 } },
    });
  });

  test('a call that would not become smaller goes as it is', async () => {
    const transport = memoryTransport();
    const { publish, flush } = createPublisher({ transport, compress: true });
    publish(CALL);
    await flush();
    expect(JSON.parse(transport.messages[0]?.body ?? '')).toMatchObject({ events: [CALL] });
  });
});

describe('in a function', () => {
  test('calls go at once, together where they come together, and no timer is set', async () => {
    vi.stubEnv('AWS_LAMBDA_FUNCTION_NAME', 'answer');
    vi.useFakeTimers();
    const transport = memoryTransport();
    const { publish, stats } = createPublisher({ transport });
    publish(CALL);
    publish(CALL);
    expect(vi.getTimerCount()).toBe(0);
    await vi.waitUntil(() => stats().sent === 2);
    expect(transport.messages).toHaveLength(1);
    expect(vi.getTimerCount()).toBe(0);
    vi.useRealTimers();
  });

  test('waitUntil is given a promise that lasts until the calls have arrived', async () => {
    const given: Promise<unknown>[] = [];
    const transport = memoryTransport();
    const waitUntil = (sent: Promise<unknown>) => void given.push(sent);
    const { publish } = createPublisher({ transport, waitUntil });
    publish(CALL);
    expect(given).toHaveLength(1);
    await given[0];
    expect(transport.calls()).toHaveLength(1);
  });

  test('a waitUntil that throws, as outside of a request, is told', async () => {
    const onError = vi.fn();
    const transport = memoryTransport();
    const waitUntil = () => {
      throw new Error('outside of a request');
    };
    const { publish, flush } = createPublisher({ transport, waitUntil, onError });
    publish(CALL);
    expect(await flush()).toMatchObject({ pending: 0 });
    expect(transport.calls()).toHaveLength(1);
    expect(onError).toHaveBeenCalledOnce();
  });

  test('time in which the process was frozen does not count as trying', async () => {
    vi.useFakeTimers({ toFake: ['performance'] });
    vi.spyOn(Math, 'random').mockReturnValue(0);
    const arrived = memoryTransport();
    const send = vi.fn(arrived.send).mockImplementationOnce(() => {
      vi.advanceTimersByTime(3_600_000);
      return Promise.reject(new Error('the connection is gone'));
    });
    const { publish, flush } = createPublisher({
      transport: { send },
      giveUpAfterMs: 60_000,
      onError: () => {},
    });
    publish(CALL);
    expect(await flush()).toEqual({ sent: 1, dropped: 0, pending: 0 });
    vi.useRealTimers();
  });
});
