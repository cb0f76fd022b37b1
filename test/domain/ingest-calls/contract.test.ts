/** The JSON Schema that other languages read, and the parser that decides, must agree. */
import { readFileSync } from 'node:fs';
import Ajv2020 from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { LlmCall } from '../../../domain/contract/llm-call.ts';
import { parseCall } from '../../../domain/ingest-calls/parse-call.ts';
import { planBatch } from '../../../domain/ingest-calls/plan-batch.ts';
import type { RejectionReason } from '../../../domain/ingest-calls/rejection.ts';
import { CALL, CONTEXT } from './example-call.ts';

const schema = JSON.parse(readFileSync('domain/contract/llm-call.v1.schema.json', 'utf8'));
const ajv = new Ajv2020.default({ allowUnionTypes: true });
addFormats.default(ajv);
const isValid = ajv.compile<LlmCall>(schema);

/** What a schema cannot say: it needs a clock, the partitions, or the sense of several fields together. */
const BEYOND_THE_SCHEMA: ReadonlySet<RejectionReason> = new Set([
  'ts_too_old',
  'ts_in_future',
  'usage_missing',
  'usage_unrecognised',
]);

const name = fc.oneof(fc.string(), fc.string({ unit: 'binary' }), fc.constant(null));
const junk = fc.oneof(
  fc.constantFrom<unknown>(
    null,
    true,
    false,
    0,
    -1,
    1.5,
    3,
    '7',
    'ok',
    '',
    [],
    [1],
    {},
    { a: 1 },
    1e12,
  ),
  fc.string(),
  fc.double(),
);
const mostly = <Value>(valid: fc.Arbitrary<Value>): fc.Arbitrary<unknown> =>
  fc.oneof({ weight: 12, arbitrary: valid }, { weight: 1, arbitrary: junk });

const count = fc.oneof(fc.nat(2_000_000_000), fc.constant(null));
const usage = fc.record(
  {
    input_tokens: mostly(count),
    prompt_tokens: fc.option(fc.nat(1_000)),
    output_tokens: mostly(count),
    cache_read_tokens: mostly(count),
    reasoning_tokens: mostly(count),
    web_searches: mostly(count),
  },
  { requiredKeys: [] },
);
const event = fc.record(
  {
    v: mostly(fc.constantFrom(1, null)),
    event_id: mostly(fc.oneof(fc.uuid(), fc.constant(null))),
    ts: mostly(
      fc.constantFrom(CALL.ts, '2026-11-23T14:00:00+01:00', '2026-11-23T12:00:00.123456Z'),
    ),
    user_id: mostly(name),
    feature: mostly(name),
    prompt_id: mostly(name),
    provider: mostly(fc.constantFrom('openai', 'anthropic', null)),
    model: mostly(fc.constantFrom('gpt-5', 'claude-opus-4-5', 'unheard-of')),
    usage: mostly(usage),
    usage_raw: fc.option(mostly(usage), { freq: 3 }),
    usage_source: mostly(fc.constantFrom('provider', 'partial', 'estimated', null)),
    cost_usd: mostly(
      fc.oneof(fc.constantFrom('0.0213', '12', null), fc.double({ min: 0, max: 100, noNaN: true })),
    ),
    cache_hit: mostly(fc.oneof(fc.boolean(), fc.constant(null))),
    service_tier: mostly(name),
    batch: mostly(fc.boolean()),
    status: mostly(fc.constantFrom('ok', 'error', 'aborted', 'timeout', 'abandoned', null)),
    latency_ms: mostly(fc.double({ min: 0, max: 1e6, noNaN: true })),
    stream: mostly(fc.boolean()),
    attempt: mostly(fc.integer({ min: 1, max: 9 })),
    tags: mostly(
      fc.dictionary(fc.string(), fc.oneof(fc.string(), fc.nat(), fc.boolean(), fc.constant(null))),
    ),
    anything_else: fc.jsonValue(),
  },
  { requiredKeys: ['ts', 'model', 'usage'] },
);

/** As it would arrive. */
const overTheWire = (value: unknown): unknown => JSON.parse(JSON.stringify(value));

describe('the contract', () => {
  test('the example is valid', () => {
    expect(isValid(CALL)).toBe(true);
  });

  test('what the schema accepts is a call, and what it refuses is not', () => {
    fc.assert(
      fc.property(event.map(overTheWire), (candidate) => {
        const parsed = parseCall(candidate, CONTEXT);
        if (!parsed.ok && BEYOND_THE_SCHEMA.has(parsed.rejection.reason)) return;
        // What a provider's own object may hold, the schema leaves to the provider.
        if (!parsed.ok && parsed.rejection.reason === 'tokens_invalid' && isValid(candidate)) {
          expect(candidate).toHaveProperty('usage_raw');
          return;
        }
        expect({ accepted: isValid(candidate) }).toEqual({ accepted: parsed.ok });
      }),
      { numRuns: 1_500 },
    );
  });

  test('a row only holds what Postgres can store', () => {
    fc.assert(
      fc.property(event.map(overTheWire), (candidate) => {
        const parsed = parseCall(candidate, CONTEXT);
        if (!parsed.ok) return;
        const text = JSON.stringify(parsed.value);
        expect(text.isWellFormed()).toBe(true);
        expect(text).not.toMatch(/\\u0000|\\ud[89a-f][0-9a-f]{2}/);
        expect(parsed.value.feature.length).toBeLessThanOrEqual(200);
      }),
      { numRuns: 1_000 },
    );
  });

  test('no body, however mangled, throws or is lost', () => {
    const body = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.json(),
      fc.jsonValue().map((value) => JSON.stringify({ v: 1, events: [value] })),
      fc.array(event, { maxLength: 4 }).map((events) => JSON.stringify({ v: 1, events })),
      // A valid body with one byte changed.
      fc
        .tuple(fc.nat(JSON.stringify(CALL).length - 1), fc.integer({ min: 0, max: 127 }))
        .map(([at, code]) => {
          const text = JSON.stringify(CALL);
          return text.slice(0, at) + String.fromCharCode(code) + text.slice(at + 1);
        }),
    );
    fc.assert(
      fc.property(fc.array(body, { maxLength: 5 }), (bodies) => {
        const messages = bodies.map((text, index) => ({ messageId: `m${index}`, body: text }));
        const plan = planBatch(messages, CONTEXT);
        expect(plan.bugs).toEqual([]);
        for (const { messageId, body: text } of messages) {
          const calls = plan.calls.filter((call) => call.messageId === messageId).length;
          const rejected = plan.rejections.filter((row) => row.messageId === messageId);
          const whole = rejected.some((row) => row.index === -1);
          expect(calls + rejected.length).toBe(whole ? 1 : countEvents(text));
        }
      }),
      { numRuns: 2_000 },
    );
  });
});

function countEvents(body: string): number {
  const parsed: unknown = JSON.parse(body);
  if (Array.isArray(parsed)) return parsed.length;
  const events = (parsed as { events?: unknown }).events;
  return Array.isArray(events) ? events.length : 1;
}
