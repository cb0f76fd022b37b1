/** A call as it is stored, read back to be priced as ingest prices it. */
import type { CallRow } from '../ingest-calls/call-row.ts';
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

/** @returns undefined where the call has no usage at all */
export function storedUsage(call: StoredCall): PricedUsage | undefined {
  const usage = known(Object.fromEntries(USAGE_KEYS.map((key) => [key, call[key] ?? undefined])));
  const isUnread = call.flags.includes('usage_unread_keys');
  const isMismatch = call.flags.includes('usage_mismatch');
  const raw =
    (isUnread || isMismatch) && call.usage_raw !== null
      ? readUsage(call.usage_raw, call.provider)
      : undefined;
  // The provider's own object, as far as it was kept, tells what was not read. Where it says nothing that is known, the
  // counts came from another object; where it was cut, nobody can tell.
  const isCut = isUnread && call.flags.includes('extra_cut');
  const unreadKeys = isCut ? ['usage_raw, which was cut'] : (raw?.unreadKeys ?? []);
  if (Object.keys(usage).length === 0) return undefined;
  return {
    usage,
    served: {},
    unreadKeys,
    contradictions: isMismatch ? (raw?.contradictions ?? ['flagged when it was stored']) : [],
  };
}
