/** Terms sum to the growth exactly, whatever grew; a planted cause is the one that is named. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  type Cause,
  type Decomposition,
  decompose,
} from '../../../../domain/spend-alert/growth/decompose.ts';
import type { Slice, TokenPrices } from '../../../../domain/spend-alert/growth/slice.ts';
import { anySlices, NO_CALLS, PRICES, slice, USUAL } from './example-slices.ts';

const known = () => PRICES;

function sum({ terms }: Decomposition): bigint {
  return terms.reduce((total, { usd }) => total + usd, 0n);
}

function termOf({ terms }: Decomposition, cause: Cause): bigint {
  return terms.find((term) => term.cause === cause)?.usd ?? 0n;
}

function delta(slices: readonly Slice[]): bigint {
  return slices.reduce(
    (total, { previous, current }) => total + (current.costUsd ?? 0n) - (previous.costUsd ?? 0n),
    0n,
  );
}

function swapped(slices: readonly Slice[]): Slice[] {
  return slices.map((one) => ({ ...one, previous: one.current, current: one.previous }));
}

describe('any growth', () => {
  test('terms sum to the delta, to the pico-dollar', () => {
    fc.assert(
      fc.property(anySlices, fc.boolean(), (slices, priced) => {
        const result = decompose(slices, priced ? known : () => undefined);
        expect(result.deltaUsd).toBe(delta(slices));
        expect(sum(result)).toBe(result.deltaUsd);
      }),
      { numRuns: 2_000 },
    );
  });

  test('the way back has the same terms with the other sign, within the rounding of a term', () => {
    fc.assert(
      fc.property(anySlices, (slices) => {
        const there = decompose(slices, known);
        const back = decompose(swapped(slices), known);
        for (const { cause } of there.terms) {
          const both = termOf(there, cause) + termOf(back, cause);
          expect(both >= -16n && both <= 16n, `${cause}: ${both}`).toBe(true);
        }
      }),
    );
  });

  test('does not depend on the order of slices', () => {
    fc.assert(
      fc.property(anySlices, (slices) => {
        const amounts = (result: Decomposition) =>
          Object.fromEntries(result.terms.map(({ cause, usd }) => [cause, usd]));
        expect(amounts(decompose(slices.toReversed(), known))).toEqual(
          amounts(decompose(slices, known)),
        );
      }),
    );
  });
});

const DOUBLE: TokenPrices = { input: 2_000_000n, cacheRead: 200_000n, output: 10_000_000n };
const OUTPUT_DOUBLE: TokenPrices = { ...PRICES, output: 10_000_000n };
const V7 = { promptId: 'v7', promptVersion: 7 };
const LARGE = { model: 'large' };
const LONGER = { ...USUAL, input: 4_200, output: 630, cacheRead: 1_050 };

const SINGLE_CAUSES: [string, Cause, Slice[]][] = [
  ['more calls', 'calls', [slice(USUAL, { ...USUAL, calls: 17_000 })]],
  [
    'more calls of every prompt',
    'calls',
    [
      slice(USUAL, { ...USUAL, calls: 20_000 }),
      slice(LONGER, { ...LONGER, calls: 20_000 }, { promptName: 'title', promptId: 't1' }),
    ],
  ],
  [
    'a new feature',
    'calls',
    [slice(undefined, USUAL), slice(undefined, LONGER, { ...V7, ...LARGE })],
  ],
  ['a new version', 'prompt-version', [slice(USUAL, undefined), slice(undefined, LONGER, V7)]],
  [
    'a version that takes over',
    'prompt-version',
    [
      slice({ ...USUAL, calls: 9_000 }, { ...USUAL, calls: 2_000 }),
      slice({ ...LONGER, calls: 1_000 }, { ...LONGER, calls: 8_000 }, V7),
    ],
  ],
  [
    'another model',
    'models',
    [slice(USUAL, undefined), slice(undefined, { ...USUAL, prices: DOUBLE }, LARGE)],
  ],
  [
    'the same model of a dearer provider',
    'models',
    [slice(USUAL, undefined), slice(undefined, { ...USUAL, prices: DOUBLE }, { provider: 'x' })],
  ],
  ['longer input', 'tokens', [slice(USUAL, { ...USUAL, input: 6_000, cacheRead: 1_500 })]],
  ['longer output', 'tokens', [slice(USUAL, { ...USUAL, output: 900 })]],
  ['all prices', 'price', [slice(USUAL, { ...USUAL, prices: DOUBLE })]],
  ['the price of output', 'price', [slice(USUAL, { ...USUAL, prices: OUTPUT_DOUBLE })]],
  [
    'a cache that is missed',
    'cache-share',
    [slice({ ...USUAL, cacheRead: 1_900 }, { ...USUAL, cacheRead: 0 })],
  ],
  [
    'a dearer prompt',
    'prompts',
    [
      slice({ ...USUAL, calls: 9_000 }, { ...USUAL, calls: 3_000 }),
      slice(
        { ...LONGER, calls: 1_000 },
        { ...LONGER, calls: 7_000 },
        { promptName: 'title', promptId: 't1' },
      ),
    ],
  ],
];

describe('a single cause', () => {
  test.each(SINGLE_CAUSES)('%s carries at least 95 %% of the growth', (_case, cause, slices) => {
    const result = decompose(slices, known);
    expect(result.deltaUsd).toBeGreaterThan(0n);
    expect(result.terms[0]?.cause).toBe(cause);
    expect(termOf(result, cause) * 100n).toBeGreaterThanOrEqual(result.deltaUsd * 95n);
  });

  test('of two versions that changed places the new one is named, of two models the one moved to', () => {
    const version = decompose([slice(USUAL, undefined), slice(undefined, LONGER, V7)], known);
    expect(version.terms[0]?.slices.map(({ promptId }) => promptId)).toEqual(['v7']);
    const dearer = { ...USUAL, prices: DOUBLE };
    const model = decompose([slice(USUAL, undefined), slice(undefined, dearer, LARGE)], known);
    expect(model.terms[0]?.slices.map((one) => one.model)).toEqual(['large']);
  });
});

describe('mixed causes', () => {
  /** Of what two factors do together, each gets half. */
  test('calls × tokens: as constructed', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 200_000 }),
        fc.integer({ min: 1, max: 200_000 }),
        fc.integer({ min: 1, max: 40 }),
        fc.integer({ min: 1, max: 40 }),
        (callsThen, callsNow, longThen, longNow) => {
          const window = (calls: number, long: number) => ({
            ...{ calls, prices: PRICES },
            ...{ input: 100 * long, output: 10 * long, cacheRead: 50 * long },
          });
          const one = slice(window(callsThen, longThen), window(callsNow, longNow));
          const costOfCall = (long: number) =>
            BigInt(long) * (50n * PRICES.input + 50n * PRICES.cacheRead + 10n * PRICES.output);
          const [costThen, costNow] = [costOfCall(longThen), costOfCall(longNow)];
          const result = decompose([one], known);
          const calls = (BigInt(callsNow - callsThen) * (costThen + costNow)) / 2n;
          const tokens = ((costNow - costThen) * BigInt(callsThen + callsNow)) / 2n;
          near(termOf(result, 'calls'), calls);
          near(termOf(result, 'tokens'), tokens);
        },
      ),
    );
  });

  test('a version that asks for more, while all prices double and calls grow by a tenth', () => {
    const now = { ...LONGER, calls: 11_000, prices: DOUBLE };
    const slices = [
      slice(USUAL, { ...USUAL, calls: 5_500, prices: DOUBLE }),
      slice(undefined, { ...now, calls: 5_500 }, V7),
    ];
    const perCall = 1_500n * PRICES.input + 500n * PRICES.cacheRead + 300n * PRICES.output;
    // v6: 1 → 2; v7, which is in one window only: 2.1 × 2. A mean call: 1 → (2 + 4.2) ÷ 2.
    const tenth = perCall / 10n;
    const result = decompose(slices, known);
    near(termOf(result, 'calls'), (1_000n * (10n + 31n) * tenth) / 2n);
    // v6 has three quarters of the calls on the average of both windows, and 10,500 calls are between 10,000 and 11,000.
    near(termOf(result, 'price'), (10_500n * 10n * tenth * 3n) / 4n);
    near(termOf(result, 'prompt-version'), (10_500n * tenth * (42n - 15n)) / 2n);
  });
});

describe('what is not known', () => {
  test('without token prices, a dearer call of the same version and model is not split', () => {
    const result = decompose([slice(USUAL, { ...USUAL, output: 900 })], () => undefined);
    expect(result.terms.map(({ cause }) => cause)).toEqual(['unsplit']);
  });

  test('counts that only one window has are not compared', () => {
    const one = slice(USUAL, { ...USUAL, prices: DOUBLE });
    const previous = { ...one.previous, cacheReadTokens: null };
    const result = decompose([{ ...one, previous }], known);
    expect(result.terms.map(({ cause }) => cause)).toEqual(['unsplit']);
  });

  test('calls without a known cost are in no term', () => {
    const unpriced = { ...NO_CALLS, calls: 5_000, inputTokens: 1_000_000 };
    const slices = [
      slice(USUAL, USUAL),
      { ...slice(undefined, undefined, LARGE), current: unpriced },
    ];
    expect(decompose(slices, known)).toEqual({ deltaUsd: 0n, terms: [] });
  });

  test('tokens a call are those of all calls, priced or not', () => {
    const one = slice(USUAL, { ...USUAL, calls: 20_000 });
    const cost = one.previous.costUsd;
    const half = { ...one.current, pricedCalls: 10_000, costUsd: cost };
    expect(decompose([{ ...one, current: half }], known)).toEqual({ deltaUsd: 0n, terms: [] });
  });
});

function near(actual: bigint, expected: bigint): void {
  const off = actual - expected;
  expect(off >= -16n && off <= 16n, `${actual} instead of ${expected}`).toBe(true);
}
