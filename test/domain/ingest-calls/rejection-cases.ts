/** The decision table: every way in which an event, or a whole message, cannot be a call. */
import { gzipSync } from 'node:zlib';
import type { LlmCall } from '../../../domain/contract/llm-call.ts';
import type { ParseContext } from '../../../domain/ingest-calls/identity.ts';
import type { RejectionReason } from '../../../domain/ingest-calls/rejection.ts';

export type EventCase = [reason: RejectionReason, what: string, event: unknown];
export type MessageCase = [reason: RejectionReason, what: string, body: string];

const HOUR_MS = 3_600_000;

export function refusedEvents(
  call: LlmCall,
  { now, oldest }: Pick<ParseContext, 'now' | 'oldest'>,
): EventCase[] {
  return [
    ['not_an_object', 'a string', 'hello'],
    ['not_an_object', 'null', null],
    ['not_an_object', 'a nested array', [call]],
    [
      'not_an_object',
      'a CloudEvent without data',
      { specversion: '1.0', id: '1', source: 's', type: 't' },
    ],
    ['unknown_version', 'a newer contract', { ...call, v: 2 }],
    ['unknown_version', 'a version as text', { ...call, v: '1' }],
    ['event_id_invalid', 'not a UUID', { ...call, event_id: 'req_123' }],
    [
      'event_id_invalid',
      'the nil UUID',
      { ...call, event_id: '00000000-0000-0000-0000-000000000000' },
    ],
    ['ts_missing', 'no ts', { ...call, ts: undefined }],
    ['ts_missing', 'ts null', { ...call, ts: null }],
    ['ts_invalid', 'ts without offset', { ...call, ts: '2026-11-23T13:00:00' }],
    ['ts_invalid', 'an impossible day', { ...call, ts: '2026-02-30T13:00:00Z' }],
    ['type_invalid', 'ts as epoch', { ...call, ts: 1763902800 }],
    [
      'ts_too_old',
      'a millisecond before the oldest partition',
      { ...call, ts: new Date(oldest.getTime() - 1).toISOString() },
    ],
    [
      'ts_in_future',
      'more than an hour ahead',
      { ...call, ts: new Date(now.getTime() + HOUR_MS + 1).toISOString() },
    ],
    ['model_missing', 'no model', { ...call, model: undefined }],
    ['model_missing', 'an empty model', { ...call, model: '  ' }],
    ['type_invalid', 'a numeric user', { ...call, user_id: 42 }],
    ['type_invalid', 'a feature object', { ...call, feature: {} }],
    ['type_invalid', 'stream as text', { ...call, stream: 'yes' }],
    ['type_invalid', 'usage as a list', { ...call, usage: [1, 2] }],
    ['type_invalid', 'latency as text', { ...call, latency_ms: '812' }],
    ['type_invalid', 'a nested tag', { ...call, tags: { a: { b: 1 } } }],
    ['type_invalid', 'tags as a list', { ...call, tags: ['a'] }],
    ['value_unknown', 'an unknown status', { ...call, status: 'fine' }],
    ['value_unknown', 'an unknown usage_source', { ...call, usage_source: 'guess' }],
    ['number_out_of_range', 'negative latency', { ...call, latency_ms: -1 }],
    ['number_out_of_range', 'latency of a month', { ...call, latency_ms: 2_147_483_648 }],
    ['number_out_of_range', 'attempt 0', { ...call, attempt: 0 }],
    ['number_out_of_range', 'attempt 1.5', { ...call, attempt: 1.5 }],
    [
      'tokens_invalid',
      'negative tokens',
      { ...call, usage: { input_tokens: -1, output_tokens: 1 } },
    ],
    [
      'tokens_invalid',
      'fractional tokens',
      { ...call, usage: { input_tokens: 1.5, output_tokens: 1 } },
    ],
    [
      'tokens_invalid',
      'tokens as text',
      { ...call, usage: { input_tokens: '7', output_tokens: 1 } },
    ],
    [
      'tokens_invalid',
      'more tokens than any call',
      { ...call, usage: { input_tokens: 2_000_000_001 } },
    ],
    [
      'tokens_invalid',
      'negative tokens in a provider object',
      { ...call, usage_raw: { prompt_tokens: 5, prompt_tokens_details: { cached_tokens: -5 } } },
    ],
    ['cost_invalid', 'negative cost', { ...call, cost_usd: -0.01 }],
    ['cost_invalid', 'cost as words', { ...call, cost_usd: 'free' }],
    ['cost_invalid', 'a cost beyond any bill', { ...call, cost_usd: 1e8 }],
    ['cost_invalid', 'cost as an object', { ...call, cost_usd: { usd: 1 } }],
    ['usage_missing', 'an ok call with neither usage nor cost', { ...call, usage: undefined }],
    ['usage_missing', 'an ok call with an empty usage', { ...call, usage: {} }],
    ['usage_unrecognised', 'a usage in nobody’s words', { ...call, usage: { words: 12 } }],
  ];
}

export function refusedMessages(call: LlmCall): MessageCase[] {
  return [
    ['not_json', 'text', 'hello'],
    ['not_json', 'an empty body', ''],
    ['not_json', 'JSON cut in the middle', JSON.stringify(call).slice(0, -5)],
    ['not_an_object', 'a JSON number', '42'],
    ['unknown_version', 'an envelope of a newer contract', '{"v":2,"events":[]}'],
    [
      'unknown_version',
      'a compressed body of a newer contract',
      '{"v":2,"encoding":"gzip","data":""}',
    ],
    ['envelope_malformed', 'events as an object', '{"v":1,"events":{}}'],
    ['too_many_events', 'an array of 20,001', JSON.stringify(Array(20_001).fill(1))],
    ['encoding_unknown', 'brotli', '{"v":1,"encoding":"br","data":"AAAA"}'],
    ['encoding_broken', 'no data', '{"v":1,"encoding":"gzip"}'],
    ['encoding_broken', 'not gzip', '{"v":1,"encoding":"gzip","data":"aGVsbG8="}'],
    [
      'encoding_broken',
      'a cut gzip stream',
      JSON.stringify({
        v: 1,
        encoding: 'gzip',
        data: gzipSync(JSON.stringify([call]))
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
}
