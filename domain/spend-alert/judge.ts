/** One day's verdict over all features. */
import type { PicoUsd } from '../money.ts';
import { addDays, type LocalDate, localDateOf } from '../reporting-days.ts';
import type { FeatureSpend, SpendSnapshot } from './feature-spend.ts';
import { type AlertRule, alertRuleFor, changeRatio, type Thresholds } from './rule.ts';
import { type SpendWindows, WINDOW_DAYS } from './windows.ts';

export interface SpendAlert {
  rule: AlertRule;
  spend: FeatureSpend;
  /** null: the previous window's calls are all of unknown cost. */
  previousUsd: PicoUsd | null;
  currentUsd: PicoUsd;
  changeRatio: string | null;
}

export type Verdict =
  | { state: 'no-data' }
  /** Both windows are not yet full: every feature would look new, or grown. */
  | { state: 'learning'; until: LocalDate }
  /** Largest increase first. */
  | { state: 'judged'; alerts: SpendAlert[] };

export function judge(
  { features, firstCallAt }: SpendSnapshot,
  windows: SpendWindows,
  thresholds: Thresholds,
): Verdict {
  if (firstCallAt === undefined) return { state: 'no-data' };
  const until = addDays(localDateOf(firstCallAt, windows.zone), 2 * WINDOW_DAYS);
  if (until > windows.date) return { state: 'learning', until };
  return {
    state: 'judged',
    alerts: features.flatMap((spend) => toAlert(spend, thresholds)).sort(byIncrease),
  };
}

function toAlert(spend: FeatureSpend, thresholds: Thresholds): SpendAlert[] {
  const rule = alertRuleFor(spend, thresholds);
  if (rule === undefined) return [];
  const previousUsd = rule === 'new' ? 0n : spend.previous.costUsd;
  const currentUsd = spend.current.costUsd ?? 0n;
  const ratio = changeRatio(previousUsd, currentUsd);
  return [{ rule, spend, previousUsd, currentUsd, changeRatio: ratio }];
}

function byIncrease(a: SpendAlert, b: SpendAlert): number {
  const [first, second] = [increase(a), increase(b)];
  if (first !== second) return first > second ? -1 : 1;
  return a.spend.feature < b.spend.feature ? -1 : 1;
}

export function increase({ previousUsd, currentUsd }: SpendAlert): PicoUsd {
  return currentUsd - (previousUsd ?? 0n);
}
