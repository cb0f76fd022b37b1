/**
 * Reads any usage object into tricost's inclusive shape. The object's own keys say whose it is: the provider of an event
 * names who served the call, not which SDK spelled the object.
 */
import { isObject, type JsonObject } from '../json.ts';
import type { PicoUsd } from '../money.ts';
import { priceListProvider } from '../pricing/provider-names.ts';
import { aiSdk, aiSdk5, aiSdkModel } from './ai-sdk.ts';
import { aiSdkSpan } from './ai-sdk-span.ts';
import { anthropic } from './anthropic.ts';
import { bedrockConverse, bedrockLlama, bedrockMetrics } from './bedrock.ts';
import type { Dialect, Reading } from './dialect.ts';
import { gemini, geminiPython } from './gemini.ts';
import { langChain } from './langchain.ts';
import { langfuse } from './langfuse.ts';
import { isSumOf } from './ledger.ts';
import { openAiChat, openAiResponses } from './openai.ts';
import { openRouter } from './openrouter.ts';
import { otel } from './otel.ts';
import { readCount, readNumber } from './read-count.ts';
import type { ServedBy } from './served-by.ts';
import { unreadCounts } from './unread-counts.ts';
import { isConsistent, known, USAGE_KEYS, type Usage } from './usage.ts';

/** Order matters: the first that recognises an object reads it, and a plain `{input_tokens, output_tokens}` is none's. */
const DIALECTS: readonly Dialect[] = [
  aiSdkSpan,
  otel,
  // Before Anthropic, whose names of the cache it takes.
  langfuse,
  openRouter,
  // Before Anthropic: LiteLLM puts Anthropic's cache counts beside these totals, which include them.
  openAiChat,
  langChain,
  anthropic,
  openAiResponses,
  gemini,
  geminiPython,
  aiSdkModel,
  aiSdk,
  aiSdk5,
  bedrockConverse,
  bedrockLlama,
  bedrockMetrics,
];

const OWN_SHAPE: Dialect = {
  recognises: () => true,
  read: readOwnShape,
  counts: [...USAGE_KEYS, 'total_tokens'],
};

/**
 * Under which a usage object may stand within another: the last event of a stream of Bedrock, and an attribute of Langfuse's spans.
 * https://github.com/BerriAI/litellm/pull/24845
 * https://langfuse.com/docs/observability/features/token-and-cost-tracking
 */
const WRAPPERS = ['amazon-bedrock-invocationMetrics', 'langfuse.observation.usage_details'];

/** The AI SDK passes the provider's own object on, which says more: lifetimes of cache writes, tier, place. */
const AI_SDK = new Set([aiSdk, aiSdkModel]);

export interface ReadUsage {
  usage: Usage;
  /** What the object says of how the call was served, which is not always how it was asked for. */
  served: ServedBy;
  /** Counts in the object that nobody here reads: what they stand for is in no price. */
  unreadKeys: string[];
  /** Keys of the object that its other counts contradict: such a call must not be priced. */
  contradictions: string[];
  /** Cache counts were added to an input that by the dialect's rule should have held them. */
  isCacheAdded: boolean;
  /** What the provider says that it charged. */
  statedCost?: PicoUsd;
}

/**
 * @param provider who served the call, as the event names it
 * @returns undefined when the object has no key that tricost knows
 * @throws Refused (`tokens_invalid`)
 */
export function readUsage(object: JsonObject, provider = ''): ReadUsage | undefined {
  for (const wrapper of WRAPPERS) {
    const { [wrapper]: wrapped, ...rest } = object;
    const usage = objectIn(wrapped);
    // What stands beside it says the same, or more: the lifetimes of cache writes, the tier.
    if (usage !== undefined) return readUsage(rest, provider) ?? readUsage(usage, provider);
  }
  return readDialect(object, provider);
}

/** A span holds an object as its JSON. */
function objectIn(value: unknown): JsonObject | undefined {
  const parsed = typeof value === 'string' ? parseJson(value) : value;
  return isObject(parsed) ? parsed : undefined;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function readDialect(object: JsonObject, provider: string): ReadUsage | undefined {
  const listed = priceListProvider(provider);
  const dialect = DIALECTS.find(({ recognises }) => recognises(object, listed)) ?? OWN_SHAPE;
  const { raw: passedOn, ...rest } = object;
  const raw = AI_SDK.has(dialect) ? rest : object;
  const read = toReadUsage(dialect.read(raw, listed), unreadCounts(raw, dialect.counts));
  if (read === undefined || !AI_SDK.has(dialect) || !isObject(passedOn)) return read;
  const own = readUsage(passedOn, provider);
  return own === undefined ? read : { ...own, contradictions: disagreements(read, own) };
}

function toReadUsage(reading: Reading, unreadKeys: string[]): ReadUsage | undefined {
  const { usage, served = {}, contradictions = [], isCacheAdded = false, statedCost } = reading;
  if (Object.keys(usage).length === 0) return undefined;
  const parts = isConsistent(usage) ? [] : ['parts above their total'];
  return {
    usage,
    served,
    unreadKeys,
    contradictions: [...contradictions, ...parts],
    isCacheAdded,
    ...(statedCost === undefined ? {} : { statedCost }),
  };
}

/** What is wrong with either object, and where an SDK's totals are not those of the object that it passes on. */
function disagreements(sdk: ReadUsage, own: ReadUsage): string[] {
  const totals = (['input_tokens', 'output_tokens'] as const).filter(
    (key) => sdk.usage[key] !== own.usage[key],
  );
  return [
    ...sdk.contradictions,
    ...own.contradictions.map((key) => `raw.${key}`),
    ...totals.map((key) => `raw: ${key}`),
  ];
}

/**
 * The counts of the contract's own shape, which are numbers.
 *
 * @throws Refused (`tokens_invalid`)
 */
export function checkOwnUsage(raw: JsonObject): void {
  for (const key of USAGE_KEYS) readNumber(raw, key);
}

function readOwnShape(raw: JsonObject): Reading {
  const usage = known(Object.fromEntries(USAGE_KEYS.map((key) => [key, readCount(raw, key)])));
  const total = readCount(raw, 'total_tokens');
  const agrees = isSumOf(total, usage.input_tokens, usage.output_tokens);
  return { usage, contradictions: agrees ? [] : ['total_tokens'] };
}
