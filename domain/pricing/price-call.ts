/** What a call cost, to the twelfth decimal: each price line rounded half to even, then summed. */
import { type PicoUsd, toPicoUsd } from '../money.ts';
import { isConsistent, type Usage } from '../usage/usage.ts';
import { isOwnContract, type PriceBook, type Rate, type Rates, rateOf } from './price-book.ts';
import type { PriceUnit } from './price-list.ts';
import { servedTier } from './served-tier.ts';

export interface PricedCall {
  provider: string;
  model: string;
  /** Start of the request: the price is that of this instant. */
  at: Date;
  usage: Usage;
  /** The tier that served the call, as the response names it. */
  serviceTier?: string | undefined;
  /** Where it was served, as the response names it. */
  region?: string | undefined;
  batch?: boolean | undefined;
}

export interface PriceLine {
  unit: PriceUnit;
  /** Tokens, requests or searches. */
  quantity: number;
  rate: Rate;
  cost: PicoUsd;
}

export type UnpricedReason =
  | 'model_unlisted'
  | 'tier_unlisted'
  | 'region_unlisted'
  | 'unit_unlisted'
  | 'usage_incomplete'
  | 'usage_mismatch'
  | 'usage_overlapping'
  | 'usage_unread';

type PriceStatus = Rates['priceStatus'];

export interface Price {
  priceStatus: PriceStatus;
  cost: PicoUsd;
  lines: PriceLine[];
  rates: Rates;
}

export interface NoPrice {
  priceStatus: 'unpriced';
  reason: UnpricedReason;
  /** Where the reason is a unit: which, and of which model of the list. */
  unit?: PriceUnit;
  listedAs?: Pick<Rates, 'provider' | 'model' | 'via'>;
  /** Where smaller calls have a price for the unit: up to which size of input. */
  aboveInputTokens?: number | undefined;
  /** Where the reason is counts that others contradict. */
  contradictions?: readonly string[];
  /** Where the reason is counts that nobody here reads. */
  unreadKeys?: readonly string[];
}

/**
 * Prices a call by a price book.
 *
 * @returns no price when any part of it has none: a model or a tier that is not listed, a unit without a rate, counts that are
 *   missing or contradict each other. Never a guess, never a partial sum.
 */
export function priceCall(book: PriceBook, call: PricedCall): Price | NoPrice {
  const { usage, at } = call;
  const serviceTier = servedTier(call);
  if (serviceTier === undefined) return unpriced('tier_unlisted');
  if (!isConsistent(usage)) return unpriced('usage_mismatch');
  const rates = book.ratesFor({
    provider: call.provider,
    model: call.model,
    serviceTier,
    region: call.region ?? '',
    at,
  });
  if (typeof rates === 'string') return unpriced(rates);
  const { units, ownUnits } = rates;
  const inputTokens = usage.input_tokens;
  // A model without an output price (embeddings) has no output to know about.
  if (inputTokens === undefined || (usage.output_tokens === undefined && units.has('output'))) {
    return unpriced('usage_incomplete');
  }

  const counted = buckets(usage, inputTokens, ownUnits);
  if (counted === undefined) return unpriced('usage_overlapping');
  const lines: PriceLine[] = [];
  let cost = 0n;
  for (const [unit, quantity, rated] of counted) {
    if (quantity === 0) continue;
    const rate = rated === undefined ? undefined : rateOf(units.get(rated), inputTokens, at);
    if (rate === undefined) {
      const aboveInputTokens = rated && sizeWithoutRate(units.get(rated), inputTokens);
      return { ...unpriced('unit_unlisted'), unit, listedAs: rates, aboveInputTokens };
    }
    const { digits, scale } = rate.usdEach;
    const line = toPicoUsd({ digits: digits * BigInt(quantity), scale });
    cost += line;
    lines.push({ unit, quantity, rate, cost: line });
  }
  return { priceStatus: statusOf(rates, lines), cost, lines, rates };
}

function sizeWithoutRate(rates: readonly Rate[] = [], inputTokens: number): number | undefined {
  return rates.find(({ upToInputTokens }) => inputTokens > upToInputTokens)?.upToInputTokens;
}

/** Nothing is inferred where every price is of a contract on the call's own name. */
function statusOf({ priceStatus, calledAs }: Rates, lines: readonly PriceLine[]): PriceStatus {
  const isOwn = lines.length > 0 && lines.every(({ rate }) => isOwnContract(rate.row, calledAs));
  return isOwn ? 'priced' : priceStatus;
}

function unpriced(reason: UnpricedReason): NoPrice {
  return { priceStatus: 'unpriced', reason };
}

/** A unit, how many of it, and the unit whose rate it has; undefined: none that is known. */
type Bucket = [unit: PriceUnit, quantity: number, rated: PriceUnit | undefined];

/**
 * Splits inclusive counts into disjoint buckets. Cached input without a price of its own has that of input: the provider gives no
 * discount. Images and reasoning without a price of their own have their total's; audio has not: it costs many times what
 * text does.
 *
 * @returns undefined where parts overlap and which rate the overlap had is not in the counts
 */
function buckets(
  usage: Usage,
  inputTokens: number,
  units: Rates['ownUnits'],
): Bucket[] | undefined {
  const own = (unit: PriceUnit, count: number | undefined) => (units.has(unit) ? (count ?? 0) : 0);
  const orInput = (unit: PriceUnit) => (units.has(unit) ? unit : 'input');
  const cacheRead = usage.cache_read_tokens ?? 0;
  const write5m = usage.cache_write_5m_tokens ?? 0;
  const write1h = usage.cache_write_1h_tokens ?? 0;
  const audioIn = usage.audio_input_tokens ?? 0;
  const imageIn = own('image_input', usage.image_input_tokens);
  const audioOut = usage.audio_output_tokens ?? 0;
  const reasoning = own('reasoning', usage.reasoning_tokens);
  const plainIn = inputTokens - cacheRead - write5m - write1h - audioIn - imageIn;
  const plainOut = (usage.output_tokens ?? 0) - audioOut - reasoning;
  // Cached audio or images.
  const isOverlapping = cacheRead > 0 && audioIn + imageIn > 0;
  if (isOverlapping || plainIn < 0 || plainOut < 0) return undefined;
  return [
    ['input', plainIn, 'input'],
    ['cache_read', cacheRead, orInput('cache_read')],
    ['cache_write_5m', write5m, orInput('cache_write_5m')],
    // A model that charges for cache writes charges more for an hour; without that price the call has none.
    [
      'cache_write_1h',
      write1h,
      units.has('cache_write_5m') ? 'cache_write_1h' : orInput('cache_write_1h'),
    ],
    ['audio_input', audioIn, 'audio_input'],
    ['image_input', imageIn, 'image_input'],
    // A model that makes images charges many times more for them, and the counts do not tell them from text.
    ['output', plainOut, units.has('image_output') ? undefined : 'output'],
    ['reasoning', reasoning, 'reasoning'],
    ['audio_output', audioOut, 'audio_output'],
    ['web_search', usage.web_searches ?? 0, 'web_search'],
    ['request', own('request', 1), 'request'],
  ];
}
