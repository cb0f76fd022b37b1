/**
 * Turns one event of the contract into a row, or says why it cannot be a call. Money was spent, so whatever names a call
 * is kept: missing tags become `(untagged)` and `(none)`, an unknown model is unpriced.
 */
import { describe, isObject, type JsonObject } from '../json.ts';
import { formatPicoUsd, type PicoUsd, parseDecimal, toPicoUsd } from '../money.ts';
import { priceCall } from '../pricing/price-call.ts';
import { readUsage } from '../usage/read-usage.ts';
import { isConsistent, type Usage } from '../usage/usage.ts';
import { isUuid, uuidV5 } from '../uuid.ts';
import {
  type CallFlag,
  type CallRow,
  NONE,
  type PriceStatus,
  UNTAGGED_FEATURE,
} from './call-row.ts';
import { boundExtra, boundTags } from './extra.ts';
import {
  readBoolean,
  readChoice,
  readInteger,
  readMilliseconds,
  readObject,
  readText,
} from './fields.ts';
import { Refused, type Result, refusable } from './rejection.ts';
import { cleanText, fitName } from './text.ts';
import { parseTimestamp } from './timestamp.ts';

/** Where an event came from, and which times are acceptable. */
export interface ParseContext {
  /** SQS message id: names an event that has no id of its own. */
  messageId: string;
  /** Position in the message, from 0. */
  index: number;
  now: Date;
  /** Start of the oldest partition. */
  oldest: Date;
}

/** Namespace of the ids derived for events without one. */
const MISSING_ID_NAMESPACE = '6f1d5c1e-5f0b-4f3e-9d55-0c3f2a6b7a11';
const MAX_FUTURE_MS = 60 * 60_000;
const MAX_COST: PicoUsd = 100_000_000n * 10n ** 12n;
const COST_TEXT = /^\d{1,8}(?:\.\d{1,40})?$/;
const STATUSES = ['ok', 'error', 'aborted', 'timeout', 'abandoned'] as const;
const USAGE_SOURCES = ['provider', 'partial', 'estimated'] as const;

/** Fields with a column; everything else goes to `extra`. */
const KNOWN_FIELDS: ReadonlySet<string> = new Set([
  'v',
  'event_id',
  'ts',
  'user_id',
  'feature',
  'prompt_id',
  'prompt_name',
  'provider',
  'model',
  'usage',
  'usage_raw',
  'usage_source',
  'cost_usd',
  'cache_hit',
  'service_tier',
  'batch',
  'status',
  'latency_ms',
  'ttft_ms',
  'stream',
  'attempt',
  'response_id',
  'trace_id',
  'user_tier',
  'environment',
  'service',
  'tags',
]);

export function parseCall(event: unknown, context: ParseContext): Result<CallRow> {
  return refusable(() => {
    if (!isObject(event)) throw new Refused('not_an_object');
    return readCall(event, context);
  });
}

function readCall(event: JsonObject, context: ParseContext): CallRow {
  if (event['v'] !== undefined && event['v'] !== null && event['v'] !== 1) {
    throw new Refused('unknown_version', `\`v\` must be 1, got ${describe(event['v'])}`);
  }
  const flags = new Set<CallFlag>();
  const ts = readTimestamp(event, context);
  const name = (key: string): string | undefined => {
    const { name: fitted, cut } = fitName(cleanText(readText(event, key) ?? ''));
    if (cut) flags.add('name_cut');
    return fitted === '' ? undefined : fitted;
  };
  const model = name('model');
  if (model === undefined) throw new Refused('model_missing');

  const status = readChoice(event, 'status', STATUSES) ?? 'ok';
  const stated = readCost(event);
  const raw = readUsageObject(event, 'usage_raw') ?? readUsageObject(event, 'usage');
  const read = raw === undefined ? undefined : readUsage(raw);
  if (read === undefined && stated === undefined && status === 'ok')
    throw new Refused('usage_missing');
  const usage: Usage = read?.usage ?? {};
  if (!isConsistent(usage)) flags.add('usage_mismatch');
  if (read !== undefined && read.unreadKeys.length > 0) flags.add('usage_unread_keys');

  const provider = name('provider') ?? NONE;
  const serviceTier = name('service_tier') ?? null;
  const batch = readBoolean(event, 'batch');
  const { cost, priceStatus } = priceOf(stated, read !== undefined, () =>
    priceCall({
      provider,
      model,
      at: ts,
      usage,
      serviceTier: serviceTier ?? undefined,
      batch: batch ?? undefined,
    }),
  );
  const tags = readTags(event, flags);
  const extra = boundExtra(
    Object.fromEntries(Object.entries(event).filter(([key]) => !KNOWN_FIELDS.has(key))),
  );
  if (extra.cut) flags.add('extra_cut');
  if (extra.contentRemoved) flags.add('content_removed');
  const keepRaw = flags.has('usage_mismatch') || flags.has('usage_unread_keys');

  return {
    ts: ts.toISOString(),
    event_id: readEventId(event, context, flags),
    user_id: name('user_id') ?? NONE,
    feature: name('feature') ?? UNTAGGED_FEATURE,
    prompt_id: name('prompt_id') ?? NONE,
    prompt_name: name('prompt_name') ?? null,
    prompt_version: null,
    provider,
    model,
    input_tokens: usage.input_tokens ?? null,
    output_tokens: usage.output_tokens ?? null,
    cache_read_tokens: usage.cache_read_tokens ?? null,
    cache_write_5m_tokens: usage.cache_write_5m_tokens ?? null,
    cache_write_1h_tokens: usage.cache_write_1h_tokens ?? null,
    reasoning_tokens: usage.reasoning_tokens ?? null,
    audio_input_tokens: usage.audio_input_tokens ?? null,
    audio_output_tokens: usage.audio_output_tokens ?? null,
    image_input_tokens: usage.image_input_tokens ?? null,
    web_searches: usage.web_searches ?? null,
    cost_usd: cost === undefined ? null : formatPicoUsd(cost),
    price_status: priceStatus,
    usage_source: readChoice(event, 'usage_source', USAGE_SOURCES) ?? null,
    cache_hit: readBoolean(event, 'cache_hit') ?? cacheHit(usage),
    service_tier: serviceTier,
    batch,
    status,
    latency_ms: readMilliseconds(event, 'latency_ms'),
    ttft_ms: readMilliseconds(event, 'ttft_ms'),
    stream: readBoolean(event, 'stream'),
    attempt: readInteger(event, 'attempt', 1, 32_767),
    response_id: name('response_id') ?? null,
    trace_id: name('trace_id') ?? null,
    user_tier: name('user_tier') ?? null,
    environment: name('environment') ?? null,
    service: name('service') ?? null,
    tags,
    extra: extra.value,
    usage_raw: keepRaw && raw !== undefined ? boundExtra(raw).value : null,
    flags: [...flags].sort(),
  };
}

/** An object whose values are all null says nothing, like no object. */
function readUsageObject(event: JsonObject, key: string): JsonObject | undefined {
  const usage = readObject(event, key);
  const isEmpty = usage !== undefined && Object.values(usage).every((value) => value === null);
  return isEmpty ? undefined : usage;
}

function readTimestamp(event: JsonObject, { now, oldest }: ParseContext): Date {
  const text = readText(event, 'ts');
  if (text === undefined) throw new Refused('ts_missing');
  const ts = parseTimestamp(text);
  if (ts === undefined) throw new Refused('ts_invalid');
  if (ts < oldest) {
    throw new Refused(
      'ts_too_old',
      `\`ts\` is ${ts.toISOString()}, before the oldest partition (${oldest.toISOString()}); \`tricost partitions ensure --from\` makes room for history`,
    );
  }
  if (ts.getTime() > now.getTime() + MAX_FUTURE_MS) {
    throw new Refused(
      'ts_in_future',
      `\`ts\` is ${ts.toISOString()}, more than an hour after ${now.toISOString()}`,
    );
  }
  return ts;
}

function readEventId(event: JsonObject, context: ParseContext, flags: Set<CallFlag>): string {
  const id = readText(event, 'event_id');
  if (id === undefined) {
    flags.add('event_id_missing');
    return uuidV5(MISSING_ID_NAMESPACE, `${context.messageId}/${context.index}`);
  }
  if (!isUuid(id)) throw new Refused('event_id_invalid');
  return id.toLowerCase();
}

/** The cost that the event states, exact. A number is read as the shortest decimal that denotes it. */
function readCost(event: JsonObject): PicoUsd | undefined {
  const value = event['cost_usd'];
  if (value === undefined || value === null) return undefined;
  const isText = typeof value === 'string' && COST_TEXT.test(value);
  const isNumber = typeof value === 'number' && Number.isFinite(value) && value >= 0;
  const decimal = isText || isNumber ? parseDecimal(String(value)) : undefined;
  const cost = decimal === undefined ? undefined : toPicoUsd(decimal);
  if (cost === undefined || cost >= MAX_COST) throw new Refused('cost_invalid');
  return cost;
}

function priceOf(
  stated: PicoUsd | undefined,
  hasUsage: boolean,
  price: () => { cost: PicoUsd } | undefined,
): { cost: PicoUsd | undefined; priceStatus: PriceStatus } {
  if (stated !== undefined) return { cost: stated, priceStatus: 'provider' };
  if (!hasUsage) return { cost: undefined, priceStatus: 'no_usage' };
  const priced = price();
  return { cost: priced?.cost, priceStatus: priced === undefined ? 'unpriced' : 'priced' };
}

function cacheHit(usage: Usage): boolean | null {
  return usage.cache_read_tokens === undefined ? null : usage.cache_read_tokens > 0;
}

function readTags(event: JsonObject, flags: Set<CallFlag>): JsonObject | null {
  const tags = readObject(event, 'tags');
  if (tags === undefined) return null;
  const scalars: { [key: string]: string | number | boolean | null } = {};
  for (const [key, value] of Object.entries(tags)) {
    if (value !== null && typeof value === 'object') {
      throw new Refused(
        'type_invalid',
        `\`tags.${fitName(cleanText(key)).name}\` must be text, a number or a boolean, got ${describe(value)}`,
      );
    }
    scalars[key] = value as string | number | boolean | null;
  }
  const { value, cut } = boundTags(scalars);
  if (cut) flags.add('tags_cut');
  return value;
}
