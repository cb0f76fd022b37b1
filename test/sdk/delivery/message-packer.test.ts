/** Envelopes: every call in one, in order, within the limits of SQS. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { CallQueue } from '../../../sdk/src/delivery/call-queue.ts';
import {
  MAX_CALL_BYTES,
  MAX_SQS_BYTES,
  type Message,
  MessagePacker,
} from '../../../sdk/src/delivery/message-packer.ts';

const always = () => true;

function setUp(texts: readonly string[], maxBytes: number) {
  const queue = new CallQueue(Number.POSITIVE_INFINITY);
  for (const text of texts) {
    const json = JSON.stringify({ text });
    queue.push({ json, bytes: Buffer.byteLength(json) });
  }
  return { queue, packer: new MessagePacker(queue, maxBytes) };
}

function drain(packer: MessagePacker): Message[][] {
  const batches: Message[][] = [];
  for (let batch = packer.takeBatch(always); batch.length > 0; batch = packer.takeBatch(always)) {
    batches.push(batch);
  }
  return batches;
}

const bytesOf = (messages: readonly Message[]) =>
  messages.reduce((sum, { body }) => sum + Buffer.byteLength(body), 0);

// The JSON of a huge text is exactly as long as the largest call: {"text":"…"} has 11 bytes around it.
const huge = fc
  .constantFrom(60_000, 70_000, 400_000, MAX_CALL_BYTES - 11)
  .map((n) => 'x'.repeat(n));
const text = fc.oneof(
  { weight: 20, arbitrary: fc.string({ unit: 'grapheme', maxLength: 300 }) },
  { weight: 1, arbitrary: huge },
);

describe('MessagePacker', () => {
  test('every call goes once, in order, in messages and batches within the limits', () => {
    fc.assert(
      fc.property(
        fc.array(text, { maxLength: 60 }),
        fc.constantFrom(1, 500, 65_536, 10 * MAX_SQS_BYTES),
        (texts, maxBytes) => {
          const { packer } = setUp(texts, maxBytes);
          const batches = drain(packer);
          const messages = batches.flat();
          const envelopes = messages.map(({ body }) => JSON.parse(body));

          expect(
            envelopes.flatMap(({ events }) => events.map((event: { text: string }) => event.text)),
          ).toEqual(texts);
          expect(envelopes.map(({ sequence }) => sequence)).toEqual(
            messages.map((_, index) => index + 1),
          );
          for (const { body, bytes, calls } of messages) {
            expect(Buffer.byteLength(body)).toBe(bytes);
            expect(JSON.parse(body).events).toHaveLength(calls);
            expect(bytes <= maxBytes || calls === 1).toBe(true);
          }
          for (const batch of batches) {
            expect(batch.length).toBeLessThanOrEqual(10);
            expect(bytesOf(batch)).toBeLessThanOrEqual(MAX_SQS_BYTES);
          }
        },
      ),
    );
  });

  test('a message is full when one more waiting call would not fit', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ maxLength: 40 }), { maxLength: 30 }), (texts) => {
        const { packer } = setUp(texts, 700);
        const isFull = packer.hasFullMessage;
        expect(isFull).toBe(drain(packer).flat().length > 1);
      }),
    );
  });

  test('stops where nothing is due', () => {
    const { queue, packer } = setUp(['a', 'b', 'c'], 1);
    expect(packer.takeBatch(() => queue.start < 2)).toHaveLength(2);
    expect(queue.length).toBe(1);
  });

  test('reports losses once, and more than ingest can count in one number in several', () => {
    const { packer } = setUp(['a', 'b', 'c'], 1);
    packer.noteDropped(2_147_483_650);
    const envelopes = drain(packer)
      .flat()
      .map(({ body }) => JSON.parse(body));
    expect(envelopes.map(({ dropped }) => dropped)).toEqual([2_147_483_647, 3, undefined]);
  });

  test('two publishers have different names', () => {
    const names = [1, 2].map(
      () => JSON.parse(drain(setUp(['a'], 1).packer).flat()[0]?.body ?? '').producer_id,
    );
    expect(new Set(names).size).toBe(2);
  });
});
