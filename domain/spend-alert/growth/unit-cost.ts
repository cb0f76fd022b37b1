/** Why a call of one prompt version costs another amount on the same model: tokens, cache share, price. */
import { type Fixed, fixed, mean, ratio, times } from './fixed-point.ts';
import type { SliceWindow, TokenPrices } from './slice.ts';

export interface UnitCostChange {
  tokens: Fixed;
  cacheShare: Fixed;
  price: Fixed;
}

/** A call's tokens: input, the share of it that was read from a cache, and output as input of the same price. */
interface TokensOfCall {
  input: Fixed;
  cacheShare: Fixed;
  outputAsInput: Fixed;
}

/**
 * A call costs price × (input × (1 − cache share × discount) + output as input). Of a product, each factor's part is its change
 * times the mean of the other: the two-factor Shapley value.
 *
 * @param before what a call cost; `after` what it costs
 * @returns undefined where tokens or prices are not known well enough to tell
 */
export function explainUnitCost(
  windows: { previous: SliceWindow; current: SliceWindow },
  before: Fixed,
  after: Fixed,
  prices: TokenPrices | undefined,
): UnitCostChange | undefined {
  if (prices === undefined || !sayTheSame(windows)) return undefined;
  const outputWorth = ratio(prices.output, prices.input);
  const discount = fixed(1n) - ratio(prices.cacheRead, prices.input);
  const then = tokensOfCall(windows.previous, outputWorth);
  const now = tokensOfCall(windows.current, outputWorth);
  if (then === undefined || now === undefined) return undefined;
  const paidFor = ({ cacheShare }: TokensOfCall) => fixed(1n) - times(cacheShare, discount);
  const size = (tokens: TokensOfCall) =>
    times(tokens.input, paidFor(tokens)) + tokens.outputAsInput;
  if (size(then) <= 0n || size(now) <= 0n) return undefined;
  const priceThen = ratio(before, size(then));
  const priceNow = ratio(after, size(now));
  const meanPrice = mean(priceThen, priceNow);
  const cacheShare = times(mean(then.input, now.input), paidFor(now) - paidFor(then));
  const tokens =
    times(now.input - then.input, mean(paidFor(then), paidFor(now))) +
    (now.outputAsInput - then.outputAsInput);
  return {
    tokens: times(meanPrice, tokens),
    cacheShare: times(meanPrice, cacheShare),
    price: times(priceNow - priceThen, mean(size(then), size(now))),
  };
}

/** Where only one of the windows knows a count, what changed is what is known. */
function sayTheSame({ previous, current }: { previous: SliceWindow; current: SliceWindow }) {
  return (['inputTokens', 'outputTokens', 'cacheReadTokens'] as const).every(
    (key) => (previous[key] === null) === (current[key] === null),
  );
}

function tokensOfCall(window: SliceWindow, outputWorth: Fixed): TokensOfCall | undefined {
  const calls = BigInt(window.calls);
  const input = BigInt(window.inputTokens ?? 0);
  if (calls === 0n || input === 0n) return undefined;
  return {
    input: ratio(input, calls),
    cacheShare: ratio(BigInt(window.cacheReadTokens ?? 0), input),
    outputAsInput: times(ratio(BigInt(window.outputTokens ?? 0), calls), outputWorth),
  };
}
