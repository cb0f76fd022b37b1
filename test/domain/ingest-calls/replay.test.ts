/** Sent again under another message id, a call must stay the call it was. */

import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { planBatch } from '../../../domain/ingest-calls/plan-batch.ts';
import { replayMessage, replayRejected } from '../../../domain/ingest-calls/replay.ts';
import { builtInPriceBook } from '../../../domain/pricing/built-in-prices.ts';

const NOW = new Date('2026-11-23T12:00:00Z');
const CONTEXT = { now: NOW, oldest: new Date('2026-08-01T00:00:00Z'), prices: builtInPriceBook() };

const call = (fields: object = {}) => ({
  ts: '2026-11-23T11:00:00Z',
  model: 'gpt-5',
  provider: 'openai',
  usage: { prompt_tokens: 1_000, completion_tokens: 100 },
  ...fields,
});
const withId = call({ event_id: '019ab0f4-7d00-7cc3-8a5e-0242ac120002' });
const gzip = (value: unknown) =>
  JSON.stringify({
    v: 1,
    encoding: 'gzip',
    data: gzipSync(JSON.stringify(value)).toString('base64'),
  });

/** What ingest makes of a body, but for the flag that a written-in id takes away. */
function ingest(messageId: string, body: string) {
  const plan = planBatch([{ messageId, body }], CONTEXT);
  expect(plan.bugs).toEqual([]);
  return {
    calls: plan.calls.map(({ row }) => ({
      ...row,
      flags: row.flags.filter((flag) => flag !== 'event_id_missing'),
    })),
    rejected: plan.rejections.map(({ reason, index }) => [reason, index]),
    deliveries: plan.deliveries.map(({ messageId: _, ...delivery }) => delivery),
  };
}

const EVENTS = [
  call(),
  withId,
  call({ event_id: null }),
  call({ event_id: 7 }),
  call({ tags: { '\uFFFF': '\uD800' }, extra: '\uFFFE' }),
  { specversion: '1.0', source: 'app', type: 'llm.call', data: call() },
  { specversion: '1.0', id: 'a', source: 'app', type: 'llm.call', data: call() },
  { specversion: '1.0', time: '2026-11-23T11:00:00Z', data: JSON.stringify(call()) },
  {
    specversion: '1.0',
    source: 'x',
    data_base64: Buffer.from(JSON.stringify(call())).toString('base64'),
  },
  { specversion: '1.0', data: 'not JSON' },
  { specversion: '1.0', data: { ...call(), specversion: '1.0' } },
  'text',
  null,
  [call()],
];

describe('a message sent again', () => {
  const message = fc
    .array(fc.constantFrom(...EVENTS), { maxLength: 4 })
    .chain((events) =>
      fc.constantFrom(
        JSON.stringify(events),
        JSON.stringify(events[0] ?? {}),
        JSON.stringify({ v: 1, events }),
        JSON.stringify({ v: 1, producer_id: 'p', sequence: 7, dropped: 2, events }),
        gzip({ v: 1, producer_id: 'p', sequence: 8, events }),
        JSON.stringify({ specversion: '1.0', source: 's', data: events }),
        JSON.stringify({ v: 2, events }),
        'not JSON',
      ),
    );

  test('gives the same calls, refusals and delivery as the first time', () => {
    fc.assert(
      fc.property(message, (body) => {
        const again = replayMessage({ messageId: 'first', body });
        expect(ingest('second', again)).toEqual(ingest('first', body));
        // And once more: the names stay.
        expect(ingest('third', replayMessage({ messageId: 'second', body: again }))).toEqual(
          ingest('first', body),
        );
      }),
    );
  });

  test('goes byte for byte when every event has an id', () => {
    const body = ` {"v": 1, "events": [${JSON.stringify(withId)}]} `;
    expect(replayMessage({ messageId: 'first', body })).toBe(body);
  });

  test('without the id written in would be another call', () => {
    const body = JSON.stringify([call()]);
    expect(ingest('second', body)).not.toEqual(ingest('first', body));
  });

  test.each<[string, number, (events: unknown[]) => string]>([
    ['inflated', 8_000, gzip],
    ['plain', 1, JSON.stringify],
  ])('%s, holds only characters that SQS takes, and fits', (_form, count, form) => {
    const events = Array.from({ length: count }, () => call({ user_id: '\uFFFE\uFFFF' }));
    const again = replayMessage({ messageId: 'first', body: form(events) });
    expect(again).not.toMatch(/[\uFFFE\uFFFF]/);
    expect(Buffer.byteLength(again)).toBeLessThan(1_048_576);
    expect(ingest('second', again).calls).toHaveLength(count);
  });
});

describe('a rejected event', () => {
  const rejected = (event: unknown, reason = 'ts_too_old', index = 3) => ({
    messageId: 'first',
    index,
    reason,
    detail: 'as it was',
    body: typeof event === 'string' ? event : JSON.stringify(event),
  });

  test('is sent with the id that its first delivery would have given it', () => {
    const replay = replayRejected(rejected(call()), CONTEXT);
    const events = [0, 1, 2].map(() => withId);
    const first = planBatch(
      [{ messageId: 'first', body: JSON.stringify([...events, call()]) }],
      CONTEXT,
    );
    expect('body' in replay && ingest('second', replay.body).calls[0]?.event_id).toBe(
      first.calls.find(({ index }) => index === 3)?.row.event_id,
    );
  });

  test.each<[string, unknown, number]>([
    ['ts_too_old', call({ ts: '2026-07-31T23:59:59Z' }), 0],
    ['model_missing', call({ model: '' }), 0],
    ['not_json', 'not JSON', -1],
    // An array in the place of an event is no message of its own.
    ['not_an_object', [call()], 0],
    // Too deep to be written again, its whole message was kept: nobody may take that for the event.
    ['ts_missing', { v: 1, events: [call(), call()] }, 1],
  ])('that would be refused again as %s is not sent', (reason, event, index) => {
    expect(replayRejected(rejected(event, reason, index), CONTEXT)).toEqual({
      refused: { reason, detail: expect.any(String) },
    });
  });

  test('whose id is stored with another time is never sent: it would be a second call', () => {
    expect(replayRejected(rejected(withId, 'event_id_reused'), CONTEXT)).toEqual({
      refused: { reason: 'event_id_reused', detail: expect.stringContaining('second call') },
    });
  });

  test('of a whole message is sent when some event in it is a call now', () => {
    const body = JSON.stringify({ v: 1, events: [call(), 'text'] });
    const replay = replayRejected(rejected(body, 'unknown_version', -1), CONTEXT);
    expect('body' in replay && ingest('second', replay.body)).toEqual(ingest('first', body));
  });
});
