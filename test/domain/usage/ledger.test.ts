/** Whatever the dialect: what was reported is what is priced, each token once. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { JsonObject } from '../../../domain/json.ts';
import { builtInPriceBook } from '../../../domain/pricing/built-in-prices.ts';
import { type Price, priceCall } from '../../../domain/pricing/price-call.ts';
import { type ReadUsage, readUsage } from '../../../domain/usage/read-usage.ts';

const BOOK = builtInPriceBook();
const AT = new Date('2026-11-23T13:00:00Z');

/** What was used, each token in one bucket. */
interface Used {
  uncached: number;
  cacheRead: number;
  written5m: number;
  written1h: number;
  /** Output that is no reasoning. */
  answer: number;
  reasoning: number;
}

const BUCKETS = ['uncached', 'cacheRead', 'written5m', 'written1h', 'answer', 'reasoning'] as const;

interface Spelling {
  provider: string;
  model: string;
  spell: (used: Used) => JsonObject;
  /** Buckets that the dialect has no count for. */
  lacks: readonly (keyof Used)[];
  /** Pico-dollars a token of input, cache read, write of five minutes, of an hour, and output. */
  rates: readonly [bigint, bigint, bigint, bigint, bigint];
}

const NOTHING: Used = {
  ...{ uncached: 0, cacheRead: 0, written5m: 0, written1h: 0 },
  ...{ answer: 0, reasoning: 0 },
};

const input = ({ uncached, cacheRead, written5m, written1h }: Used) =>
  uncached + cacheRead + written5m + written1h;
const output = ({ answer, reasoning }: Used) => answer + reasoning;

/** $5, $0.50, $6.25, $10 and $25 a million. */
const OPUS = {
  provider: 'anthropic',
  model: 'claude-opus-4-5',
  rates: [5_000_000n, 500_000n, 6_250_000n, 10_000_000n, 25_000_000n],
} as const;
/** $1.25, $0.125 and $10 a million. */
const GPT_5 = {
  provider: 'openai',
  model: 'gpt-5',
  rates: [1_250_000n, 125_000n, 0n, 0n, 10_000_000n],
} as const;

const DIALECTS: Readonly<Record<string, Spelling>> = {
  Anthropic: {
    ...OPUS,
    lacks: [],
    spell: (used) => ({
      input_tokens: used.uncached,
      cache_read_input_tokens: used.cacheRead,
      cache_creation_input_tokens: used.written5m + used.written1h,
      cache_creation: {
        ephemeral_5m_input_tokens: used.written5m,
        ephemeral_1h_input_tokens: used.written1h,
      },
      output_tokens: output(used),
      output_tokens_details: { thinking_tokens: used.reasoning },
    }),
  },
  'OpenAI Chat Completions': {
    ...GPT_5,
    lacks: ['written5m', 'written1h'],
    spell: (used) => ({
      prompt_tokens: input(used),
      completion_tokens: output(used),
      total_tokens: input(used) + output(used),
      prompt_tokens_details: { cached_tokens: used.cacheRead },
      completion_tokens_details: { reasoning_tokens: used.reasoning },
    }),
  },
  'OpenAI Responses': {
    ...GPT_5,
    lacks: ['written5m', 'written1h'],
    spell: (used) => ({
      input_tokens: input(used),
      input_tokens_details: { cached_tokens: used.cacheRead },
      output_tokens: output(used),
      output_tokens_details: { reasoning_tokens: used.reasoning },
      total_tokens: input(used) + output(used),
    }),
  },
  // $0.30, $0.03 and $2.50 a million.
  Gemini: {
    provider: 'google',
    model: 'gemini-2.5-flash',
    rates: [300_000n, 30_000n, 0n, 0n, 2_500_000n],
    lacks: ['written5m', 'written1h'],
    spell: (used) => ({
      promptTokenCount: input(used),
      cachedContentTokenCount: used.cacheRead,
      candidatesTokenCount: used.answer,
      thoughtsTokenCount: used.reasoning,
      totalTokenCount: input(used) + output(used),
    }),
  },
  // As Anthropic's, in any region.
  'Bedrock Converse': {
    ...OPUS,
    provider: 'aws',
    model: 'global.anthropic.claude-opus-4-5-20251101-v1:0',
    lacks: ['reasoning'],
    spell: (used) => ({
      inputTokens: used.uncached,
      outputTokens: used.answer,
      totalTokens: input(used) + used.answer,
      cacheReadInputTokens: used.cacheRead,
      cacheWriteInputTokens: used.written5m + used.written1h,
      cacheDetails: [
        { ttl: '1h', inputTokens: used.written1h },
        { ttl: '5m', inputTokens: used.written5m },
      ],
    }),
  },
  'AI SDK 6': {
    ...OPUS,
    lacks: ['written1h'],
    spell: (used) => ({
      inputTokens: input(used),
      inputTokenDetails: {
        noCacheTokens: used.uncached,
        cacheReadTokens: used.cacheRead,
        cacheWriteTokens: used.written5m,
      },
      outputTokens: output(used),
      outputTokenDetails: { textTokens: used.answer, reasoningTokens: used.reasoning },
      totalTokens: input(used) + output(used),
    }),
  },
  'AI SDK 5 on Anthropic': {
    ...OPUS,
    lacks: ['written5m', 'written1h', 'reasoning'],
    spell: (used) => ({
      inputTokens: used.uncached,
      outputTokens: used.answer,
      totalTokens: used.uncached + used.answer,
      cachedInputTokens: used.cacheRead,
    }),
  },
  LangChain: {
    ...OPUS,
    lacks: [],
    spell: (used) => ({
      input_tokens: input(used),
      output_tokens: output(used),
      total_tokens: input(used) + output(used),
      input_token_details: {
        cache_read: used.cacheRead,
        cache_creation: 0,
        ephemeral_5m_input_tokens: used.written5m,
        ephemeral_1h_input_tokens: used.written1h,
      },
      output_token_details: { reasoning: used.reasoning },
    }),
  },
  LiteLLM: {
    ...OPUS,
    lacks: [],
    spell: (used) => ({
      prompt_tokens: input(used),
      completion_tokens: output(used),
      total_tokens: input(used) + output(used),
      prompt_tokens_details: {
        cached_tokens: used.cacheRead,
        cache_creation_tokens: used.written5m + used.written1h,
        cache_creation_token_details: {
          ephemeral_5m_input_tokens: used.written5m,
          ephemeral_1h_input_tokens: used.written1h,
        },
      },
      completion_tokens_details: { reasoning_tokens: used.reasoning },
      cache_read_input_tokens: used.cacheRead,
      cache_creation_input_tokens: used.written5m + used.written1h,
    }),
  },
  OpenTelemetry: {
    ...OPUS,
    lacks: ['written1h'],
    spell: (used) => ({
      'gen_ai.usage.input_tokens': input(used),
      'gen_ai.usage.output_tokens': output(used),
      'gen_ai.usage.cache_read.input_tokens': used.cacheRead,
      'gen_ai.usage.cache_write.input_tokens': used.written5m,
      'gen_ai.usage.reasoning.output_tokens': used.reasoning,
    }),
  },
  // Known to be so by its total, also where the cache is the smaller part.
  'OpenTelemetry without the cache in the input': {
    ...OPUS,
    lacks: ['written1h'],
    spell: (used) => ({
      'gen_ai.usage.input_tokens': used.uncached,
      'gen_ai.usage.output_tokens': output(used),
      'gen_ai.usage.cache_read_input_tokens': used.cacheRead,
      'gen_ai.usage.cache_creation_input_tokens': used.written5m,
      'llm.usage.total_tokens': input(used) + output(used),
    }),
  },
};

function read({ provider, spell }: Spelling, used: Used): ReadUsage {
  const result = readUsage(spell(used), provider);
  if (result === undefined) throw new Error('not recognised');
  return result;
}

function price(spelling: Spelling, used: Used): Price {
  const { usage } = read(spelling, used);
  const { provider, model } = spelling;
  const priced = priceCall(BOOK, { provider, model, at: AT, usage });
  if (priced.priceStatus === 'unpriced') throw new Error(priced.reason);
  return priced;
}

function anyUse({ lacks }: Spelling): fc.Arbitrary<Used> {
  const count = fc.oneof(
    { arbitrary: fc.integer({ min: 0, max: 1_000_000 }), weight: 4 },
    { arbitrary: fc.constantFrom(0, 1), weight: 1 },
  );
  const buckets = BUCKETS.map((bucket) => [
    bucket,
    lacks.includes(bucket) ? fc.constant(0) : count,
  ]);
  return fc.record(Object.fromEntries(buckets) as Record<keyof Used, fc.Arbitrary<number>>);
}

describe.each(Object.entries(DIALECTS))('%s', (_dialect, spelling) => {
  test('is read without a contradiction, and nothing is left unread', () => {
    fc.assert(
      fc.property(anyUse(spelling), (used) => {
        expect(read(spelling, used)).toMatchObject({
          contradictions: [],
          unreadKeys: [],
          usage: { input_tokens: input(used), output_tokens: output(used) },
        });
      }),
    );
  });

  test('costs what an exact reference says: every token once, none negative, more for more', () => {
    fc.assert(
      fc.property(anyUse(spelling), fc.constantFrom(...BUCKETS), (used, more) => {
        const [perInput, perRead, per5m, per1h, perOutput] = spelling.rates;
        const exact =
          BigInt(used.uncached) * perInput +
          BigInt(used.cacheRead) * perRead +
          BigInt(used.written5m) * per5m +
          BigInt(used.written1h) * per1h +
          BigInt(output(used)) * perOutput;
        const { cost, lines } = price(spelling, used);
        expect(cost).toBe(exact);
        expect(lines.reduce((sum, line) => sum + line.cost, 0n)).toBe(exact);
        expect(lines.every(({ quantity }) => quantity > 0)).toBe(true);
        expect(lines.reduce((sum, { quantity }) => sum + quantity, 0)).toBe(
          input(used) + output(used),
        );
        if (spelling.lacks.includes(more)) return;
        expect(price(spelling, { ...used, [more]: used[more] + 1 }).cost > cost).toBe(true);
      }),
    );
  });
});

describe('a total that is not the sum', () => {
  const TOTALS = ['total_tokens', 'totalTokenCount', 'totalTokens'];
  const withTotal = Object.entries(DIALECTS).filter(([, { spell }]) =>
    TOTALS.some((key) => Object.hasOwn(spell(NOTHING), key)),
  );

  test.each(withTotal)('%s: is never mended', (_dialect, spelling) => {
    fc.assert(
      fc.property(anyUse(spelling), fc.integer({ min: 1, max: 1_000 }), (used, off) => {
        const raw = spelling.spell(used);
        const key = TOTALS.find((total) => Object.hasOwn(raw, total)) ?? '';
        // The two ways of counting that a total tells apart are no contradiction.
        fc.pre(![used.reasoning, used.cacheRead].includes(off));
        const wrong = { ...raw, [key]: Number(raw[key]) + off };
        expect(readUsage(wrong, spelling.provider)?.contradictions).toEqual([key]);
      }),
    );
  });
});
