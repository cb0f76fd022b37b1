/** The decision table: one row for every way in which an event, or a message, cannot be a call. */
import { readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { planBatch } from '../../../domain/ingest-calls/plan-batch.ts';
import { REJECTIONS, type RejectionReason } from '../../../domain/ingest-calls/rejection.ts';
import { CALL, CONTEXT } from './example-call.ts';

function planBodies(...bodies: string[]) {
  return planBatch(
    bodies.map((body, index) => ({ messageId: `m${index}`, body })),
    CONTEXT,
  );
}

const EVENTS: [RejectionReason, string, unknown][] = [
  ['not_an_object', 'a string', 'hello'],
  ['not_an_object', 'null', null],
  ['not_an_object', 'a nested array', [CALL]],
  [
    'not_an_object',
    'a CloudEvent without data',
    { specversion: '1.0', id: '1', source: 's', type: 't' },
  ],
  ['unknown_version', 'a newer contract', { ...CALL, v: 2 }],
  ['unknown_version', 'a version as text', { ...CALL, v: '1' }],
  ['event_id_invalid', 'not a UUID', { ...CALL, event_id: 'req_123' }],
  [
    'event_id_invalid',
    'the nil UUID',
    { ...CALL, event_id: '00000000-0000-0000-0000-000000000000' },
  ],
  ['ts_missing', 'no ts', { ...CALL, ts: undefined }],
  ['ts_missing', 'ts null', { ...CALL, ts: null }],
  ['ts_invalid', 'ts without offset', { ...CALL, ts: '2026-11-23T13:00:00' }],
  ['ts_invalid', 'an impossible day', { ...CALL, ts: '2026-02-30T13:00:00Z' }],
  ['type_invalid', 'ts as epoch', { ...CALL, ts: 1763902800 }],
  [
    'ts_too_old',
    'a millisecond before the oldest partition',
    { ...CALL, ts: '2026-07-31T23:59:59.999Z' },
  ],
  ['ts_in_future', 'more than an hour ahead', { ...CALL, ts: '2026-11-23T14:30:00.001Z' }],
  ['model_missing', 'no model', { ...CALL, model: undefined }],
  ['model_missing', 'an empty model', { ...CALL, model: '  ' }],
  ['type_invalid', 'a numeric user', { ...CALL, user_id: 42 }],
  ['type_invalid', 'a feature object', { ...CALL, feature: {} }],
  ['type_invalid', 'stream as text', { ...CALL, stream: 'yes' }],
  ['type_invalid', 'usage as a list', { ...CALL, usage: [1, 2] }],
  ['type_invalid', 'latency as text', { ...CALL, latency_ms: '812' }],
  ['type_invalid', 'a nested tag', { ...CALL, tags: { a: { b: 1 } } }],
  ['type_invalid', 'tags as a list', { ...CALL, tags: ['a'] }],
  ['value_unknown', 'an unknown status', { ...CALL, status: 'fine' }],
  ['value_unknown', 'an unknown usage_source', { ...CALL, usage_source: 'guess' }],
  ['number_out_of_range', 'negative latency', { ...CALL, latency_ms: -1 }],
  ['number_out_of_range', 'latency of a month', { ...CALL, latency_ms: 2_147_483_648 }],
  ['number_out_of_range', 'attempt 0', { ...CALL, attempt: 0 }],
  ['number_out_of_range', 'attempt 1.5', { ...CALL, attempt: 1.5 }],
  ['tokens_invalid', 'negative tokens', { ...CALL, usage: { input_tokens: -1, output_tokens: 1 } }],
  [
    'tokens_invalid',
    'fractional tokens',
    { ...CALL, usage: { input_tokens: 1.5, output_tokens: 1 } },
  ],
  ['tokens_invalid', 'tokens as text', { ...CALL, usage: { input_tokens: '7', output_tokens: 1 } }],
  [
    'tokens_invalid',
    'more tokens than any call',
    { ...CALL, usage: { input_tokens: 2_000_000_001 } },
  ],
  [
    'tokens_invalid',
    'negative tokens in a provider object',
    { ...CALL, usage_raw: { prompt_tokens: 5, prompt_tokens_details: { cached_tokens: -5 } } },
  ],
  ['cost_invalid', 'negative cost', { ...CALL, cost_usd: -0.01 }],
  ['cost_invalid', 'cost as words', { ...CALL, cost_usd: 'free' }],
  ['cost_invalid', 'a cost beyond any bill', { ...CALL, cost_usd: 1e8 }],
  ['cost_invalid', 'cost as an object', { ...CALL, cost_usd: { usd: 1 } }],
  ['usage_missing', 'an ok call with neither usage nor cost', { ...CALL, usage: undefined }],
  ['usage_missing', 'an ok call with an empty usage', { ...CALL, usage: {} }],
  ['usage_unrecognised', 'a usage in nobody’s words', { ...CALL, usage: { words: 12 } }],
];

const MESSAGES: [RejectionReason, string, string][] = [
  ['not_json', 'text', 'hello'],
  ['not_json', 'an empty body', ''],
  ['not_json', 'JSON cut in the middle', JSON.stringify(CALL).slice(0, -5)],
  ['not_an_object', 'a JSON number', '42'],
  ['unknown_version', 'an envelope of a newer contract', '{"v":2,"events":[]}'],
  [
    'unknown_version',
    'a compressed body of a newer contract',
    '{"v":2,"encoding":"gzip","data":""}',
  ],
  ['envelope_malformed', 'events as an object', '{"v":1,"events":{}}'],
  [
    'envelope_malformed',
    'a sequence as text',
    '{"v":1,"producer_id":"a","sequence":"1","events":[]}',
  ],
  ['envelope_malformed', 'a negative drop count', '{"v":1,"dropped":-1,"events":[]}'],
  ['envelope_malformed', 'a numeric producer', '{"v":1,"producer_id":7,"events":[]}'],
  ['encoding_unknown', 'brotli', '{"v":1,"encoding":"br","data":"AAAA"}'],
  ['encoding_broken', 'no data', '{"v":1,"encoding":"gzip"}'],
  ['encoding_broken', 'not gzip', '{"v":1,"encoding":"gzip","data":"aGVsbG8="}'],
  [
    'encoding_broken',
    'a cut gzip stream',
    JSON.stringify({
      v: 1,
      encoding: 'gzip',
      data: gzipSync(JSON.stringify([CALL]))
        .subarray(0, -9)
        .toString('base64'),
    }),
  ],
  [
    'inflated_too_large',
    'a gzip bomb',
    JSON.stringify({
      v: 1,
      encoding: 'gzip',
      data: gzipSync(Buffer.alloc(16 * 1024 * 1024 + 1, 32)).toString('base64'),
    }),
  ],
  [
    'not_json',
    'compressed text',
    JSON.stringify({ v: 1, encoding: 'gzip', data: gzipSync('hello').toString('base64') }),
  ],
];

describe('what cannot be a call', () => {
  test.each(EVENTS)('%s: %s', (reason, _case, event) => {
    const plan = planBodies(JSON.stringify([CALL, event, { ...CALL, event_id: undefined }]));
    expect(plan.rejections).toEqual([
      expect.objectContaining({
        messageId: 'm0',
        index: 1,
        reason,
        detail: expect.any(String),
        body: JSON.stringify(event) ?? 'null',
      }),
    ]);
    // Its siblings are unharmed.
    expect(plan.calls).toHaveLength(2);
    expect(plan.bugs).toEqual([]);
  });

  test.each(MESSAGES)('whole message, %s: %s', (reason, _case, body) => {
    const plan = planBodies(body, JSON.stringify(CALL));
    expect(plan.rejections).toEqual([
      { messageId: 'm0', index: -1, reason, detail: expect.any(String), body },
    ]);
    expect(plan.calls.map((call) => call.messageId)).toEqual(['m1']);
  });

  test('event_id_reused: the same event_id with another ts in one batch; the first one stays', () => {
    const other = { ...CALL, ts: '2026-11-23T13:00:00.124Z' };
    const plan = planBodies(JSON.stringify(CALL), JSON.stringify([CALL, other]));
    expect(plan.calls).toHaveLength(2);
    expect(plan.rejections).toEqual([
      expect.objectContaining({ messageId: 'm1', index: 1, reason: 'event_id_reused' }),
    ]);
  });

  test('not finite: JSON can spell 1e999', () => {
    const plan = planBodies(JSON.stringify(CALL).replace('812', '1e999'));
    expect(plan.rejections[0]?.reason).toBe('number_out_of_range');
    const cost = planBodies(JSON.stringify({ ...CALL, cost_usd: 1 }).replace(':1}', ':1e999}'));
    expect(cost.rejections[0]?.reason).toBe('cost_invalid');
  });

  test('a reason never quotes the event: it may be prompt text', () => {
    const secret = 'the patient said';
    for (const key of [
      'usage',
      'status',
      'latency_ms',
      'cost_usd',
      'event_id',
      'ts',
      'v',
      'stream',
    ]) {
      const plan = planBodies(JSON.stringify({ ...CALL, [key]: secret }));
      expect(plan.rejections).toHaveLength(1);
      expect(plan.rejections[0]?.detail).not.toContain(secret);
    }
  });

  test('every code stands in the documentation and in this table', () => {
    const tested = new Set([...EVENTS, ...MESSAGES].map(([reason]) => reason));
    const documentation = readFileSync('docs/reference/rejections.md', 'utf8');
    // Tested elsewhere: one needs two events, the other a database.
    const elsewhere = new Set<string>(['event_id_reused', 'refused_by_database']);
    for (const reason of Object.keys(REJECTIONS) as RejectionReason[]) {
      expect(documentation).toContain(`| \`${reason}\` |`);
      if (!elsewhere.has(reason)) expect(tested).toContain(reason);
    }
  });
});
