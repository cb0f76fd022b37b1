/** The publisher when SQS does not take what it sends. Only here is SQS mocked: no local engine throttles or fails in part. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  SendMessageBatchCommand,
  type SendMessageBatchCommandInput,
  SQSClient,
} from '@aws-sdk/client-sqs';
import { type AwsClientStub, mockClient } from 'aws-sdk-client-mock';
import fc from 'fast-check';
import { beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest';
import { createPublisher } from '../../../sdk/src/delivery/create-publisher.ts';
import { type PublishError, warnOnConsole } from '../../../sdk/src/delivery/publish-error.ts';
import type { PublisherOptions } from '../../../sdk/src/delivery/publisher.ts';
import { spoolFolder } from '../../../sdk/src/spool/index.ts';

const CALL = { model: 'gpt-5', provider: 'openai', usage: { input_tokens: 1 } };
const NEVER_MS = 2 ** 31 - 1;

let client: SQSClient;
let sqs: AwsClientStub<SQSClient>;
beforeEach(() => {
  client = new SQSClient({ region: 'us-east-1' });
  sqs = mockClient(client);
  sqs.on(SendMessageBatchCommand).resolves({});
  // No waiting between attempts.
  vi.spyOn(Math, 'random').mockReturnValue(0);
});

function publisher(options: PublisherOptions = {}) {
  const errors: PublishError[] = [];
  const { publish, flush, stats } = createPublisher({
    queueUrl: 'https://sqs.us-east-1.amazonaws.com/123456789012/calls',
    client,
    maxMessageBytes: 1,
    flushAfterEvents: Number.POSITIVE_INFINITY,
    flushAfterMs: NEVER_MS,
    onError: (error) => errors.push(error),
    ...options,
  });
  return { publish, flush, stats, errors };
}

const requests = () => sqs.commandCalls(SendMessageBatchCommand).map((call) => call.args[0].input);
const entriesOf = (input?: SendMessageBatchCommandInput) =>
  (input?.Entries ?? []).map(({ Id, MessageBody = '' }) => ({ Id, ...JSON.parse(MessageBody) }));
const bodiesOf = (input?: SendMessageBatchCommandInput) =>
  (input?.Entries ?? []).map(({ MessageBody }) => MessageBody);
const failed = (Id: string, SenderFault: boolean) => ({
  Successful: [],
  Failed: [{ Id, SenderFault, Code: SenderFault ? 'InvalidMessageContents' : 'InternalError' }],
});

describe('what did not arrive', () => {
  test('is sent again, alone and unchanged, when only a part of the batch failed', async () => {
    sqs.on(SendMessageBatchCommand).resolvesOnce(failed('2', false)).resolves({});
    const { publish, flush, errors } = publisher();
    publish([CALL, CALL, CALL]);
    expect(await flush()).toEqual({ sent: 3, dropped: 0, pending: 0 });
    const [first, second, ...others] = requests();
    expect(others).toEqual([]);
    expect(bodiesOf(second)).toEqual([bodiesOf(first)[1]]);
    expect(errors).toMatchObject([
      { dropped: 0, cause: { message: expect.stringContaining('InternalError') } },
    ]);
  });

  test('is sent again as a whole when the request failed', async () => {
    const throttled = Object.assign(new Error('slow down'), { name: 'RequestThrottled' });
    sqs.on(SendMessageBatchCommand).rejectsOnce(throttled).rejectsOnce(throttled).resolves({});
    const { publish, flush, errors } = publisher();
    publish([CALL, CALL]);
    expect(await flush()).toEqual({ sent: 2, dropped: 0, pending: 0 });
    const bodies = requests().map(bodiesOf);
    expect(bodies).toHaveLength(3);
    expect(bodies[1]).toEqual(bodies[0]);
    expect(bodies[2]).toEqual(bodies[0]);
    expect(errors.map(({ cause }) => cause)).toEqual([throttled, throttled]);
  });

  test('is dropped when SQS refuses it for good, and the next envelope says so', async () => {
    sqs.on(SendMessageBatchCommand).resolvesOnce(failed('1', true)).resolves({});
    const { publish, flush, stats, errors } = publisher();
    publish([CALL, CALL]);
    expect(await flush()).toEqual({ sent: 1, dropped: 1, pending: 0 });
    publish(CALL);
    await flush();
    expect(requests()).toHaveLength(2);
    expect(entriesOf(requests()[1])).toMatchObject([{ Id: '3', sequence: 3, dropped: 1 }]);
    expect(errors.map(({ dropped }) => dropped)).toEqual([1]);
    expect(stats()).toEqual({ published: 3, sent: 2, dropped: 1, pending: 0 });
  });

  test('is dropped when time is up; a lost report of losses is repeated', async () => {
    sqs.on(SendMessageBatchCommand).rejectsOnce('down').rejectsOnce('down').resolves({});
    vi.spyOn(Math, 'random').mockReturnValue(0.9);
    const { publish, flush, errors } = publisher({ giveUpAfterMs: 0 });
    for (const dropped of [2, 1, 0]) {
      publish([CALL, CALL].slice(0, Math.max(dropped, 1)));
      expect((await flush()).dropped).toBe(dropped);
    }
    expect(entriesOf(requests()[1])).toMatchObject([{ dropped: 2 }]);
    expect(entriesOf(requests()[2])).toMatchObject([{ dropped: 3 }]);
    expect(errors.map(({ dropped }) => dropped)).toEqual([2, 1]);
  });

  test('waits in bounded memory: the oldest calls go first', async () => {
    const { promise: recovery, resolve: recover } = Promise.withResolvers<object>();
    sqs
      .on(SendMessageBatchCommand)
      .callsFakeOnce(() => recovery)
      .resolves({});
    const { publish, flush, stats } = publisher({ maxBufferBytes: 1_500 });
    publish({ ...CALL, feature: 'in flight' });
    expect(await flush({ timeoutMs: 1 })).toEqual({ sent: 0, dropped: 0, pending: 1 });
    publish(Array.from({ length: 100 }, (_, index) => ({ ...CALL, feature: `f${index}` })));
    const { dropped, pending } = stats();
    expect(dropped).toBeGreaterThan(80);
    recover({});
    expect(await flush()).toEqual({ sent: pending, dropped: 0, pending: 0 });
    const [, ...later] = requests();
    const features = later.flatMap(entriesOf).map((entry) => entry['events'][0].feature);
    expect(features).toEqual(Array.from({ length: 100 - dropped }, (_, i) => `f${i + dropped}`));
    expect(entriesOf(later[0])[0]).toMatchObject({ dropped });
  });
});

describe('never in the way', () => {
  const revoked = Proxy.revocable([], {});
  revoked.revoke();
  // In boxes: fast-check itself looks into what it generates.
  const hostile = fc.constantFrom<{ input: unknown }>(
    { input: revoked.proxy },
    {
      input: {
        get model() {
          throw new Error('getter');
        },
      },
    },
    {
      input: {
        toJSON() {
          throw null;
        },
      },
    },
    {
      input: {
        usage: {
          toJSON() {
            throw new Error('toJSON');
          },
        },
      },
    },
    { input: { usage: { input_tokens: 1n } } },
    {
      input: new Proxy(
        {},
        {
          ownKeys() {
            throw new Error('trap');
          },
        },
      ),
    },
    {
      input: Object.assign([1, 2], {
        [Symbol.iterator]() {
          throw new Error('iterator');
        },
      }),
    },
    { input: Symbol('call') },
    { input: () => {} },
  );
  const anything = fc
    .anything({ withBigInt: true, withNullPrototype: true, withSparseArray: true })
    .map((input) => ({ input }));

  test('publish never throws, whatever it is given, and counts it', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.oneof(anything, hostile)), async (inputs) => {
        const { publish, flush, stats } = publisher({ maxMessageBytes: 65_536 });
        for (const { input } of inputs) expect(publish(input as never)).toBeUndefined();
        expect((await flush()).pending).toBe(0);
        const { published, sent, dropped } = stats();
        expect(sent + dropped).toBe(published);
        const calls = inputs.reduce((sum, { input }) => {
          try {
            return sum + (Array.isArray(input) ? [...input].length : 1);
          } catch {
            return sum + 1;
          }
        }, 0);
        expect(published).toBe(calls);
      }),
    );
  });

  test.each([
    [
      'throws',
      () => {
        throw new Error('callback');
      },
    ],
    [
      'rejects',
      async () => {
        throw new Error('callback');
      },
    ],
  ])('an onError that %s stays without effect', async (_, onError) => {
    const { publish, flush } = publisher({ onError });
    publish([7 as never, CALL]);
    expect(await flush()).toEqual({ sent: 1, dropped: 0, pending: 0 });
  });

  test.each([
    ['maxMessageBytes', Number.NaN, 65_536],
    ['maxMessageBytes', '64kb', 65_536],
    ['flushAfterEvents', Number.NaN, 500],
    ['flushAfterMs', -1, 1_000],
    ['maxBufferBytes', 0, 8_388_608],
    ['giveUpAfterMs', null, 300_000],
  ])('%s: %s is told, and the default taken', async (name, value, fallback) => {
    sqs.on(SendMessageBatchCommand).resolves({});
    const { publish, flush, errors } = publisher({ [name]: value });
    expect(errors.map(({ message, dropped }) => [message.split(',')[0], dropped])).toEqual([
      [expect.stringContaining(`${name} must be a number of`), 0],
    ]);
    expect(errors[0]?.message).toContain(`got ${value}; taking ${fallback}`);
    // More than one message can hold, so that a size that is no number would never be reached.
    publish(Array.from({ length: 30 }, () => ({ ...CALL, tags: { text: 'x'.repeat(60_000) } })));
    expect(await flush()).toEqual({ sent: 30, dropped: 0, pending: 0 });
  });

  test('without a queue it says what to do, at once: nothing that it could wait for brings one', async () => {
    const { publish, flush, errors } = publisher({ queueUrl: '' });
    publish(CALL);
    expect(await flush({ timeoutMs: NEVER_MS })).toEqual({ sent: 0, dropped: 1, pending: 0 });
    expect(errors.map(({ dropped }) => dropped)).toEqual([1]);
    expect(String(errors[0]?.cause)).toContain('TRICOST_QUEUE_URL');
  });

  test('without a queue a spool keeps the calls: the next process may have one', async () => {
    const spoolDir = mkdtempSync(join(tmpdir(), 'tricost-spool-'));
    onTestFinished(() => rmSync(spoolDir, { recursive: true, force: true }));
    const { publish, flush, errors } = publisher({ queueUrl: '', spool: spoolFolder(spoolDir) });
    vi.spyOn(Math, 'random').mockReturnValue(0.5);
    publish(CALL);
    expect(await flush({ timeoutMs: 1 })).toEqual({ sent: 0, dropped: 0, pending: 1 });
    expect(String(errors[0]?.cause)).toContain('TRICOST_QUEUE_URL');
  });

  test('by default it warns on the console, once a minute of each subject', () => {
    const warn = vi.spyOn(console, 'warn').mockReturnValue();
    vi.useFakeTimers({ toFake: ['performance'] });
    const onError = warnOnConsole();
    const tell = (message: string) => onError({ message, cause: new Error('no') } as PublishError);
    for (const calls of ['1 call', '2 calls', '30 calls']) tell(`could not send ${calls}`);
    tell('no spool');
    vi.advanceTimersByTime(59_000);
    tell('could not send 4 calls');
    expect(warn.mock.calls.flat()).toEqual([
      'tricost: could not send 1 call (no)',
      'tricost: no spool (no)',
    ]);
    vi.advanceTimersByTime(1_000);
    tell('could not send 5 calls');
    expect(warn).toHaveBeenCalledTimes(3);
    vi.useRealTimers();
  });

  test('what names something new each time fills no console, and no memory', () => {
    const warn = vi.spyOn(console, 'warn').mockReturnValue();
    const onError = warnOnConsole();
    for (const name of Array.from({ length: 1_000 }, (_, n) => 'x'.repeat(n))) {
      onError({ message: name } as PublishError);
    }
    expect(warn).toHaveBeenCalledTimes(20);
  });
});
