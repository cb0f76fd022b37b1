/** What a call cost, to the twelfth decimal: each price line rounded half to even, then summed. */
import { type PicoUsd, parseDecimal, toPicoUsd } from '../money.ts';
import { isConsistent, type Usage } from '../usage/usage.ts';
import { findModelPrice, type ModelPrice } from './price-catalogue.ts';

export interface PricedCall {
  provider: string;
  model: string;
  /** Start of the request: the price is that of this instant. */
  at: Date;
  usage: Usage;
  /** The tier that served the call, as the response names it. */
  serviceTier?: string | undefined;
  batch?: boolean | undefined;
}

export interface PriceLine {
  unit: string;
  /** Tokens, requests or searches. */
  quantity: number;
  /** Price of `per` units in US dollars, a decimal string. */
  priceUsd: string;
  per: number;
  cost: PicoUsd;
}

/** Names that providers give to the tier whose prices the catalogue lists. */
const STANDARD_TIERS = new Set(['standard', 'default', 'auto', 'on_demand']);

const MILLION = 1_000_000;
const THOUSAND = 1_000;

/**
 * Prices a call by the catalogue.
 *
 * @returns undefined when any part of it has no known price: a model that is not listed, a tier or batch discount that is
 *   not listed, counts that are missing or contradict each other. Never a guess, never a partial sum.
 */
export function priceCall(call: PricedCall): { cost: PicoUsd; lines: PriceLine[] } | undefined {
  const { usage } = call;
  if (call.batch === true) return undefined;
  if (call.serviceTier !== undefined && !STANDARD_TIERS.has(call.serviceTier.toLowerCase())) {
    return undefined;
  }
  if (usage.input_tokens === undefined || !isConsistent(usage)) return undefined;
  const prices = findModelPrice(call.provider, call.model, call.at);
  if (prices === undefined) return undefined;
  // A model without an output price (embeddings) has no output to know about.
  if (usage.output_tokens === undefined && prices['output_mtok'] !== undefined) return undefined;

  const lines: PriceLine[] = [];
  for (const { unit, quantity, price, per } of buckets(usage, prices)) {
    if (quantity === 0) continue;
    if (price === undefined) return undefined;
    lines.push(priceLine(unit, quantity, atContext(price, usage.input_tokens), per));
  }
  return { cost: lines.reduce((sum, line) => sum + line.cost, 0n), lines };
}

type Price = ModelPrice[string];

interface Bucket {
  unit: string;
  quantity: number;
  price: Price;
  per: number;
}

/**
 * Splits inclusive counts into disjoint buckets, each with its price. Images and reasoning without a price of their own have
 * their total's; audio has not: it costs many times what text does.
 */
function buckets(usage: Usage, prices: ModelPrice): Bucket[] {
  const input = prices['input_mtok'];
  const output = prices['output_mtok'];
  const write = prices['cache_write_mtok'];
  const cacheRead = usage.cache_read_tokens ?? 0;
  const write5m = usage.cache_write_5m_tokens ?? 0;
  const write1h = usage.cache_write_1h_tokens ?? 0;
  const audioIn = usage.audio_input_tokens ?? 0;
  const imageIn = ownPriced(usage.image_input_tokens, prices['input_image_mtok']);
  const audioOut = usage.audio_output_tokens ?? 0;
  const reasoning = ownPriced(usage.reasoning_tokens, prices['output_reasoning_mtok']);
  const plainIn = (usage.input_tokens ?? 0) - cacheRead - write5m - write1h - audioIn - imageIn;
  const plainOut = (usage.output_tokens ?? 0) - audioOut - reasoning;
  const isOverlapping = cacheRead > 0 && audioIn + imageIn > 0;
  if (isOverlapping || plainIn < 0 || plainOut < 0) {
    // Cached audio or images: which rate they had is not in the counts.
    return [{ unit: 'overlapping', quantity: 1, price: undefined, per: 1 }];
  }
  return [
    { unit: 'input', quantity: plainIn, price: input, per: MILLION },
    {
      unit: 'cache_read',
      quantity: cacheRead,
      price: prices['cache_read_mtok'] ?? input,
      per: MILLION,
    },
    { unit: 'cache_write_5m', quantity: write5m, price: write ?? input, per: MILLION },
    // A model that charges for cache writes charges more for an hour; without that price the call has none.
    {
      unit: 'cache_write_1h',
      quantity: write1h,
      price: prices['cache_write_1h_mtok'] ?? (write === undefined ? input : undefined),
      per: MILLION,
    },
    { unit: 'audio_input', quantity: audioIn, price: prices['input_audio_mtok'], per: MILLION },
    { unit: 'image_input', quantity: imageIn, price: prices['input_image_mtok'], per: MILLION },
    // A model that makes images charges many times more for them, and the counts do not tell them from text.
    {
      unit: 'output',
      quantity: plainOut,
      price: prices['output_image_mtok'] === undefined ? output : undefined,
      per: MILLION,
    },
    {
      unit: 'reasoning',
      quantity: reasoning,
      price: prices['output_reasoning_mtok'],
      per: MILLION,
    },
    { unit: 'audio_output', quantity: audioOut, price: prices['output_audio_mtok'], per: MILLION },
    {
      unit: 'web_search',
      quantity: usage.web_searches ?? 0,
      price: prices['web_searches_kcount'],
      per: THOUSAND,
    },
    {
      unit: 'request',
      quantity: prices['requests_kcount'] === undefined ? 0 : 1,
      price: prices['requests_kcount'],
      per: THOUSAND,
    },
  ];
}

function ownPriced(count: number | undefined, price: Price): number {
  return price === undefined ? 0 : (count ?? 0);
}

/** The rate for this much input: above a tier's start the whole call has the tier's price. */
function atContext(price: NonNullable<Price>, inputTokens: number): number {
  if (typeof price === 'number') return price;
  return price.tiers.reduce(
    (rate, tier) => (inputTokens > tier.start ? tier.price : rate),
    price.base,
  );
}

function priceLine(unit: string, quantity: number, price: number, per: number): PriceLine {
  const priceUsd = String(price);
  const rate = parseDecimal(priceUsd);
  if (rate === undefined) throw new RangeError(`catalogue price of ${unit} is ${priceUsd}`);
  const cost = toPicoUsd({
    digits: rate.digits * BigInt(quantity),
    scale: rate.scale + String(per).length - 1,
  });
  return { unit, quantity, priceUsd, per, cost };
}
