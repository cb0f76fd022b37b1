import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { formatPicoUsd } from '../../../domain/money.ts';
import { builtInPriceBook, builtInPrices } from '../../../domain/pricing/built-in-prices.ts';
import { type PricedCall, priceCall } from '../../../domain/pricing/price-call.ts';

const BOOK = builtInPriceBook();
const AT = new Date('2026-11-23T13:00:00Z');

function cost(call: Partial<PricedCall>): string | undefined {
  const priced = priceCall(BOOK, {
    provider: 'anthropic',
    model: 'claude-opus-4-5',
    at: AT,
    usage: { input_tokens: 1, output_tokens: 1 },
    ...call,
  });
  return priced.priceStatus === 'unpriced' ? undefined : formatPicoUsd(priced.cost);
}

function ratesOf(provider: string, model: string) {
  return BOOK.ratesFor({ provider, model, serviceTier: 'standard', region: '', at: AT });
}

describe('what a call costs', () => {
  test('each bucket has its own rate, and none is charged twice', () => {
    const usage = {
      input_tokens: 100_000,
      cache_read_tokens: 50_000,
      cache_write_5m_tokens: 20_000,
      cache_write_1h_tokens: 10_000,
      output_tokens: 1_000,
      web_searches: 3,
    };
    // 20k × 5 + 50k × 0.5 + 20k × 6.25 + 10k × 10 + 1k × 25 (per million) + 3 × 10 (per thousand)
    expect(cost({ usage })).toBe('0.405000000000');
  });

  test('above a context band the whole call has the band’s rate', () => {
    const sonnet = { model: 'claude-sonnet-4-5' };
    expect(cost({ ...sonnet, usage: { input_tokens: 200_000, output_tokens: 1_000 } })).toBe(
      '0.615000000000',
    );
    expect(cost({ ...sonnet, usage: { input_tokens: 200_001, output_tokens: 1_000 } })).toBe(
      '1.222506000000',
    );
  });

  test('the price is that of the call’s start', () => {
    const o3 = {
      provider: 'openai',
      model: 'o3',
      usage: { input_tokens: 1_000_000, output_tokens: 0 },
    };
    expect(cost({ ...o3, at: new Date('2025-06-09T23:59:59Z') })).toBe('10.000000000000');
    expect(cost({ ...o3, at: new Date('2025-06-11T00:00:00Z') })).toBe('2.000000000000');
  });

  test('smaller than a nano-dollar is not lost', () => {
    const usage = { input_tokens: 1, cache_read_tokens: 1, output_tokens: 0 };
    expect(cost({ provider: 'google', model: 'gemini-2.5-flash', usage })).toBe('0.000000030000');
  });

  test('an embedding has no output to price', () => {
    expect(
      cost({ provider: 'openai', model: 'text-embedding-3-small', usage: { input_tokens: 50 } }),
    ).toBe('0.000001000000');
  });

  test.each<[string, Partial<PricedCall>]>([
    ['an unknown model', { model: 'claude-opus-99' }],
    ['an unknown provider', { provider: 'nobody' }],
    ['a sibling that only shares a prefix', { model: 'claude-opus-4-55' }],
    ['a tier without listed prices', { serviceTier: 'priority' }],
    ['the tier that was asked for, which says not what served it', { serviceTier: 'auto' }],
    ['batch and another tier at once', { batch: true, serviceTier: 'fast' }],
    ['unknown output', { usage: { input_tokens: 10 } }],
    ['unknown input', { usage: { output_tokens: 10 } }],
    [
      'parts above their total',
      { usage: { input_tokens: 1, output_tokens: 1, cache_read_tokens: 2 } },
    ],
    [
      'output of a model that makes images, which the counts do not tell from text',
      {
        provider: 'google',
        model: 'gemini-2.5-flash-image',
        usage: { input_tokens: 10, output_tokens: 1_290 },
      },
    ],
    [
      'audio without an audio price',
      {
        provider: 'openai',
        model: 'gpt-4o-audio-preview',
        usage: {
          input_tokens: 10,
          output_tokens: 10,
          audio_input_tokens: 10,
          audio_output_tokens: 10,
        },
      },
    ],
    [
      'cached audio, whose rate is not in the counts',
      {
        provider: 'google',
        model: 'gemini-2.5-flash',
        usage: { input_tokens: 10, output_tokens: 1, audio_input_tokens: 5, cache_read_tokens: 5 },
      },
    ],
    [
      'an hour’s cache write where only the five-minute rate is listed',
      {
        provider: 'aws',
        model: 'us.anthropic.claude-sonnet-4-20250514-v1:0',
        usage: { input_tokens: 10, output_tokens: 1, cache_write_1h_tokens: 10 },
      },
    ],
  ])('%s has no price, rather than a wrong one', (_case, call) => {
    expect(cost(call)).toBeUndefined();
  });

  test('equals exact rational arithmetic, is monotone in tokens, and is the sum of its lines', () => {
    const count = fc.integer({ min: 0, max: 2_000_000 });
    fc.assert(
      fc.property(count, count, count, count, (uncached, read, written, output) => {
        const usage = {
          input_tokens: uncached + read + written,
          cache_read_tokens: read,
          cache_write_5m_tokens: written,
          output_tokens: output,
        };
        const call = { provider: 'anthropic', model: 'claude-opus-4-5', at: AT, usage };
        const priced = priceCall(BOOK, call);
        // $5, $0.50, $6.25 and $25 per million, in pico-dollars per token.
        const exact =
          BigInt(uncached) * 5_000_000n +
          BigInt(read) * 500_000n +
          BigInt(written) * 6_250_000n +
          BigInt(output) * 25_000_000n;
        if (priced.priceStatus === 'unpriced') throw new Error(priced.reason);
        expect(priced.cost).toBe(exact);
        expect(priced.lines.reduce((sum, line) => sum + line.cost, 0n)).toBe(exact);
        const more = priceCall(BOOK, { ...call, usage: { ...usage, output_tokens: output + 1 } });
        expect('cost' in more && more.cost > exact).toBe(true);
      }),
    );
  });
});

describe('which model answered', () => {
  test.each([
    ['anthropic', 'claude-sonnet-4-5-20250929', 'claude-sonnet-4-5'],
    ['anthropic', 'claude-sonnet-4-5@20250929', 'claude-sonnet-4-5'],
    ['anthropic', 'claude-3-5-haiku-20241022', 'claude-3-5-haiku-latest'],
    ['openai', 'gpt-4o-2024-08-06', 'gpt-4o'],
    // A snapshot with prices of its own.
    ['openai', 'gpt-4o-2024-05-13', 'gpt-4o-2024-05-13'],
    ['google', 'gemini-2.0-flash-001', 'gemini-2.0-flash'],
    ['google', 'models/gemini-2.5-pro', 'gemini-2.5-pro'],
    [
      'aws',
      'us.anthropic.claude-sonnet-4-5-20250929-v1:0',
      'regional.anthropic.claude-sonnet-4-5-20250929-v1:0',
    ],
    [
      'aws',
      'arn:aws:bedrock:us-east-1:123456789012:inference-profile/global.anthropic.claude-opus-4-5-20251101-v1:0',
      'global.anthropic.claude-opus-4-5-v1:0',
    ],
    ['aws', 'us.amazon.nova-pro-v1:0', 'amazon.nova-pro-v1:0'],
    ['aws', 'eu.amazon.nova-pro-v1:0', 'amazon.nova-pro-v1:0'],
    ['aws', 'us.meta.llama3-3-70b-instruct-v1:0', 'meta.llama3-3-70b-instruct-v1:0'],
    [
      'aws',
      'anthropic.claude-3-5-sonnet-20241022-v2:0',
      'regional.anthropic.claude-3-5-sonnet-20241022-v2:0',
    ],
    [
      'aws',
      'apac.anthropic.claude-3-haiku-20240307-v1:0',
      'regional.anthropic.claude-3-haiku-20240307-v1:0',
    ],
  ])('%s %s has the prices of %s', (provider, model, listed) => {
    expect(ratesOf(provider, model)).toMatchObject({ priceStatus: 'priced', model: listed });
  });

  test.each([
    ['anthropic', 'claude-sonnet-5-55'],
    ['anthropic', 'claude-sonnet-4-55'],
    ['anthropic', 'claude-sonnet-4-5-20251399'],
    ['anthropic', 'claude-sonnet-4-5-001'],
    ['openai', 'gpt-5-nano-anything'],
    ['openai', 'gpt-4o-v2'],
    ['aws', 'amazon.titan-embed-text-v2:0'],
    ['aws', 'us.anthropic.claude-sonnet-4-5-20250929-v2:0'],
    ['aws', 'xx.anthropic.claude-opus-4-5-20251101-v1:0'],
    ['aws', 'arn:aws:bedrock:us-east-1:123456789012:application-inference-profile/abc123'],
  ])('%s %s is nobody’s', (provider, model) => {
    expect(ratesOf(provider, model)).toBe('model_unlisted');
  });

  test('another provider’s prices are inferred, and say so', () => {
    expect(ratesOf('azure.ai.openai', 'gpt-5')).toMatchObject({
      priceStatus: 'inferred',
      provider: 'openai',
      via: { match: 'family' },
    });
  });

  test('on Azure, what OpenAI lists and Azure does not has OpenAI’s prices, inferred, of the very model', () => {
    const { prices, names } = builtInPrices();
    const listed = new Set([
      ...prices.filter(({ provider }) => provider === 'openai').map(({ model }) => model),
      ...names.filter(({ provider }) => provider === 'openai').map(({ name }) => name),
    ]);
    const wrong = [...listed].filter((name) => {
      const [own, azure] = [ratesOf('openai', name), ratesOf('azure.ai.openai', name)];
      if (typeof azure === 'string') return typeof own !== 'string';
      if (azure.provider === 'azure') return azure.priceStatus !== 'priced';
      return (
        typeof own === 'string' ||
        azure.priceStatus !== 'inferred' ||
        azure.provider !== own.provider ||
        azure.model !== own.model
      );
    });
    expect(wrong).toEqual([]);
    // A deployment has whatever name it was given: that is no model.
    expect(ratesOf('azure', 'my-gpt-5')).toBe('model_unlisted');
    expect(ratesOf('azure', 'gpt-5-prod')).toBe('model_unlisted');
  });

  test('every model of the list is found by its own id', () => {
    const lost = builtInPrices()
      .prices.filter(({ serviceTier }) => serviceTier === 'standard')
      .filter(({ provider, model }) => {
        const rates = ratesOf(provider, model);
        return typeof rates === 'string' || rates.provider !== provider || rates.model !== model;
      })
      .map(({ provider, model }) => `${provider} ${model}`);
    expect(lost).toEqual([]);
  });

  test.each(['aws.bedrock', 'bedrock', 'gcp.vertex_ai', 'gcp.gemini', 'azure.ai.openai', 'OpenAI'])(
    'OpenTelemetry’s and the SDKs’ name %s is understood',
    (provider) => {
      const model = /bedrock/.test(provider)
        ? 'anthropic.claude-opus-4-5-20251101-v1:0'
        : /gcp/.test(provider)
          ? 'gemini-2.5-pro'
          : 'gpt-4o';
      expect(cost({ provider, model })).toBeDefined();
    },
  );
});
