/** What a call used and what it cost: the columns that come from `usage`, `usage_raw` and `cost_usd`. */
import type { JsonObject } from '../json.ts';
import { type PicoUsd, parseDecimal, toPicoUsd } from '../money.ts';
import { costOfCall, type StoredCost } from '../pricing/cost-of-call.ts';
import type { PriceBook } from '../pricing/price-book.ts';
import { priceUsage } from '../pricing/price-usage.ts';
import { askedCall } from '../pricing/stored-call.ts';
import { checkOwnUsage, type ReadUsage, readUsage } from '../usage/read-usage.ts';
import { USAGE_KEYS, type Usage, type UsageKey } from '../usage/usage.ts';
import type { CallFlag, CallRow } from './call-row.ts';
import { boundUsage } from './extra.ts';
import { readBoolean, readChoice, readObject } from './fields.ts';
import { Refused } from './rejection.ts';
import { cleanText, fitName } from './text.ts';

type Served = Pick<CallRow, 'provider' | 'model' | 'service_tier' | 'region' | 'batch' | 'status'>;
type CostAndUsage = StoredCost &
  Pick<CallRow, UsageKey | 'usage_raw' | 'usage_source' | 'cache_hit' | 'service_tier' | 'region'>;

const USAGE_SOURCES = ['provider', 'partial', 'estimated'] as const;
const COST_TEXT = /^\d{1,8}(?:\.\d{1,40})?$/;
/** What `numeric(20,12)` cannot hold. */
const COST_LIMIT: PicoUsd = 10n ** 20n;

/** @throws Refused (`usage_…`, `tokens_invalid`, `cost_invalid`, `type_invalid`, `value_unknown`) */
export function readCostAndUsage(
  event: JsonObject,
  { ts, prices }: { ts: Date; prices: PriceBook },
  asked: Served,
  flags: Set<CallFlag>,
): CostAndUsage {
  const statedByEvent = readStatedCost(event);
  const usageRaw = readUsageObject(event, 'usage_raw');
  const ownUsage = readUsageObject(event, 'usage');
  // The contract types the keys of `usage`, also where a provider's own keys beside them decide, or `usage_raw` does.
  if (ownUsage !== undefined) checkOwnUsage(ownUsage);
  const objects = [usageRaw, ownUsage].filter((object) => object !== undefined);
  const { raw, read } = readFirst(objects, asked.provider);
  const stated = statedByEvent ?? read?.statedCost;
  if (read === undefined && stated === undefined && asked.status === 'ok') {
    throw new Refused(objects.length === 0 ? 'usage_missing' : 'usage_unrecognised');
  }
  const usage = read?.usage ?? {};
  // What was passed over must be kept, too, or nobody could read it later.
  const doubtful = objects[0] === raw ? raw : objects[0];
  const isDoubtful = flagUsage(doubtful, doubtful === raw ? read : undefined, flags);
  const served = {
    ...asked,
    service_tier: fitServed(read?.served.serviceTier) ?? asked.service_tier,
    region: fitServed(read?.served.region) ?? asked.region,
  };
  return {
    ...columns(usage),
    ...costOfCall(
      stated,
      read === undefined
        ? 'no usage'
        : priceUsage(prices, askedCall({ ts, ...served }), { ...read, served: {} }),
    ),
    service_tier: served.service_tier,
    region: served.region,
    usage_raw: isDoubtful && doubtful !== undefined ? keepRaw(doubtful, flags) : null,
    usage_source:
      readChoice(event, 'usage_source', USAGE_SOURCES) ??
      (asked.status !== 'ok' && isPartial(read?.usage) ? 'partial' : null),
    cache_hit:
      readBoolean(event, 'cache_hit') ??
      (usage.cache_read_tokens === undefined ? null : usage.cache_read_tokens > 0),
  };
}

/** A stream that was cut off has told its input and not its output, or the other way round. */
function isPartial(usage: Usage | undefined): boolean {
  return (
    usage !== undefined && (usage.input_tokens === undefined || usage.output_tokens === undefined)
  );
}

/** A word of the provider's own object, as names are kept. */
function fitServed(word: string | undefined): string | undefined {
  return word === undefined ? undefined : fitName(cleanText(word)).name;
}

function keepRaw(raw: JsonObject, flags: Set<CallFlag>): JsonObject | null {
  const { value, cut, contentRemoved } = boundUsage(raw);
  if (cut) flags.add('usage_cut');
  if (contentRemoved) flags.add('content_removed');
  return value;
}

/** An object whose values are all null says nothing, like no object. */
function readUsageObject(event: JsonObject, key: string): JsonObject | undefined {
  const usage = readObject(event, key);
  const isEmpty = usage !== undefined && Object.values(usage).every((value) => value === null);
  return isEmpty ? undefined : usage;
}

/** The first object that says something we know; where none does, the first one, to keep. */
function readFirst(
  objects: JsonObject[],
  provider: string,
): { raw?: JsonObject; read?: ReadUsage } {
  for (const raw of objects) {
    const read = readUsage(raw, provider);
    if (read !== undefined) return { raw, read };
  }
  const [raw] = objects;
  return raw === undefined ? {} : { raw };
}

/** @returns whether the provider's own object must be kept beside what was read from it */
function flagUsage(
  raw: JsonObject | undefined,
  read: ReadUsage | undefined,
  flags: Set<CallFlag>,
): boolean {
  if (raw === undefined) return false;
  if (read === undefined || read.unreadKeys.length > 0) flags.add('usage_unread_keys');
  if (read !== undefined && read.contradictions.length > 0) flags.add('usage_mismatch');
  if (read?.isCacheAdded === true) flags.add('usage_cache_added');
  return ['usage_mismatch', 'usage_unread_keys', 'usage_cache_added'].some((flag) =>
    flags.has(flag as CallFlag),
  );
}

/** The cost that the event states, exact. A number is read as the shortest decimal that denotes it. */
function readStatedCost(event: JsonObject): PicoUsd | undefined {
  const value = event['cost_usd'];
  if (value === undefined || value === null) return undefined;
  const isText = typeof value === 'string' && COST_TEXT.test(value);
  const isNumber = typeof value === 'number' && Number.isFinite(value) && value >= 0;
  const decimal = isText || isNumber ? parseDecimal(String(value)) : undefined;
  const cost = decimal === undefined ? undefined : toPicoUsd(decimal);
  if (cost === undefined || cost >= COST_LIMIT) throw new Refused('cost_invalid');
  return cost;
}

function columns(usage: Usage): Record<UsageKey, number | null> {
  const row = {} as Record<UsageKey, number | null>;
  for (const key of USAGE_KEYS) row[key] = usage[key] ?? null;
  return row;
}
