/** Parts of a whole whose shares and costs a call changed: how much each of the two changed the whole's cost a call. */
import { type Fixed, mean, ratio, times } from './fixed-point.ts';
import type { Slice } from './slice.ts';

export interface Part {
  slices: readonly Slice[];
  /** What the change of its share did. */
  mix: Fixed;
  /** Whether its share grew: of two versions that changed places, the one to name. */
  gained: boolean;
  /** Calls that the change of its own cost a call counts for; zero where it has no calls in one of the windows. */
  weight: Fixed;
}

export interface Total {
  pricedCalls: bigint;
  /** What a call costs; undefined: none is priced. */
  unitCost: Fixed | undefined;
}

export function totalOf(slices: readonly Slice[], window: 'previous' | 'current'): Total {
  let pricedCalls = 0n;
  let costUsd = 0n;
  for (const slice of slices) {
    pricedCalls += BigInt(slice[window].pricedCalls);
    costUsd += slice[window].costUsd ?? 0n;
  }
  return { pricedCalls, unitCost: pricedCalls === 0n ? undefined : ratio(costUsd, pricedCalls) };
}

/**
 * The cost a call of a whole is the sum of share × cost a call of its parts. A part's mix is the change of its share times how
 * much dearer it is than the whole, both as means of the two windows; a part that is in one window only costs in the other what
 * it costs in this one, so all of it is mix.
 *
 * @param weight calls that the whole's cost a call counts for
 * @param slices of the whole, with priced calls in both windows
 */
export function partsOf(
  slices: readonly Slice[],
  keyOf: (slice: Slice) => string,
  weight: Fixed,
): Part[] {
  const before = totalOf(slices, 'previous');
  const after = totalOf(slices, 'current');
  const whole = mean(before.unitCost ?? 0n, after.unitCost ?? 0n);
  return [...Map.groupBy(slices, keyOf).values()].map((group) => {
    const then = totalOf(group, 'previous');
    const now = totalOf(group, 'current');
    const shareThen = ratio(then.pricedCalls, before.pricedCalls);
    const shareNow = ratio(now.pricedCalls, after.pricedCalls);
    const costThen = then.unitCost ?? now.unitCost ?? 0n;
    const costNow = now.unitCost ?? costThen;
    const inBoth = then.unitCost !== undefined && now.unitCost !== undefined;
    return {
      slices: group,
      gained: shareNow > shareThen,
      mix: times(weight, times(shareNow - shareThen, mean(costThen, costNow) - whole)),
      weight: inBoth ? times(weight, mean(shareThen, shareNow)) : 0n,
    };
  });
}
