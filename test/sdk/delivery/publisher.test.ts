/** The publisher on a real SQS engine: what is published arrives, once, in order, within the limits. */
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { createPublisher } from '../../../sdk/src/delivery/create-publisher.ts';
import type { PublisherOptions } from '../../../sdk/src/delivery/publisher.ts';
import { assertCall, receiveBodies, receiveEnvelopes } from '../../support/received-envelopes.ts';
import { startQueue, type TestQueueEngine } from '../../support/sqs.ts';

const CALL = {
  feature: 'support.reply',
  user_id: 'u_1',
  provider: 'openai',
  model: 'gpt-5',
  usage: { input_tokens: 1_000, output_tokens: 50 },
};
const NEVER_MS = 2 ** 31 - 1;

let engine: TestQueueEngine;
let queueUrl: string;
beforeAll(async () => {
  engine = await startQueue();
  queueUrl = await engine.createQueue('calls');
});
afterAll(() => engine.stop());

/** Sends nothing by itself unless the test says so. */
function publisher(options: PublisherOptions = {}) {
  return createPublisher({
    queueUrl,
    client: engine.client,
    flushAfterEvents: Number.POSITIVE_INFINITY,
    flushAfterMs: NEVER_MS,
    ...options,
  });
}

const received = () => receiveEnvelopes(engine.client, queueUrl);

describe('publish and flush', () => {
  test('calls arrive in an envelope, valid, with an id and a time', async () => {
    const { publish, flush, stats } = publisher();
    publish(CALL);
    publish([CALL, { ...CALL, ts: '2026-11-23T13:00:00Z' }]);
    expect(await flush()).toEqual({ sent: 3, dropped: 0, pending: 0 });

    const [envelope, ...others] = await received();
    expect(others).toEqual([]);
    expect(envelope).toMatchObject({ v: 1, sequence: 1, producer_id: expect.any(String) });
    expect(envelope).not.toHaveProperty('dropped');
    for (const event of envelope?.events ?? []) assertCall(event);
    expect(new Set(envelope?.events.map(({ event_id }) => event_id)).size).toBe(3);
    expect(envelope?.events[2]?.ts).toBe('2026-11-23T13:00:00Z');
    expect(stats()).toEqual({ published: 3, sent: 3, dropped: 0, pending: 0 });
  });

  test('without a client of its own, it finds the queue by its URL', async () => {
    vi.stubEnv('TRICOST_QUEUE_URL', `${engine.endpoint}${new URL(queueUrl).pathname}`);
    vi.stubEnv('AWS_ACCESS_KEY_ID', 'test');
    vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'test');
    vi.stubEnv('AWS_REGION', 'eu-central-1');
    const { publish, flush } = createPublisher();
    publish(CALL);
    expect(await flush()).toMatchObject({ sent: 1 });
    expect(await received()).toHaveLength(1);
  });

  test('with nothing to send, flush returns', async () => {
    expect(await publisher().flush()).toEqual({ sent: 0, dropped: 0, pending: 0 });
  });

  test('what the app changes after publish changes nothing', async () => {
    const { publish, flush } = publisher();
    const call = { ...CALL };
    publish(call);
    call.feature = 'changed';
    await flush();
    expect((await received())[0]?.events[0]?.feature).toBe('support.reply');
  });

  test('a flush waits for the calls before it, also while others are being sent', async () => {
    const { publish, flush } = publisher({ maxMessageBytes: 1 });
    publish(Array.from({ length: 25 }, () => CALL));
    const first = flush();
    publish(CALL);
    const second = await flush();
    expect((await first).pending).toBe(0);
    expect(second.pending).toBe(0);
    expect(await received()).toHaveLength(26);
  });
});

describe('sends by itself', () => {
  test('as soon as the calls fill a message, and only what fills one', async () => {
    const { publish, stats, flush } = publisher({ maxMessageBytes: 4_000 });
    publish(Array.from({ length: 100 }, () => CALL));
    await vi.waitUntil(() => stats().sent > 0);
    const full = await received();
    expect(stats().pending).toBeGreaterThan(0);
    expect(full.flatMap(({ events }) => events)).toHaveLength(stats().sent);
    const perMessage = full[0]?.events.length ?? 0;
    expect(full.map(({ events }) => events.length)).toEqual(full.map(() => perMessage));
    expect(stats().pending).toBeLessThanOrEqual(perMessage);
    await flush();
    expect(await received()).toHaveLength(1);
  });

  test('the rest, once it has waited: calls that came with a full message are not forgotten', async () => {
    const { publish, stats } = publisher({ maxMessageBytes: 4_000, flushAfterMs: 1 });
    publish(Array.from({ length: 100 }, () => CALL));
    await vi.waitUntil(() => stats().pending === 0);
    expect((await received()).flatMap(({ events }) => events)).toHaveLength(100);
  });

  test('when enough calls wait', async () => {
    const { publish, stats } = publisher({ flushAfterEvents: 3 });
    publish([CALL, CALL]);
    publish(CALL);
    await vi.waitUntil(() => stats().pending === 0);
    expect(await received()).toHaveLength(1);
  });

  test('when a call has waited long enough, again and again', async () => {
    const { publish, stats } = publisher({ flushAfterMs: 1 });
    for (const sent of [1, 2]) {
      publish(CALL);
      await vi.waitUntil(() => stats().sent === sent);
    }
    expect(await received()).toHaveLength(2);
  });
});

test('any sequence of calls: each arrives once, in order, in messages SQS takes; sent + dropped = published', async () => {
  const feature = fc.oneof(
    { weight: 12, arbitrary: fc.string({ unit: 'binary', maxLength: 200 }) },
    { weight: 3, arbitrary: fc.constantFrom('😀'.repeat(3_000), '中'.repeat(30_000)) },
    // Two that fill a batch, one that fits into no message.
    {
      weight: 1,
      arbitrary: fc.constantFrom(600_000, 1_048_000, 1_048_577).map((n) => 'x'.repeat(n)),
    },
  );
  const unsendable = fc.constantFrom<unknown>(7, null, { feature: 1n });
  const step = fc.oneof(
    { weight: 6, arbitrary: fc.array(feature, { maxLength: 8 }) },
    { weight: 1, arbitrary: unsendable.map((value) => ({ unsendable: value })) },
    { weight: 1, arbitrary: fc.constant('flush' as const) },
  );
  const ownQueueUrl = await engine.createQueue('property');
  await fc.assert(
    fc.asyncProperty(
      fc.array(step, { maxLength: 12 }),
      fc.constantFrom(1, 2_000, 65_536),
      async (steps, maxMessageBytes) => {
        const { publish, flush, stats } = publisher({
          queueUrl: ownQueueUrl,
          maxMessageBytes,
          maxBufferBytes: Number.POSITIVE_INFINITY,
          onError: () => {},
        });
        const sendable: string[] = [];
        let published = 0;
        for (const action of steps) {
          if (action === 'flush') await flush();
          else if (Array.isArray(action)) {
            publish(action.map((text) => ({ ...CALL, feature: text })));
            published += action.length;
            sendable.push(...action.filter((text) => text.length < 1_048_577));
          } else {
            publish(action.unsendable as never);
            published += 1;
          }
        }
        expect((await flush()).pending).toBe(0);
        expect(stats()).toEqual({
          published,
          sent: sendable.length,
          dropped: published - sendable.length,
          pending: 0,
        });
        const bodies = await receiveBodies(engine.client, ownQueueUrl);
        const envelopes = bodies
          .map((body) => ({ bytes: Buffer.byteLength(body), ...JSON.parse(body) }))
          .sort((a, b) => a.sequence - b.sequence);
        const events = envelopes.flatMap((envelope) => envelope.events);
        expect(events.map((event) => event.feature)).toEqual(sendable);
        expect(new Set(events.map(({ event_id }) => event_id)).size).toBe(sendable.length);
        for (const { bytes, events: packed } of envelopes) {
          expect(bytes <= maxMessageBytes || packed.length === 1).toBe(true);
        }
        // The losses after the last envelope wait for the next one.
        const reported = envelopes.reduce((sum, { dropped = 0 }) => sum + dropped, 0);
        expect(reported).toBeLessThanOrEqual(stats().dropped);
      },
    ),
    { numRuns: 20 },
  );
}, 60_000);
