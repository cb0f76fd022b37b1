/**
 * OpenRouter: OpenAI's totals, and what the call cost. https://openrouter.ai/docs/use-cases/usage-accounting
 */
import { isObject, type JsonObject } from '../json.ts';
import { type PicoUsd, parseDecimal, toPicoUsd } from '../money.ts';
import type { Dialect, Reading } from './dialect.ts';
import { openAiChat, openAiResponses } from './openai.ts';
import { readWord } from './served-by.ts';

/** Its two APIs speak OpenAI's two dialects. */
const SPOKEN: readonly Dialect[] = [openAiChat, openAiResponses];

/** More than a call can cost, and than the column holds. */
const MAX_USD = 100_000_000;

export const openRouter: Dialect = {
  // Others put a `cost` of their own reckoning there, which is not what a provider charged.
  recognises: (raw, provider) =>
    (provider === 'openrouter' ||
      Object.hasOwn(raw, 'is_byok') ||
      Object.hasOwn(raw, 'cost_details')) &&
    spoken(raw, provider) !== undefined,
  read: readOpenRouter,
  counts: SPOKEN.flatMap(({ counts }) => counts),
};

function spoken(raw: JsonObject, provider: string): Dialect | undefined {
  return SPOKEN.find(({ recognises }) => recognises(raw, provider));
}

function readOpenRouter(raw: JsonObject, provider: string): Reading {
  const serviceTier = readWord(raw, 'service_tier');
  return {
    ...(spoken(raw, provider) ?? openAiChat).read(raw, provider),
    ...(serviceTier === undefined ? {} : { served: { serviceTier } }),
    statedCost: readCharge(raw),
  };
}

/** A credit is a US dollar. With a key of one's own, `cost` is OpenRouter's fee and the provider's charge comes on top. */
function readCharge(raw: JsonObject): PicoUsd | undefined {
  const cost = readUsd(raw['cost']);
  if (raw['is_byok'] !== true) return cost;
  const details = raw['cost_details'];
  const upstream = isObject(details) ? readUsd(details['upstream_inference_cost']) : undefined;
  return cost === undefined || upstream === undefined ? undefined : cost + upstream;
}

function readUsd(value: unknown): PicoUsd | undefined {
  if (typeof value !== 'number' || !(value >= 0 && value < MAX_USD)) return undefined;
  const decimal = parseDecimal(String(value));
  return decimal === undefined ? undefined : toPicoUsd(decimal);
}
