/** What one feature spent in the two windows: the facts that the rule judges and the message shows. */
import { divideHalfEven, type PicoUsd } from '../money.ts';
import { type SpendWindows, WINDOW_DAYS } from './windows.ts';

export interface WindowSpend {
  calls: number;
  /** Calls whose cost is known: the ones that `costUsd` adds up. */
  pricedCalls: number;
  /** Calls that used tokens at an unknown price. Their cost is missing from `costUsd`, not zero. */
  unpricedCalls: number;
  /** null: no call of the window said. */
  inputTokens: number | null;
  outputTokens: number | null;
  /** null: no call of the window is priced. */
  costUsd: PicoUsd | null;
  /** The same of its last day alone. */
  lastDayUsd: PicoUsd | null;
}

export interface TopPrompt {
  id: string;
  name: string | null;
  version: number | null;
  costUsd: PicoUsd | null;
}

interface TopModel {
  name: string;
  costUsd: PicoUsd | null;
}

interface TopUser {
  /** As events name it, `(none)` where they name nobody. */
  id: string;
  costUsd: PicoUsd | null;
}

/** Of the current window; absent when it has no calls. */
export interface Costliest {
  topPrompt?: TopPrompt;
  topModel?: TopModel;
  /** Of features that are told of: users are many. */
  topUser?: TopUser;
}

/** The costliest are those of features that have an alert: of others nobody reads. */
export interface FeatureSpend extends Costliest {
  feature: string;
  previous: WindowSpend;
  current: WindowSpend;
  /** From the first of the month to the end of the current window; null: nothing priced. */
  monthToDateUsd: PicoUsd | null;
}

/** Every feature with calls in either window or in the month so far, read in one snapshot. */
export interface SpendSnapshot {
  features: FeatureSpend[];
  /** When the oldest call was made; undefined: there is none. */
  firstCallAt: Date | undefined;
  /** When the newest call was made. */
  lastCallAt: Date | undefined;
}

/** A window's spend of all features together. */
export function totalSpend(
  features: readonly FeatureSpend[],
  window: 'previous' | 'current' = 'current',
): PicoUsd {
  return features.reduce((sum, spend) => sum + (spend[window].costUsd ?? 0n), 0n);
}

/** The month so far, plus the current window's daily average for every day that is left. */
export function projectedMonth(spend: FeatureSpend, windows: SpendWindows): PicoUsd {
  const left = (spend.current.costUsd ?? 0n) * BigInt(windows.daysLeftInMonth);
  return (spend.monthToDateUsd ?? 0n) + divideHalfEven(left, BigInt(WINDOW_DAYS));
}

/** null: no call is priced. */
export function costPerCall({ costUsd, pricedCalls }: WindowSpend): PicoUsd | null {
  return costUsd === null ? null : divideHalfEven(costUsd, BigInt(pricedCalls));
}
