/** A batch planned in slices is the batch planned at once, cut into pieces. */
import { zstdCompressSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  type BatchPlan,
  type IncomingMessage,
  planBatch,
  planSlices,
} from '../../../domain/ingest-calls/plan-batch.ts';
import { receivedEvents } from '../../../domain/ingest-calls/received-events.ts';
import { replayRejected } from '../../../domain/ingest-calls/replay.ts';
import { CALL, CONTEXT } from './example-call.ts';

const events = fc.array(
  fc.oneof(
    fc
      .record({ id: fc.integer({ min: 0, max: 8 }), ms: fc.integer({ min: 0, max: 2 }) })
      .map(({ id, ms }) => ({
        ...CALL,
        event_id: `019ab0f4-7d00-7cc3-8a5e-00000000000${id}`,
        ts: `2026-11-23T11:00:00.00${ms}Z`,
      })),
    fc.constantFrom({}, 'no event', { ...CALL, event_id: undefined }, { ...CALL, ts: 1 }),
  ),
  { maxLength: 7 },
);

const bodies = fc.array(
  fc.oneof(
    events.map((list) => JSON.stringify(list)),
    events.map((list) => JSON.stringify({ v: 1, producer_id: 'p', sequence: 1, events: list })),
    events.map((list) =>
      JSON.stringify({
        v: 1,
        encoding: 'zstd',
        data: zstdCompressSync(JSON.stringify(list)).toString('base64'),
      }),
    ),
    fc.constant('broken'),
  ),
  { maxLength: 6 },
);

const toMessages = (list: string[]): IncomingMessage[] =>
  list.map((body, index) => ({ messageId: `m${index}`, body }));

const byPosition = (a: { messageId: string; index: number }, b: typeof a) =>
  a.messageId.localeCompare(b.messageId) || a.index - b.index;

function joined(plans: BatchPlan[]) {
  return {
    calls: plans.flatMap(({ calls }) => calls).sort(byPosition),
    rejections: plans.flatMap(({ rejections }) => rejections).sort(byPosition),
    deliveries: plans.flatMap(({ deliveries }) => deliveries),
    bugs: plans.flatMap(({ bugs }) => bugs),
  };
}

describe('slices', () => {
  test('hold together what one plan holds, in slices of the size asked for', () => {
    fc.assert(
      fc.property(
        bodies.map(toMessages),
        fc.integer({ min: 1, max: 9 }),
        fc.constantFrom(1, 500, Infinity),
        (messages, limit, characters) => {
          const slices = [...planSlices(messages, CONTEXT, { events: limit, characters })];
          expect(joined(slices)).toEqual(joined([planBatch(messages, CONTEXT)]));
          for (const { calls, rejections } of slices) {
            // The refusal of a whole message may come on top of a full slice.
            const parts = [...calls, ...rejections.filter(({ index }) => index >= 0)];
            expect(parts.length).toBeLessThanOrEqual(limit);
            const keys = calls.map(({ row }) => `${row.ts} ${row.event_id}`);
            expect(keys).toEqual([...keys].sort());
          }
        },
      ),
    );
  });

  test('say how many messages need not come again: those whose parts are all in slices so far', () => {
    fc.assert(
      fc.property(bodies.map(toMessages), fc.integer({ min: 1, max: 9 }), (messages, limit) => {
        const slices = [...planSlices(messages, CONTEXT, { events: limit, characters: 2_000 })];
        for (const [number, { completeMessages }] of slices.entries()) {
          const complete = new Set(
            messages.slice(0, completeMessages).map(({ messageId }) => messageId),
          );
          const later = joined(slices.slice(number + 1));
          for (const { messageId } of [...later.calls, ...later.rejections, ...later.deliveries]) {
            expect(complete).not.toContain(messageId);
          }
        }
        expect(slices.at(-1)?.completeMessages).toBe(messages.length);
      }),
    );
  });

  test('are planned only when asked for', () => {
    const [first] = planSlices(
      [
        { messageId: 'm0', body: JSON.stringify([CALL]) },
        {
          messageId: 'm1',
          get body(): string {
            throw new Error('read too early');
          },
        },
      ],
      CONTEXT,
      { events: 1, characters: 1 },
    );
    expect(first?.calls).toHaveLength(1);
  });
});

test('an event is read again as it was received, whatever its message is packed in', () => {
  const list = [CALL, 'no event', { ...CALL, extra: '\u0000' }];
  const packed = zstdCompressSync(JSON.stringify({ v: 1, events: list })).toString('base64');
  for (const body of [
    JSON.stringify(list),
    JSON.stringify({ v: 1, encoding: 'zstd', data: packed }),
  ]) {
    const read = receivedEvents(body);
    expect([0, 1, 2].map(read)).toEqual(list.map((event) => JSON.stringify(event)));
  }
});

test('of many events too deep to be written again, the message is kept once', () => {
  const deep = `${'['.repeat(8_000)}${']'.repeat(8_000)}`;
  const body = `[{},${Array(100).fill(deep).join(',')}]`;
  const [message] = toMessages([body]);
  const slices = planSlices([message as IncomingMessage], CONTEXT, { events: 40, characters: 1 });
  const rejections = [...slices].flatMap((slice) => slice.rejections);
  expect(rejections.map(({ index, reason }) => [index, reason])).toEqual([
    [0, 'ts_missing'],
    ...Array.from({ length: 100 }, (_, index) => [index + 1, 'not_an_object']),
  ]);
  const marker = '"nested too deeply: its message is kept with event 1"';
  expect(rejections.map((rejection) => rejection.body)).toEqual([
    '{}',
    body,
    ...Array(99).fill(marker),
  ]);
  // The same for those that the database refuses.
  const read = receivedEvents(body);
  expect([1, 2, 1].map(read)).toEqual([body, marker, body]);
  // Nobody may take the marker for the event.
  const rejected = { messageId: 'm0', index: 2, reason: 'ts_missing', detail: '', body: marker };
  expect(replayRejected(rejected, CONTEXT)).toHaveProperty('refused');
});
