/**
 * OpenRouter: OpenAI's totals, and what the call cost. https://openrouter.ai/docs/use-cases/usage-accounting
 */
import type { JsonObject } from '../json.ts';
import { type PicoUsd, parseDecimal, toPicoUsd } from '../money.ts';
import type { Dialect, Reading } from './dialect.ts';
import { openAiChat, readOpenAiChat } from './openai.ts';
import { readWord } from './served-by.ts';

export const openRouter: Dialect = {
  // Others put a `cost` of their own reckoning there, which is not what a provider charged.
  recognises: (raw, provider) =>
    openAiChat.recognises(raw, provider) &&
    (Object.hasOwn(raw, 'is_byok') ||
      Object.hasOwn(raw, 'cost_details') ||
      provider === 'openrouter'),
  read: readOpenRouter,
  counts: openAiChat.counts,
};

function readOpenRouter(raw: JsonObject): Reading {
  const serviceTier = readWord(raw, 'service_tier');
  return {
    ...readOpenAiChat(raw),
    ...(serviceTier === undefined ? {} : { served: { serviceTier } }),
    statedCost: readCharge(raw),
  };
}

/** A credit is a US dollar. With a key of one's own, `cost` is OpenRouter's fee and the provider's charge comes on top. */
function readCharge(raw: JsonObject): PicoUsd | undefined {
  const cost = readUsd(raw['cost']);
  if (raw['is_byok'] !== true) return cost;
  const details = raw['cost_details'] as JsonObject | null | undefined;
  const upstream = readUsd(details?.['upstream_inference_cost']);
  return cost === undefined || upstream === undefined ? undefined : cost + upstream;
}

function readUsd(value: unknown): PicoUsd | undefined {
  if (typeof value !== 'number' || !(value >= 0)) return undefined;
  const decimal = parseDecimal(String(value));
  return decimal === undefined ? undefined : toPicoUsd(decimal);
}
