/** The usage object of a span, for ingest to read: nothing is mapped twice. */
import { isObject, type JsonObject } from '../../../domain/json.ts';
import { readJson, type SpanAttributes } from './finished-span.ts';

/** The convention's, OpenLLMetry's and OpenInference's counts. */
const COUNT = /^(?:llm\.token_count\.|(?:gen_ai|llm)\.usage\..*token)/;
const AI_SDK = /^ai\.usage\./;
const TOTALS = ['ai.usage.inputTokens', 'ai.usage.promptTokens', 'ai.usage.tokens'];

/** @returns undefined where the span counts nothing: unknown, not zero */
export function usageOfSpan(attributes: SpanAttributes): JsonObject | undefined {
  const langfuse = readJson(attributes, 'langfuse.observation.usage_details');
  if (isObject(langfuse) && Object.keys(langfuse).length > 0) return langfuse;
  return ofAiSdk(attributes) ?? counts(attributes, COUNT);
}

/**
 * `ai.usage.*` says more than the `gen_ai.usage.*` beside it: what was cached. Anthropic's own object says more still: without it the
 * counts go as they stand, and with it as the SDK's own object, which ingest compares with it; that of structured output and older
 * versions has no details to compare.
 */
function ofAiSdk(attributes: SpanAttributes): JsonObject | undefined {
  const raw = ofAnthropic(attributes);
  const flat = counts(attributes, AI_SDK) ?? {};
  // Version 7 writes its totals by the convention's names, and at most parts of them by its own.
  if (TOTALS.every((total) => flat[total] === undefined)) return raw;
  if (raw === undefined) return { ...counts(attributes, COUNT), ...flat };
  const usage = nested(flat);
  const hasParts = isObject(usage['inputTokenDetails']) || isObject(usage['outputTokenDetails']);
  return hasParts ? { ...usage, raw } : raw;
}

/** Anthropic's own object, which the SDK passes on: it alone says how long what was cached will live. */
function ofAnthropic(attributes: SpanAttributes): JsonObject | undefined {
  const metadata = readJson(attributes, 'ai.response.providerMetadata');
  const anthropic = isObject(metadata) ? metadata['anthropic'] : undefined;
  return isObject(anthropic) && isObject(anthropic['usage']) ? anthropic['usage'] : undefined;
}

function counts(attributes: SpanAttributes, names: RegExp): JsonObject | undefined {
  const found = Object.entries(attributes).filter(
    ([name, value]) => typeof value === 'number' && names.test(name),
  );
  return found.length === 0 ? undefined : Object.fromEntries(found);
}

/** `ai.usage.inputTokenDetails.noCacheTokens` → `{inputTokenDetails: {noCacheTokens}}`. */
function nested(flat: JsonObject): JsonObject {
  const usage: Record<string, unknown> = {};
  for (const [name, count] of Object.entries(flat)) {
    const [key = '', part] = name.replace(AI_SDK, '').split('.', 2);
    if (part === undefined) usage[key] = count;
    else usage[key] = { ...(isObject(usage[key]) ? usage[key] : {}), [part]: count };
  }
  return usage;
}
