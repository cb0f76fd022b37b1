/** What a stored call used: its columns, and what today's readers make of the object that was kept. */
import { describe, expect, test } from 'vitest';
import type { JsonObject } from '../../../domain/json.ts';
import { type StoredCall, storedUsage } from '../../../domain/pricing/stored-call.ts';
import { USAGE_KEYS } from '../../../domain/usage/usage.ts';

const RAW = {
  ...{ prompt_tokens: 100, completion_tokens: 30, total_tokens: 130 },
  prompt_tokens_details: { cached_tokens: 40 },
};

function stored(usage_raw: JsonObject | null, more: Partial<StoredCall> = {}): StoredCall {
  return {
    ...Object.fromEntries(USAGE_KEYS.map((key) => [key, null])),
    ...{ ts: new Date('2026-11-23T13:00:00Z'), provider: 'openai', model: 'gpt-5' },
    ...{ input_tokens: 100, output_tokens: 30, service_tier: null, region: null, batch: null },
    ...{ cost_usd: null, computed_cost_usd: null, price_status: 'unpriced', price_ids: [] },
    ...{ flags: ['usage_unread_keys'], usage_raw, ...more },
  } as StoredCall;
}

describe('an object that was kept because something in it was not read', () => {
  test('is read again: what the readers have learned counts', () => {
    // Stored by a release that did not know `cached_tokens`.
    expect(storedUsage(stored(RAW))).toMatchObject({
      usage: { input_tokens: 100, cache_read_tokens: 40, output_tokens: 30 },
      ...{ unreadKeys: [], contradictions: [] },
    });
    const tier = { ...RAW, service_tier: 'batch' };
    expect(storedUsage(stored(tier))?.served).toEqual({ serviceTier: 'batch' });
  });

  test('may still have what nobody reads', () => {
    expect(storedUsage(stored({ ...RAW, video_tokens: 5 }))?.unreadKeys).toEqual(['video_tokens']);
  });

  test('of which a part may have been cut does not say all: no price', () => {
    // The null stands where ingest stops, six levels down.
    const cut = { ...RAW, details: { a: { b: { c: { d: { e: null } } } } } };
    // Releases without `usage_cut` said `extra_cut` of either.
    for (const flag of ['usage_cut', 'extra_cut'] as const) {
      const flags: StoredCall['flags'] = [flag, 'usage_unread_keys'];
      expect(storedUsage(stored(cut, { flags }))?.unreadKeys).toEqual([
        'usage_raw, which was not kept whole',
      ]);
    }
    expect(storedUsage(stored(cut))?.unreadKeys).toEqual([]);
  });

  test('is whole beside an `extra` that was cut', () => {
    const flags: StoredCall['flags'] = ['extra_cut', 'usage_unread_keys'];
    expect(storedUsage(stored(RAW, { flags }))).toMatchObject({
      usage: { input_tokens: 100, cache_read_tokens: 40, output_tokens: 30 },
      unreadKeys: [],
    });
  });

  test('gives usage to a call that had none that was known', () => {
    const none = { input_tokens: null, output_tokens: null, price_status: 'no_usage' } as const;
    expect(storedUsage(stored({ strange: 1 }, none))).toBeUndefined();
    expect(storedUsage(stored(RAW, none))?.usage).toMatchObject({ input_tokens: 100 });
  });

  test('with a count that is none leaves the call as it was, and says why', () => {
    const broken = { ...RAW, prompt_tokens_details: { cached_tokens: 0.5 } };
    expect(storedUsage(stored(broken))).toMatchObject({
      usage: { input_tokens: 100, output_tokens: 30 },
      unreadKeys: [expect.stringContaining('cached_tokens must be a whole number')],
    });
  });

  test('that is not there any more cannot be read: no price, unless the call had one all the same', () => {
    expect(storedUsage(stored(null))?.unreadKeys).toEqual(['usage_raw, which was not kept whole']);
    expect(storedUsage(stored(null, { price_status: 'priced' }))?.unreadKeys).toEqual([]);
    // Unknown altogether: the counts came from another object.
    expect(storedUsage(stored({ strange: 1 }))?.unreadKeys).toEqual([]);
  });
});

test('counts that contradicted each other are looked at again', () => {
  const flags: StoredCall['flags'] = ['usage_mismatch'];
  expect(storedUsage(stored(RAW, { flags }))?.contradictions).toEqual([]);
  expect(storedUsage(stored({ ...RAW, total_tokens: 99 }, { flags }))?.contradictions).toEqual([
    'total_tokens',
  ]);
  expect(storedUsage(stored(null, { flags }))?.contradictions).toEqual([
    'flagged when it was stored',
  ]);
});

test('a call without doubts is its columns', () => {
  expect(storedUsage(stored(null, { flags: [] }))).toEqual({
    usage: { input_tokens: 100, output_tokens: 30 },
    ...{ served: {}, unreadKeys: [], contradictions: [] },
  });
});
