/** Slices for tests, made from what a call costs, so that a test knows the cause before the code does. */
import fc from 'fast-check';
import type {
  Slice,
  SliceWindow,
  TokenPrices,
} from '../../../../domain/spend-alert/growth/slice.ts';

/** A dollar, ten cents and five dollars a million tokens. */
export const PRICES: TokenPrices = { input: 1_000_000n, cacheRead: 100_000n, output: 5_000_000n };

/** What every call of a window does. */
export interface Calls {
  calls: number;
  input: number;
  output: number;
  cacheRead: number;
  /** Per token. */
  prices: TokenPrices;
}

export const USUAL: Calls = {
  calls: 10_000,
  input: 2_000,
  output: 300,
  cacheRead: 500,
  prices: PRICES,
};

export const NO_CALLS: SliceWindow = {
  calls: 0,
  pricedCalls: 0,
  inputTokens: null,
  outputTokens: null,
  cacheReadTokens: null,
  costUsd: null,
};

function sliceWindow({ calls, input, output, cacheRead, prices }: Calls): SliceWindow {
  if (calls === 0) return NO_CALLS;
  const usdOfCall =
    BigInt(input - cacheRead) * prices.input +
    BigInt(cacheRead) * prices.cacheRead +
    BigInt(output) * prices.output;
  return {
    calls,
    pricedCalls: calls,
    inputTokens: calls * input,
    outputTokens: calls * output,
    cacheReadTokens: calls * cacheRead,
    costUsd: BigInt(calls) * usdOfCall,
  };
}

export function slice(
  previous: Calls | undefined,
  current: Calls | undefined,
  names: Partial<Slice> = {},
): Slice {
  return {
    promptName: 'reply',
    promptId: 'v6',
    promptVersion: 6,
    firstSeenAt: undefined,
    provider: 'openai',
    model: 'small',
    previous: previous === undefined ? NO_CALLS : sliceWindow(previous),
    current: current === undefined ? NO_CALLS : sliceWindow(current),
    ...names,
  };
}

const anyWindow: fc.Arbitrary<SliceWindow> = fc
  .record({
    priced: fc.integer({ min: 0, max: 50_000_000 }),
    unpriced: fc.integer({ min: 0, max: 1_000 }),
    inputTokens: fc.option(fc.maxSafeNat()),
    outputTokens: fc.option(fc.maxSafeNat()),
    cacheReadTokens: fc.option(fc.maxSafeNat()),
    costUsd: fc.bigInt({ min: 0n, max: 10n ** 19n }),
  })
  .map(({ priced, unpriced, costUsd, cacheReadTokens, ...tokens }) => ({
    ...tokens,
    calls: priced + unpriced,
    pricedCalls: priced,
    cacheReadTokens:
      cacheReadTokens === null ? null : Math.min(cacheReadTokens, tokens.inputTokens ?? 0),
    costUsd: priced === 0 ? null : costUsd,
  }));

/** Slices of few names, so that they share prompts, versions and models in every way. */
export const anySlices: fc.Arbitrary<Slice[]> = fc.uniqueArray(
  fc.record({
    promptName: fc.constantFrom(null, 'reply', 'title'),
    promptId: fc.constantFrom('(none)', 'v1', 'v2', 'v3'),
    promptVersion: fc.constant(null),
    firstSeenAt: fc.constant(undefined),
    provider: fc.constantFrom('openai', 'azure'),
    model: fc.constantFrom('small', 'large'),
    previous: anyWindow,
    current: anyWindow,
  }),
  {
    selector: ({ promptName, promptId, provider, model }) =>
      [promptName, promptId, provider, model].join(),
    maxLength: 16,
  },
);
