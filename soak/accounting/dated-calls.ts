/** Calls in the order of their start, made from their number alone, and what each costs: integers, computed without the product's code. */
import { seededRandom } from '../../local/demo/random.ts';

export const DATED_MODEL = { provider: 'soak-reprice', model: 'soak-1' };

/** Pico-dollars a token: $2.50 a million are 2,500,000. No product of these needs rounding. */
export interface TokenPrices {
  input: bigint;
  cacheRead: bigint;
  output: bigint;
}

/** What holds from an instant on; before it, what the first list said. */
export interface ListStage {
  from: Date;
  prices: TokenPrices;
}

export interface DatedCall {
  eventId: string;
  ts: Date;
  feature: string;
  inputTokens: number;
  /** Part of the input. */
  cacheReadTokens: number;
  outputTokens: number;
}

export interface DatedCalls {
  seed: number;
  count: number;
  /** Inclusive. */
  from: Date;
  /** Exclusive. */
  until: Date;
}

export function datedCall({ seed, count, from, until }: DatedCalls, index: number): DatedCall {
  const random = seededRandom(seed + index);
  const step = (until.getTime() - from.getTime()) / count;
  const inputTokens = random.between(0, 200_000);
  return {
    eventId: `019ab0f4-7d00-7000-8000-${index.toString(16).padStart(12, '0')}`,
    ts: new Date(from.getTime() + Math.floor(index * step)),
    feature: `feature-${random.between(1, 12)}`,
    inputTokens,
    cacheReadTokens: random.between(0, inputTokens),
    outputTokens: random.between(0, 20_000),
  };
}

/** As an app publishes it. */
export function datedEvent(call: DatedCall): object {
  const { eventId, ts, feature, inputTokens, cacheReadTokens, outputTokens } = call;
  return {
    ...{ event_id: eventId, ts: ts.toISOString(), user_id: 'u', feature, ...DATED_MODEL },
    usage: {
      input_tokens: inputTokens,
      cache_read_tokens: cacheReadTokens,
      output_tokens: outputTokens,
    },
  };
}

/** @returns as Postgres prints `numeric(20,12)` */
export function datedCost(
  call: DatedCall,
  first: TokenPrices,
  { from, prices }: ListStage,
): string {
  const { input, cacheRead, output } = call.ts < from ? first : prices;
  const pico =
    BigInt(call.inputTokens - call.cacheReadTokens) * input +
    BigInt(call.cacheReadTokens) * cacheRead +
    BigInt(call.outputTokens) * output;
  const digits = pico.toString().padStart(13, '0');
  return `${digits.slice(0, -12)}.${digits.slice(-12)}`;
}

/** Of a million, as the price list has it. */
export function usdPerMillion(picoPerToken: bigint): string {
  const digits = picoPerToken.toString().padStart(7, '0');
  return `${digits.slice(0, -6)}.${digits.slice(-6)}`;
}
