/** Usage objects in the shape their providers send, and what they mean in ours. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type ReadUsage, readUsage } from '../../../domain/usage/read-usage.ts';
import { isConsistent, type Usage } from '../../../domain/usage/usage.ts';

const CASES: [string, { [key: string]: unknown }, Usage][] = [
  [
    'our own shape, as it is',
    { input_tokens: 100, output_tokens: 20, cache_read_tokens: 40, web_searches: 2 },
    { input_tokens: 100, output_tokens: 20, cache_read_tokens: 40, web_searches: 2 },
  ],
  [
    'Anthropic: input excludes the cache (100 + 500 + 40)',
    {
      input_tokens: 100,
      cache_read_input_tokens: 500,
      cache_creation_input_tokens: 40,
      output_tokens: 30,
      service_tier: 'standard',
    },
    { input_tokens: 640, output_tokens: 30, cache_read_tokens: 500, cache_write_5m_tokens: 40 },
  ],
  [
    'Anthropic: writes split by lifetime (10 + 0 + 20 + 30)',
    {
      input_tokens: 10,
      cache_read_input_tokens: 0,
      cache_creation_input_tokens: 50,
      cache_creation: { ephemeral_5m_input_tokens: 20, ephemeral_1h_input_tokens: 30 },
      output_tokens: 5,
      output_tokens_details: { thinking_tokens: 3 },
      server_tool_use: { web_search_requests: 2 },
    },
    {
      input_tokens: 60,
      output_tokens: 5,
      cache_read_tokens: 0,
      cache_write_5m_tokens: 20,
      cache_write_1h_tokens: 30,
      reasoning_tokens: 3,
      web_searches: 2,
    },
  ],
  [
    'Anthropic: null is unknown, not zero',
    {
      input_tokens: 10,
      output_tokens: 5,
      cache_read_input_tokens: null,
      cache_creation_input_tokens: null,
      server_tool_use: null,
    },
    { input_tokens: 10, output_tokens: 5 },
  ],
  [
    'OpenAI chat: totals include the cached and the reasoning tokens',
    {
      prompt_tokens: 1_000,
      completion_tokens: 300,
      total_tokens: 1_300,
      prompt_tokens_details: { cached_tokens: 640, audio_tokens: 0 },
      completion_tokens_details: { reasoning_tokens: 128, audio_tokens: 0 },
    },
    {
      input_tokens: 1_000,
      output_tokens: 300,
      cache_read_tokens: 640,
      reasoning_tokens: 128,
      audio_input_tokens: 0,
      audio_output_tokens: 0,
    },
  ],
  [
    'OpenAI embeddings: no output',
    { prompt_tokens: 8, total_tokens: 8 },
    { input_tokens: 8, output_tokens: 0 },
  ],
  [
    'OpenAI responses',
    {
      input_tokens: 328,
      input_tokens_details: { cached_tokens: 100 },
      output_tokens: 52,
      output_tokens_details: { reasoning_tokens: 12 },
      total_tokens: 380,
    },
    { input_tokens: 328, output_tokens: 52, cache_read_tokens: 100, reasoning_tokens: 12 },
  ],
  [
    'Gemini: thoughts stand outside the candidates (20 + 7), tool prompts outside the prompt (90 + 10)',
    {
      promptTokenCount: 90,
      cachedContentTokenCount: 50,
      candidatesTokenCount: 20,
      thoughtsTokenCount: 7,
      toolUsePromptTokenCount: 10,
      totalTokenCount: 127,
      promptTokensDetails: [
        { modality: 'TEXT', tokenCount: 60 },
        { modality: 'AUDIO', tokenCount: 30 },
      ],
    },
    {
      input_tokens: 100,
      output_tokens: 27,
      cache_read_tokens: 50,
      reasoning_tokens: 7,
      audio_input_tokens: 30,
    },
  ],
  [
    'Bedrock Converse: input excludes the cache (100 + 500 + 40)',
    {
      inputTokens: 100,
      outputTokens: 30,
      totalTokens: 670,
      cacheReadInputTokens: 500,
      cacheWriteInputTokens: 40,
    },
    { input_tokens: 640, output_tokens: 30, cache_read_tokens: 500, cache_write_5m_tokens: 40 },
  ],
  [
    'Bedrock Converse: writes split by lifetime',
    {
      inputTokens: 10,
      outputTokens: 3,
      cacheWriteInputTokens: 50,
      cacheDetails: [
        { ttl: '5m', inputTokens: 20 },
        { ttl: '1h', inputTokens: 30 },
      ],
    },
    { input_tokens: 60, output_tokens: 3, cache_write_5m_tokens: 20, cache_write_1h_tokens: 30 },
  ],
  [
    'Anthropic: what the split does not name is of five minutes (50 − 30)',
    {
      input_tokens: 10,
      cache_creation_input_tokens: 50,
      cache_creation: { ephemeral_1h_input_tokens: 30 },
      output_tokens: 5,
    },
    { input_tokens: 60, output_tokens: 5, cache_write_5m_tokens: 20, cache_write_1h_tokens: 30 },
  ],
  [
    'LiteLLM on Anthropic: OpenAI’s totals, which include the cache counts beside them',
    {
      prompt_tokens: 1_500,
      completion_tokens: 200,
      total_tokens: 1_700,
      cache_read_input_tokens: 1_000,
      cache_creation_input_tokens: 100,
    },
    {
      input_tokens: 1_500,
      output_tokens: 200,
      cache_read_tokens: 1_000,
      cache_write_5m_tokens: 100,
    },
  ],
  [
    'DeepSeek: hits and misses sum to the prompt',
    {
      prompt_tokens: 1_000,
      completion_tokens: 50,
      prompt_cache_hit_tokens: 900,
      prompt_cache_miss_tokens: 100,
    },
    { input_tokens: 1_000, output_tokens: 50, cache_read_tokens: 900 },
  ],
  [
    'AI SDK 6: totals include the parts (100 + 500 + 40)',
    {
      inputTokens: 640,
      inputTokenDetails: { noCacheTokens: 100, cacheReadTokens: 500, cacheWriteTokens: 40 },
      outputTokens: 30,
      outputTokenDetails: { textTokens: 20, reasoningTokens: 10 },
      totalTokens: 670,
    },
    {
      input_tokens: 640,
      output_tokens: 30,
      cache_read_tokens: 500,
      cache_write_5m_tokens: 40,
      reasoning_tokens: 10,
    },
  ],
  [
    'AI SDK 5: flat',
    { inputTokens: 1_000, outputTokens: 30, totalTokens: 1_030, cachedInputTokens: 900 },
    { input_tokens: 1_000, output_tokens: 30, cache_read_tokens: 900 },
  ],
];

function read(raw: { [key: string]: unknown }): ReadUsage {
  const result = readUsage(raw);
  if (result === undefined) throw new Error('not recognised');
  return result;
}

describe('usage objects', () => {
  test.each(CASES)('%s', (_source, raw, expected) => {
    const { usage, unreadKeys } = read(raw);
    expect(usage).toEqual(expected);
    expect(isConsistent(usage)).toBe(true);
    expect(unreadKeys).toEqual([]);
  });

  test('keys in our own shape that are not ours are named', () => {
    expect(read({ input_tokens: 1, output_tokens: 1, cached_tokens: 1 }).unreadKeys).toEqual([
      'cached_tokens',
    ]);
  });

  test.each([
    [
      'OpenAI',
      { prompt_tokens: 5, completion_tokens: 9, completion_tokens_details: { image_tokens: 8 } },
      'completion_tokens_details.image_tokens',
    ],
    [
      'Gemini',
      {
        promptTokenCount: 5,
        candidatesTokenCount: 9,
        candidatesTokensDetails: [{ modality: 'IMAGE', tokenCount: 9 }],
      },
      'candidatesTokensDetails.IMAGE',
    ],
    [
      'Anthropic',
      {
        input_tokens: 5,
        output_tokens: 9,
        cache_creation_input_tokens: 0,
        server_tool_use: { code_execution_requests: 2 },
      },
      'server_tool_use.code_execution_requests',
    ],
    ['Bedrock', { inputTokens: 5, outputTokens: 9, guardrailTokens: 4 }, 'guardrailTokens'],
  ])('a count that nobody reads is named: %s', (_dialect, raw, unread) => {
    expect(read(raw).unreadKeys).toEqual([unread]);
  });

  const count = fc.integer({ min: 0, max: 1_000_000 });

  test('Anthropic: the buckets sum to what the provider reported', () => {
    fc.assert(
      fc.property(count, count, count, count, (input, cacheRead, written5m, written1h) => {
        const { usage } = read({
          input_tokens: input,
          cache_read_input_tokens: cacheRead,
          cache_creation_input_tokens: written5m + written1h,
          cache_creation: {
            ephemeral_5m_input_tokens: written5m,
            ephemeral_1h_input_tokens: written1h,
          },
          output_tokens: 1,
        });
        expect(usage.input_tokens).toBe(input + cacheRead + written5m + written1h);
        expect(isConsistent(usage)).toBe(true);
      }),
    );
  });

  test('Gemini: everything that was billed is in the two totals', () => {
    fc.assert(
      fc.property(count, count, count, count, (prompt, tools, candidates, thoughts) => {
        const { usage } = read({
          promptTokenCount: prompt,
          toolUsePromptTokenCount: tools,
          candidatesTokenCount: candidates,
          thoughtsTokenCount: thoughts,
        });
        expect((usage.input_tokens ?? 0) + (usage.output_tokens ?? 0)).toBe(
          prompt + tools + candidates + thoughts,
        );
      }),
    );
  });
});

describe('consistency', () => {
  test.each([
    [{ input_tokens: 10, output_tokens: 1, cache_read_tokens: 6, cache_write_5m_tokens: 5 }],
    [{ input_tokens: 10, output_tokens: 1, reasoning_tokens: 2 }],
    [{ input_tokens: 10, output_tokens: 1, audio_input_tokens: 11 }],
    [{ output_tokens: 1, cache_read_tokens: 1 }],
  ])('%j contradicts itself', (usage) => {
    expect(isConsistent(usage)).toBe(false);
  });
});

test.each([
  ['LiteLLM of Anthropic', { prompt_tokens: 9, speed: 'fast', inference_geo: 'us' }, 'fast', 'us'],
  ['LiteLLM', { prompt_tokens: 9, service_tier: 'flex' }, 'flex', undefined],
  ['Gemini', { promptTokenCount: 9, serviceTier: 'flex' }, 'flex', undefined],
  ['Vertex AI', { promptTokenCount: 9, trafficType: 'ON_DEMAND' }, 'ON_DEMAND', undefined],
])('the object of %s says how the call was served', (_source, object, serviceTier, region) => {
  expect(readUsage(object)?.served).toEqual({
    serviceTier,
    ...(region === undefined ? {} : { region }),
  });
});
