/**
 * Spans of the Vercel AI SDK: `ai.usage.*` is its own usage object, flattened. The `gen_ai.usage.*` beside it says less.
 * https://ai-sdk.dev/docs/ai-sdk-core/telemetry#collected-data
 * https://github.com/vercel/ai/blob/main/packages/otel/src/legacy-open-telemetry.ts
 */
import { isObject, type JsonObject } from '../json.ts';
import { aiSdk, aiSdk5, CACHE_APART } from './ai-sdk.ts';
import { type Dialect, hasAny, type Reading } from './dialect.ts';
import { contradicted, isSumOf } from './ledger.ts';
import { otel } from './otel.ts';
import { readCount } from './read-count.ts';

const PREFIX = 'ai.usage.';

/** Before version 5; embeddings count `tokens`. */
const OLD_NAMES: Readonly<Record<string, string>> = {
  promptTokens: 'inputTokens',
  completionTokens: 'outputTokens',
  tokens: 'inputTokens',
};

const TOTALS = ['inputTokens', 'outputTokens', ...Object.keys(OLD_NAMES)];

export const aiSdkSpan: Dialect = {
  // Version 7 writes its totals by the convention's names, and at most parts of them by its own.
  recognises: hasAny(...TOTALS.map((key) => PREFIX + key)),
  read: readSpan,
  counts: [...aiSdk.counts, ...Object.keys(OLD_NAMES)]
    .map((key) => PREFIX + key)
    .concat(otel.counts),
};

function readSpan(raw: JsonObject, provider: string): Reading {
  const usage = nested(raw);
  const hasParts = isObject(usage['inputTokenDetails']) || isObject(usage['outputTokenDetails']);
  const isUnclear = !hasParts && CACHE_APART.has(provider) && mayHoldCache(usage);
  const reading = (hasParts || isUnclear ? aiSdk : aiSdk5).read(usage, provider);
  const beside = (key: string, total: string) =>
    isSumOf(readCount(raw, `gen_ai.usage.${key}`), readCount(usage, total));
  return {
    ...reading,
    contradictions: [
      ...(reading.contradictions ?? []).map((key) => PREFIX + key),
      ...contradicted({
        [`${PREFIX}cachedInputTokens`]: !isUnclear,
        // Two names of one count.
        'gen_ai.usage.input_tokens': beside('input_tokens', 'inputTokens'),
        'gen_ai.usage.output_tokens': beside('output_tokens', 'outputTokens'),
      }),
    ],
  };
}

/**
 * Version 5 leaves the cache of these providers out of the input, later ones put it in, and `streamObject` of all of them writes the
 * same names: only a cache that exceeds the input tells which.
 */
function mayHoldCache(usage: JsonObject): boolean {
  const cached = readCount(usage, 'cachedInputTokens') ?? 0;
  return cached > 0 && cached <= (readCount(usage, 'inputTokens') ?? 0);
}

/** `ai.usage.inputTokenDetails.noCacheTokens` → `{inputTokenDetails: {noCacheTokens}}`. */
function nested(raw: JsonObject): JsonObject {
  const usage: Record<string, unknown> = {};
  for (const [name, count] of Object.entries(raw)) {
    if (!name.startsWith(PREFIX)) continue;
    const [key = '', part] = name.slice(PREFIX.length).split('.', 2);
    const parts = usage[key];
    if (part === undefined) usage[OLD_NAMES[key] ?? key] = count;
    else usage[key] = { ...(isObject(parts) ? parts : {}), [part]: count };
    // An embedding has no output.
    if (key === 'tokens') usage['outputTokens'] = 0;
  }
  return usage;
}
