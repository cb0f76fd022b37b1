/** What is kept although something is missing or odd, because money was spent; and what ingest does to keep it. */
import { gzipSync, zstdCompressSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import type { CallRow } from '../../../domain/ingest-calls/call-row.ts';
import { decodeMessage } from '../../../domain/ingest-calls/decode-message.ts';
import { parseCall } from '../../../domain/ingest-calls/parse-call.ts';
import { CALL, CONTEXT } from './example-call.ts';

function parse(event: unknown, context = CONTEXT): CallRow {
  const parsed = parseCall(event, context);
  if (!parsed.ok) throw new Error(parsed.rejection.detail);
  return parsed.value;
}

describe('a complete call', () => {
  test('becomes a row, priced exactly', () => {
    expect(parse(CALL)).toMatchObject({
      ts: '2026-11-23T13:00:00.123Z',
      event_id: CALL.event_id,
      user_id: 'u_1',
      feature: 'support.reply',
      input_tokens: 1_000,
      output_tokens: 200,
      cache_read_tokens: 400,
      cache_write_5m_tokens: null,
      reasoning_tokens: null,
      // 600 × $3/M + 400 × $0.30/M + 200 × $15/M
      cost_usd: '0.004920000000',
      price_status: 'priced',
      cache_hit: true,
      status: 'ok',
      latency_ms: 812,
      flags: [],
    });
  });
});

describe('missing tags', () => {
  test('are marked, not guessed', () => {
    const { feature, user_id, prompt_id, provider, ...rest } = CALL;
    expect(parse({ ...rest, feature: null, user_id: ' ', prompt_id: '' })).toMatchObject({
      feature: '(untagged)',
      user_id: '(none)',
      prompt_id: '(none)',
      provider: '(none)',
      price_status: 'unpriced',
      cost_usd: null,
    });
  });

  test('a missing event_id is derived from message and position, the same on redelivery, and flagged', () => {
    const { event_id, ...rest } = CALL;
    const first = parse(rest);
    expect(first.flags).toEqual(['event_id_missing']);
    expect(parse(rest)).toEqual(first);
    expect(parse(rest, { ...CONTEXT, index: 1 }).event_id).not.toBe(first.event_id);
    expect(parse(rest, { ...CONTEXT, messageId: 'other' }).event_id).not.toBe(first.event_id);
  });

  test('an upper-case event_id is the same id', () => {
    expect(parse({ ...CALL, event_id: CALL.event_id.toUpperCase() }).event_id).toBe(CALL.event_id);
  });
});

describe('unknown is never zero', () => {
  test('an unknown model is unpriced', () => {
    expect(parse({ ...CALL, model: 'claude-sonnet-5-55' })).toMatchObject({
      cost_usd: null,
      price_status: 'unpriced',
      input_tokens: 1_000,
    });
  });

  test('a call that failed without usage has no tokens and no cost', () => {
    expect(parse({ ...CALL, status: 'error', usage: undefined })).toMatchObject({
      input_tokens: null,
      output_tokens: null,
      cost_usd: null,
      price_status: 'no_usage',
      cache_hit: null,
    });
  });

  test('counts that contradict each other are kept raw, flagged and not priced', () => {
    const usage = { input_tokens: 10, cache_read_tokens: 11, output_tokens: 1 };
    expect(parse({ ...CALL, usage })).toMatchObject({
      cost_usd: null,
      price_status: 'unpriced',
      usage_raw: usage,
      flags: ['usage_mismatch'],
    });
  });

  test('keys in our own shape that are not ours are kept and flagged', () => {
    const usage = { input_tokens: 10, output_tokens: 1, cached_tokens: 4, total_tokens: 11 };
    expect(parse({ ...CALL, usage })).toMatchObject({
      usage_raw: usage,
      flags: ['usage_unread_keys'],
    });
  });

  test.each([
    ['a fast tier', { service_tier: 'fast' }],
    ['a tier that was bought ahead', { service_tier: 'priority', provider: 'anthropic' }],
    ['batch and flex at once', { batch: true, service_tier: 'flex' }],
  ])('%s has a price that the list has not: unpriced', (_case, fields) => {
    expect(parse({ ...CALL, ...fields })).toMatchObject({
      cost_usd: null,
      price_status: 'unpriced',
    });
  });

  test('a count that nobody reads has no price: the sum of the others would be too low', () => {
    const usage_raw = {
      promptTokenCount: 10,
      candidatesTokenCount: 1_290,
      candidatesTokensDetails: [{ modality: 'IMAGE', tokenCount: 1_290 }],
    };
    expect(
      parse({
        ...CALL,
        usage: null,
        provider: 'google',
        model: 'gemini-2.5-flash-image',
        usage_raw,
      }),
    ).toMatchObject({
      cost_usd: null,
      price_status: 'unpriced',
      flags: ['usage_unread_keys'],
      usage_raw,
    });
  });

  test('the usage object that is kept holds its counts, and no text', () => {
    const usage_raw = {
      prompt_tokens: 10,
      completion_tokens: 5,
      total_tokens: 99,
      prompt_tokens_details: { cached_tokens: 4, text: 'secret', note: 'a secret thing' },
      messages: ['the secret'],
      service_tier: 'default',
    };
    const row = parse({ ...CALL, usage: null, usage_raw });
    expect(row.usage_raw).toEqual({
      prompt_tokens: 10,
      completion_tokens: 5,
      total_tokens: 99,
      prompt_tokens_details: { cached_tokens: 4 },
      messages: [null],
      service_tier: 'default',
    });
    expect(row.flags).toEqual(['content_removed', 'usage_mismatch']);
  });

  test.each([
    ['too large', { notes: Array(80).fill('a'.repeat(40)) }, null],
    [
      'nested too deep',
      { a: { b: { c: { d: { e: { f: { g: 1 } } } } } } },
      { prompt_tokens: 10, a: { b: { c: { d: { e: { f: null } } } } } },
    ],
  ])('the usage object that is %s to keep is flagged as such', (_what, more, kept) => {
    const usage_raw = {
      prompt_tokens: 10,
      completion_tokens: 5,
      total_tokens: 15,
      video_tokens: 7,
      ...more,
    };
    const row = parse({ ...CALL, usage: null, usage_raw });
    expect(row.flags).toEqual(['usage_cut', 'usage_unread_keys']);
    if (kept === null) expect(row.usage_raw).toBeNull();
    else expect(row.usage_raw).toMatchObject(kept);
  });

  test.each([
    [
      'a stated cost',
      { usage: null, cost_usd: '1.25', usage_raw: { type: 'duration', seconds: 12 } },
      'provider',
    ],
    ['a usage that is', { usage_raw: { words: 12 } }, 'priced'],
    [
      'the failure of the call',
      { usage: null, status: 'error', usage_raw: { words: 12 } },
      'no_usage',
    ],
  ])('an unknown usage object does not cost the call beside %s', (_what, fields, price_status) => {
    expect(parse({ ...CALL, ...fields })).toMatchObject({
      price_status,
      flags: ['usage_unread_keys'],
      usage_raw: fields.usage_raw,
    });
  });

  test.each(['constructor', '__proto__', 'toString'])(
    'a provider called %s is unknown',
    (provider) => {
      expect(parse({ ...CALL, provider }).price_status).toBe('unpriced');
    },
  );

  test('a stated cost is kept to the digit and beats the catalogue', () => {
    expect(parse({ ...CALL, cost_usd: '0.0213' })).toMatchObject({
      cost_usd: '0.021300000000',
      price_status: 'provider',
    });
    expect(parse({ ...CALL, cost_usd: 1e-7 }).cost_usd).toBe('0.000000100000');
    expect(parse({ ...CALL, cost_usd: 0 })).toMatchObject({
      cost_usd: '0.000000000000',
      price_status: 'provider',
    });
  });
});

describe('text from outside', () => {
  test('NUL and lone surrogates become U+FFFD; emoji survive', () => {
    expect(parse({ ...CALL, feature: 'a\0b', user_id: '\ud800x', model: 'm 🔥' })).toMatchObject({
      feature: 'a\uFFFDb',
      user_id: '\uFFFDx',
      model: 'm 🔥',
    });
  });

  test('a long name is cut, and two long names stay two', () => {
    const long = 'x'.repeat(3_000);
    const one = parse({ ...CALL, feature: `${long}1` });
    const two = parse({ ...CALL, feature: `${long}2` });
    expect(one.feature).toHaveLength(200);
    expect(one.flags).toEqual(['name_cut']);
    expect(one.feature).not.toBe(two.feature);
    expect(parse({ ...CALL, feature: `${long}1` }).feature).toBe(one.feature);
    expect(parse({ ...CALL, feature: '🔥'.repeat(1_000) }).feature.isWellFormed()).toBe(true);
  });

  test('unknown fields are kept, prompts and answers are not', () => {
    const row = parse({
      ...CALL,
      zone: 'eu',
      retries: { count: 2, messages: ['secret'] },
      prompt: 'secret',
      output: 7,
    });
    expect(row.extra).toEqual({ zone: 'eu', retries: { count: 2 }, output: 7 });
    expect(row.flags).toEqual(['content_removed']);
    expect(JSON.stringify(row)).not.toContain('secret');
  });

  test.each([
    'gen_ai.prompt',
    'gen_ai.input.messages',
    'gen_ai.system_instructions',
    'llm.output_messages',
    'prompt_text',
    'responseText',
    'user_message',
    'reasoning_content',
    'transcript',
  ])('text under %s is not stored', (key) => {
    const row = parse({ ...CALL, [key]: 'secret', request_id: 'req_7', [`${key}_count`]: 3 });
    expect(row.extra).toEqual({ request_id: 'req_7', [`${key}_count`]: 3 });
    expect(row.flags).toEqual(['content_removed']);
  });

  test('nor is any long string', () => {
    expect(parse({ ...CALL, note: 'x'.repeat(201) })).toMatchObject({
      extra: null,
      flags: ['content_removed'],
    });
  });

  test('nor is a long string in a list', () => {
    const row = parse({ ...CALL, notes: ['z'.repeat(300), 'short'] });
    expect(row.extra).toEqual({ notes: [null, 'short'] });
    expect(row.flags).toEqual(['content_removed']);
  });

  test('more than 2 kB of unknown fields are left out and flagged', () => {
    expect(parse({ ...CALL, notes: Array(20).fill('é'.repeat(60)) })).toMatchObject({
      extra: null,
      flags: ['extra_cut'],
    });
  });

  test('tags are at most ten short pairs', () => {
    const tags = Object.fromEntries(Array.from({ length: 12 }, (_, i) => [`k${i}`, i]));
    const row = parse({ ...CALL, tags });
    expect(Object.keys(row.tags ?? {})).toHaveLength(10);
    expect(row.tags).toMatchObject({ k0: '0', k9: '9' });
    expect(row.flags).toEqual(['tags_cut']);
    expect(parse({ ...CALL, tags: { a: true, b: null } }).tags).toEqual({ a: 'true' });
  });

  test('objects nested beyond reason neither throw nor are stored', () => {
    const depth = 100_000;
    const body = `{"deep":${'['.repeat(depth)}${']'.repeat(depth)}}`;
    const decoded = decodeMessage(body);
    if (!decoded.ok) throw new Error(decoded.rejection.detail);
    const row = parse({ ...CALL, ...(decoded.value.events[0] as object) });
    expect(row.flags).toEqual(['extra_cut']);
  });

  test('a key named __proto__ is only a key', () => {
    const row = parse(
      JSON.parse(JSON.stringify(CALL).replace('{', '{"__proto__":{"feature":"x"},')),
    );
    expect(row.feature).toBe('support.reply');
    expect(Object.keys(row.extra ?? {})).toEqual(['__proto__']);
  });
});

describe('the forms of a message', () => {
  const gzip = (value: unknown) =>
    JSON.stringify({
      v: 1,
      encoding: 'gzip',
      data: gzipSync(JSON.stringify(value)).toString('base64'),
    });
  const zstd = (value: unknown) =>
    JSON.stringify({
      v: 1,
      encoding: 'zstd',
      data: zstdCompressSync(JSON.stringify(value)).toString('base64'),
    });
  const cloudEvent = (data: unknown, more: object = {}) => ({
    specversion: '1.0',
    type: 'llm.call',
    source: 'api',
    id: CALL.event_id,
    ...more,
    data,
  });

  test.each([
    ['one event', JSON.stringify(CALL)],
    ['an array', JSON.stringify([CALL])],
    ['an envelope', JSON.stringify({ v: 1, events: [CALL] })],
    ['an envelope without v', JSON.stringify({ events: [CALL] })],
    ['gzip of an event', gzip(CALL)],
    ['gzip of an envelope', gzip({ v: 1, events: [CALL] })],
    ['zstd of an array', zstd([CALL])],
    ['a CloudEvent', JSON.stringify(cloudEvent(CALL))],
    ['a CloudEvent with JSON text', JSON.stringify(cloudEvent(JSON.stringify(CALL)))],
    ['a CloudEvent of an envelope', JSON.stringify(cloudEvent({ v: 1, events: [CALL] }))],
    ['an array of CloudEvents', JSON.stringify([cloudEvent(CALL)])],
    ['gzip of a CloudEvent', gzip(cloudEvent(CALL))],
    ['gzip of a CloudEvent of an array', gzip(cloudEvent([CALL]))],
    ['a CloudEvent of a compressed body', JSON.stringify(cloudEvent(JSON.parse(gzip([CALL]))))],
    [
      'a CloudEvent with base64 data',
      JSON.stringify({
        ...cloudEvent(undefined),
        data_base64: Buffer.from(JSON.stringify(CALL)).toString('base64'),
      }),
    ],
  ])('%s holds the call', (_form, body) => {
    const decoded = decodeMessage(body);
    if (!decoded.ok) throw new Error(decoded.rejection.detail);
    expect(decoded.value.events).toHaveLength(1);
    const row = parse(decoded.value.events[0]);
    expect({ ...row, service: null }).toEqual({ ...parse(CALL), service: null });
  });

  test('a CloudEvent’s attributes fill what its data leaves out', () => {
    const { event_id, ts, ...data } = CALL;
    const decoded = decodeMessage(
      JSON.stringify(cloudEvent(data, { id: 'req_7', time: '2026-11-23T13:00:00Z' })),
    );
    if (!decoded.ok) throw new Error(decoded.rejection.detail);
    const row = parse(decoded.value.events[0]);
    expect(row).toMatchObject({ ts: '2026-11-23T13:00:00.000Z', service: 'api', flags: [] });
    expect(row.event_id).toMatch(/^[0-9a-f-]{36}$/);
  });

  test('a numbered envelope says what its producer sent and dropped', () => {
    const decoded = decodeMessage(
      JSON.stringify({ v: 1, producer_id: 'api-1', sequence: 7, dropped: 3, events: [CALL] }),
    );
    expect(decoded).toMatchObject({
      ok: true,
      value: { delivery: { producerId: 'api-1', sequence: 7, dropped: 3 } },
    });
  });

  test.each([
    ['a sequence as text', { sequence: '7' }],
    ['a negative drop count', { sequence: 7, dropped: -1 }],
    ['a numeric producer', { producer_id: 7, sequence: 7 }],
  ])('%s costs the numbering, not the calls', (_what, fields) => {
    const body = JSON.stringify({ v: 1, producer_id: 'api-1', ...fields, events: [CALL] });
    expect(decodeMessage(body)).toEqual({
      ok: true,
      value: { events: [CALL], characters: expect.any(Number) },
    });
  });

  test('a sequence may be a time in milliseconds', () => {
    const body = JSON.stringify({ v: 1, producer_id: 'a', sequence: 1764000000000, events: [] });
    expect(decodeMessage(body)).toMatchObject({ value: { delivery: { sequence: 1764000000000 } } });
  });

  test.each([{ encoding: 'o200k_base' }, { events: 3 }])(
    'an event with a field of its own: %j',
    (fields) => {
      const decoded = decodeMessage(JSON.stringify({ ...CALL, ...fields }));
      expect(decoded).toEqual({
        ok: true,
        value: { events: [{ ...CALL, ...fields }], characters: expect.any(Number) },
      });
    },
  );

  test('wrappers hold no wrappers: however deep, nothing throws', () => {
    const depth = 25_000;
    const body = `${'{"specversion":"1.0","events":[],"data":'.repeat(depth)}[]${'}'.repeat(depth)}`;
    expect(() => decodeMessage(body)).not.toThrow();
  });

  test('an empty envelope is a delivery without calls, not an error', () => {
    expect(decodeMessage('{"v":1,"events":[]}')).toEqual({
      ok: true,
      value: { events: [], characters: expect.any(Number) },
    });
  });
});
