/** What becomes of the objects an app publishes. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { serialiseCall } from '../../../sdk/src/delivery/serialise-call.ts';
import { uuidV7 } from '../../../sdk/src/delivery/uuid-v7.ts';

const NOW_MS = Date.parse('2026-11-23T13:00:00.250Z');
const parsed = (call: unknown) => JSON.parse(serialiseCall(call, NOW_MS).json);

describe('serialiseCall', () => {
  test('gives a call without identity an id, and the time at which it started', () => {
    const call = parsed({ model: 'gpt-5', latency_ms: 250 });
    expect(call.ts).toBe('2026-11-23T13:00:00.000Z');
    expect(call.event_id).toMatch(
      /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/,
    );
    expect(parsed({ model: 'gpt-5' }).ts).toBe('2026-11-23T13:00:00.250Z');
    expect(parsed({ model: 'gpt-5', ts: null, event_id: null }).event_id).toHaveLength(36);
  });

  test('leaves an identity alone', () => {
    const identity = {
      event_id: '0199c3a0-0000-7000-8000-000000000001',
      ts: '2026-11-23T12:00:00Z',
    };
    expect(parsed({ ...identity, latency_ms: 9 })).toEqual({ ...identity, latency_ms: 9 });
  });

  test.each([
    ['an invalid Date', new Date('yesterday')],
    ['NaN', Number.NaN],
    ['what writes itself as null', { toJSON: () => null }],
    ['a function', () => 'now'],
  ])('stamps a call whose identity is %s', (_, value) => {
    const call = parsed({ ts: value, event_id: value, latency_ms: 250 });
    expect(call.ts).toBe('2026-11-23T13:00:00.000Z');
    expect(call.event_id).toHaveLength(36);
  });

  test('takes a Date for a time', () => {
    expect(parsed({ ts: new Date(NOW_MS - 1) }).ts).toBe('2026-11-23T13:00:00.249Z');
  });

  test.each([Number.NaN, -1, Number.POSITIVE_INFINITY, '250', 1e300])(
    'does not let a latency of %s move the start',
    (latency_ms) => {
      expect(parsed({ latency_ms }).ts).toBe('2026-11-23T13:00:00.250Z');
    },
  );

  test('does not touch the object of the app', () => {
    const call = Object.freeze({ model: 'gpt-5' });
    serialiseCall(call, NOW_MS);
    expect(call).toEqual({ model: 'gpt-5' });
  });

  test('honours toJSON, inherited or not', () => {
    class Call {
      toJSON() {
        return { model: 'from toJSON' };
      }
    }
    expect(parsed(new Call())).toMatchObject({
      model: 'from toJSON',
      event_id: expect.any(String),
    });
    expect(parsed({ toJSON: () => ({ model: 'own' }) })).toMatchObject({ model: 'own' });
  });

  const cyclic: Record<string, unknown> = { model: 'gpt-5' };
  cyclic['self'] = cyclic;
  test.each([
    ['undefined', undefined],
    ['null', null],
    ['a number', 7],
    ['text', '{"model":"gpt-5"}'],
    ['a function', () => ({})],
    ['a nested array', [{ model: 'gpt-5' }]],
    ['a cycle', cyclic],
    ['a BigInt', { usage: { input_tokens: 1n } }],
    ['a toJSON that gives text', { toJSON: () => 'text' }],
    ['a toJSON that gives another toJSON', { toJSON: () => ({ toJSON: () => 'text' }) }],
  ])('refuses %s', (_, call) => {
    expect(() => serialiseCall(call, NOW_MS)).toThrow(TypeError);
  });

  test('any text survives in a body that SQS accepts, and its size is right', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (feature) => {
        const { json, bytes } = serialiseCall({ feature }, NOW_MS);
        // The characters SQS documents, without those beyond the basic plane.
        expect(json).toMatch(/^[\t\n\r\u0020-\uD7FF\uE000-\uFFFD]*$/);
        expect(bytes).toBe(new TextEncoder().encode(json).length);
        expect(JSON.parse(json).feature).toBe(feature);
      }),
      { examples: [['😀 \uFFFF \uFFFE \uD800 \0']], numRuns: 1_000 },
    );
  });
});

test('a UUIDv7 carries its time and sorts by it', () => {
  fc.assert(
    fc.property(fc.uniqueArray(fc.nat(2 ** 48 - 1), { minLength: 2, maxLength: 2 }), (times) => {
      const [early, late] = times.toSorted((a, b) => a - b).map((time) => uuidV7(time));
      expect(early && late && early < late).toBe(true);
    }),
  );
  expect(uuidV7(NOW_MS)).not.toBe(uuidV7(NOW_MS));
});
