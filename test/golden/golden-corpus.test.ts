/** Usage objects of every source, what they mean and what they cost, reckoned by hand from published prices. */
import { describe, expect, test } from 'vitest';
import type { CallRow } from '../../domain/ingest-calls/call-row.ts';
import { parseCall } from '../../domain/ingest-calls/parse-call.ts';
import { formatPicoUsd, parsePicoUsd } from '../../domain/money.ts';
import { builtInPriceBook } from '../../domain/pricing/built-in-prices.ts';
import { costOfCall } from '../../domain/pricing/cost-of-call.ts';
import { priceCall } from '../../domain/pricing/price-call.ts';
import { priceUsage } from '../../domain/pricing/price-usage.ts';
import { askedCall, storedUsage } from '../../domain/pricing/stored-call.ts';
import { type ReadUsage, readUsage } from '../../domain/usage/read-usage.ts';
import { USAGE_KEYS } from '../../domain/usage/usage.ts';
import { type GoldenCase, readCase, readCorpus } from './corpus.ts';
import { evaluateCount, evaluateUsd, holds } from './exact-arithmetic.ts';

const SOURCES = [
  ...['openai-chat', 'openai-responses', 'openai-embeddings', 'anthropic', 'gemini'],
  ...['bedrock-converse', 'bedrock-invoke-model', 'openrouter', 'ai-sdk-5', 'ai-sdk-6'],
  ...['langchain', 'litellm', 'langfuse', 'otel-inclusive', 'otel-exclusive', 'ai-sdk-span'],
];

/** Rows of the table of mispricings: unknown models, made-up prices, caches, the bill, aborted calls, dates, old lists, tiers. */
const PAINS = [1, 2, 3, 4, 5, 18, 19, 20];

const BOOK = builtInPriceBook();
const CASES = readCorpus();
const NAMED = CASES.map((golden): [string, GoldenCase] => [
  `${golden.source}: ${golden.name}`,
  golden,
]);

function expectedUsage({ expected }: GoldenCase): Record<string, number> {
  return Object.fromEntries(
    Object.entries(expected.usage).map(([key, sum]) => [key, evaluateCount(sum)]),
  );
}

function read({ usage, provider }: GoldenCase): ReadUsage {
  const result = readUsage(usage, provider);
  if (result === undefined) throw new Error('not recognised');
  return result;
}

/** What a call of the case comes to, without ingest. */
function price(golden: GoldenCase): { cost_usd: string | null; reason?: string } {
  const { usage, served, unreadKeys, contradictions } = read(golden);
  if (unreadKeys.length > 0) return { cost_usd: null, reason: 'usage_unread_keys' };
  if (contradictions.length > 0) return { cost_usd: null, reason: 'usage_mismatch' };
  const priced = priceCall(BOOK, {
    ...{ provider: golden.provider, model: golden.model, at: new Date(golden.at), usage },
    serviceTier: served.serviceTier ?? golden.service_tier,
    region: served.region ?? golden.region,
    batch: golden.batch,
  });
  return priced.priceStatus === 'unpriced'
    ? { cost_usd: null, reason: priced.reason }
    : { cost_usd: formatPicoUsd(priced.cost) };
}

function row({ provider, model, at, usage, ...golden }: GoldenCase, key: string): CallRow {
  const { service_tier = null, region = null, batch = null, status = 'ok' } = golden;
  const parsed = parseCall(
    { ts: at, provider, model, service_tier, region, batch, status, [key]: usage },
    { messageId: 'golden', index: 0, now: new Date(at), oldest: new Date(0), prices: BOOK },
  );
  if (!parsed.ok) throw new Error(parsed.rejection.detail);
  return parsed.value;
}

describe('the golden corpus', () => {
  test.each(NAMED)('%s: means what it says', (_name, golden) => {
    expect(read(golden).usage).toEqual(expectedUsage(golden));
  });

  test.each(NAMED)('%s: costs what was reckoned by hand', (_name, golden) => {
    const { expected, arithmetic } = golden;
    if (expected.cost_usd === null) {
      expect(expected.price_status).toBe('unpriced');
      expect(holds(arithmetic)).toBe(true);
      expect(price(golden)).toEqual({ cost_usd: null, reason: expected.reason });
      return;
    }
    expect(formatPicoUsd(evaluateUsd(arithmetic))).toBe(expected.cost_usd);
    if (expected.price_status !== 'provider') {
      expect(price(golden)).toEqual({ cost_usd: expected.cost_usd });
      return;
    }
    expect(expected.computed_cost_usd).toBeDefined();
    const { computed_cost_usd: computed } = expected;
    expect(price(golden).cost_usd).toBe(
      typeof computed === 'string' ? formatPicoUsd(evaluateUsd(computed)) : null,
    );
  });

  test.each(NAMED)('%s: is the row that ingest stores', (_name, golden) => {
    const { expected } = golden;
    const unknown = Object.fromEntries(USAGE_KEYS.map((key) => [key, null]));
    const { computed_cost_usd: computed } = expected;
    const wanted = {
      ...unknown,
      ...expectedUsage(golden),
      cost_usd: expected.cost_usd,
      price_status: expected.price_status,
      computed_cost_usd: typeof computed === 'string' ? formatPicoUsd(evaluateUsd(computed)) : null,
    };
    const flag = /^usage_(?:mismatch|unread_keys)$/;
    const reasons = [expected.reason ?? ''].filter((reason) => flag.test(reason));
    const { usage_raw, ...stored } = row(golden, 'usage_raw');
    expect(stored).toMatchObject(wanted);
    const flags = stored.flags.filter((name) => name.startsWith('usage_'));
    expect(flags).toEqual(expected.flags ?? reasons);
    expect(usage_raw).toEqual(flags.length === 0 ? null : golden.usage);
    const { usage_raw: __, ...asUsage } = row(golden, 'usage');
    expect(asUsage).toEqual(stored);
  });

  test.each(NAMED)('%s: is priced again as it was priced', (_name, golden) => {
    for (const key of ['usage_raw', 'usage']) {
      const stored = { ...row(golden, key), ts: new Date(golden.at) };
      const usage = storedUsage(stored);
      const priced = usage === undefined ? 'no usage' : priceUsage(BOOK, askedCall(stored), usage);
      const stated = stored.price_status === 'provider' ? stored.cost_usd : null;
      const again = costOfCall(stated === null ? undefined : parsePicoUsd(stated), priced);
      expect(stored).toMatchObject(again);
    }
  });

  test('has at least 80 cases, no two of a name, of every source and every mispricing', () => {
    expect(CASES.length).toBeGreaterThanOrEqual(80);
    expect(new Set(NAMED.map(([name]) => name)).size).toBe(CASES.length);
    expect([...new Set(CASES.map(({ source }) => source))].sort()).toEqual([...SOURCES].sort());
    const pains = new Set(CASES.map(({ pain }) => pain));
    expect(PAINS.filter((pain) => !pains.has(pain))).toEqual([]);
  });

  test.each([
    ['arithmetic', { arithmetic: '' }],
    ['arithmetic', { arithmetic: undefined }],
    ['sources', { sources: [] }],
    ['sources', { sources: ['my own reckoning'] }],
    ['usage', { usage: null }],
  ])('refuses a case without %s', (what, change) => {
    const line = JSON.stringify({ ...CASES[0], ...change });
    expect(() => readCase(line, 'openai-chat')).toThrow(`lacks ${what}`);
  });
});

describe('arithmetic written out', () => {
  test.each([
    ['1/3 + 1/3 + 1/3', '1.000000000000'],
    ['(2006 - 1920)*2.5/1e6', '0.000215000000'],
    ['10 - 2 - 3', '5.000000000000'],
    ['0.1 + 0.2', '0.300000000000'],
    ['1/1e12/2', '0.000000000000'],
    ['3/1e12/2', '0.000000000002'],
  ])('%s = %s', (expression, usd) => {
    expect(formatPicoUsd(evaluateUsd(expression))).toBe(usd);
  });

  test.each(['', '1 +', '(1', '1 2', 'x', '1/0', '1 = 1'])('“%s” is refused', (expression) => {
    expect(() => evaluateUsd(expression)).toThrow();
  });

  test.each([
    ['0.1 + 0.2 = 0.3', true],
    ['1 + 1 != 2', false],
    ['2 > 2', false],
  ])('%s: %s', (statement, truth) => {
    expect(holds(statement)).toBe(truth);
  });
});
