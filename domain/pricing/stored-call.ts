/** A call as it is stored, read back to be priced as ingest prices it. */
import type { CallRow } from '../ingest-calls/call-row.ts';
import { mayBeCut } from '../ingest-calls/extra.ts';
import { refusable } from '../ingest-calls/rejection.ts';
import { readUsage } from '../usage/read-usage.ts';
import { known, USAGE_KEYS, type UsageKey } from '../usage/usage.ts';
import type { AskedCall, PricedUsage } from './price-usage.ts';

export type StoredCall = { ts: Date } & Pick<
  CallRow,
  | UsageKey
  | 'provider'
  | 'model'
  | 'service_tier'
  | 'region'
  | 'batch'
  | 'usage_raw'
  | 'flags'
  | 'cost_usd'
  | 'computed_cost_usd'
  | 'price_status'
> & { /** Null: stored by a release that did not keep them. */ price_ids: number[] | null };

/** Also of a row that is about to be stored. */
export function askedCall(
  call: Pick<StoredCall, 'ts' | 'provider' | 'model' | 'service_tier' | 'region' | 'batch'>,
): AskedCall {
  return {
    provider: call.provider,
    model: call.model,
    at: call.ts,
    serviceTier: call.service_tier ?? undefined,
    region: call.region ?? undefined,
    batch: call.batch ?? undefined,
  };
}

/**
 * The object that was kept because something in it was not read, or contradicted itself, is read again: what the readers have
 * learned since counts. The columns of the row stay what was read then.
 *
 * @returns undefined where the call has no usage at all
 */
export function storedUsage(call: StoredCall): PricedUsage | undefined {
  const { usage_raw: raw, flags } = call;
  const read = raw === null ? undefined : refusable(() => readUsage(raw, call.provider));
  const lost = notKept(call);
  if (read?.ok === true && read.value !== undefined) {
    return lost.length === 0 ? read.value : { ...read.value, unreadKeys: lost };
  }
  const usage = known(Object.fromEntries(USAGE_KEYS.map((key) => [key, call[key] ?? undefined])));
  if (Object.keys(usage).length === 0) return undefined;
  const isMismatch = flags.includes('usage_mismatch');
  return {
    usage,
    served: {},
    unreadKeys: read?.ok === false ? [read.rejection.detail] : lost,
    contradictions: isMismatch ? ['flagged when it was stored'] : [],
  };
}

/**
 * What was not read and cannot be read any more. An object that says nothing that is known is no part of the price: the counts came
 * from another object, as they did where the call was priced all the same.
 */
function notKept({ flags, usage_raw, price_status, computed_cost_usd }: StoredCall): string[] {
  // Rows are kept for years: those of releases without `usage_cut` say `extra_cut` of either, and what was cut shows where.
  const isFlagged = flags.includes('usage_cut') || flags.includes('extra_cut');
  const isCut = usage_raw === null || (isFlagged && mayBeCut(usage_raw));
  const isUnread = flags.includes('usage_unread_keys') && isCut;
  const wasPriced =
    price_status === 'priced' || price_status === 'inferred' || computed_cost_usd !== null;
  return isUnread && !wasPriced ? ['usage_raw, which was not kept whole'] : [];
}
