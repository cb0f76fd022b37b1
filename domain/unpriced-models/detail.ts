/** What a model has no price for, as the key that it is told of by: one gap must not hide another of the same model. */
import type { NoPrice } from '../pricing/price-call.ts';
import { tierName } from '../pricing/served-tier.ts';
import { type StoredCall, storedUsage } from '../pricing/stored-call.ts';
import { USAGE_KEYS, type UsageKey } from '../usage/usage.ts';

type Served = Pick<StoredCall, 'service_tier' | 'region' | 'batch'>;

/** @returns `tier:scale`, `region:us` or `unit:audio_input`; empty: the model itself, or counts that no price helps */
export function detailOf({ reason, unit }: Pick<NoPrice, 'reason' | 'unit'>, call: Served): string {
  switch (reason) {
    case 'tier_unlisted':
      return tierDetail(call);
    case 'region_unlisted':
      return regionDetail(call);
    case 'unit_unlisted':
      return unit === undefined ? '' : `unit:${unit}`;
    default:
      return '';
  }
}

/** All that the call may have been without, the rarest first: what it had no cost for before there was a price. */
export function possibleDetails(call: StoredCall): string[] {
  const usage = storedUsage(call)?.usage ?? {};
  const used = USAGE_KEYS.filter((key) => (usage[key] ?? 0) > 0).toReversed();
  return [tierDetail(call), regionDetail(call), ...used.map(unitDetail), 'unit:request', ''];
}

function tierDetail({ service_tier, batch }: Served): string {
  return `tier:${tierName({ serviceTier: service_tier ?? undefined, batch: batch ?? undefined })}`;
}

function regionDetail({ region }: Served): string {
  return `region:${region?.toLowerCase() ?? ''}`;
}

function unitDetail(key: UsageKey): string {
  return key === 'web_searches' ? 'unit:web_search' : `unit:${key.replace(/_tokens$/, '')}`;
}
