/** One day's verdict over all features: which alerts open, get worse or end. */
import type { PicoUsd } from '../money.ts';
import { addDays, type LocalDate, localDateOf } from '../reporting-days.ts';
import type { FeatureSpend, SpendSnapshot, WindowSpend } from './feature-spend.ts';
import type { Decomposition } from './growth/decompose.ts';
import { findAll, isClear, type Part } from './rules/find.ts';
import { byExcess, type Finding } from './rules/finding.ts';
import type { Series } from './rules/series.ts';
import type { RuleSettings } from './rules/settings.ts';
import { besides, type Snoozed } from './snooze.ts';
import { type AlertStatus, advance, isSnoozed } from './state.ts';
import { type SpendWindows, WINDOW_DAYS } from './windows.ts';

/** A feature's alert that has not ended. */
export interface OpenAlert extends AlertStatus {
  openedOn: LocalDate;
  /** What it had been told of when somebody snoozed it; undefined: nobody did, or it is over. */
  snoozed: Snoozed | undefined;
}

/** What the rules know of a feature. */
export interface FeatureDays {
  feature: string;
  series: Series;
  parts: readonly Part[];
  open: OpenAlert | undefined;
  /** Its own, or those of all. */
  settings: RuleSettings;
}

export interface SpendAlert {
  transition: 'opened' | 'escalated';
  /** The one that it is headed by. */
  finding: Finding;
  /** The largest that any rule found. */
  weeklyExcessUsd: PicoUsd;
  /** That it was held against. */
  settings: RuleSettings;
  spend: FeatureSpend;
  /** undefined: not looked into. */
  why: Decomposition | undefined;
}

export interface EndedAlert {
  transition: 'resolved';
  openedOn: LocalDate;
  spend: FeatureSpend;
}

export type Verdict =
  | { state: 'no-data' }
  /** Both windows are not yet full: every feature would look new, or grown. */
  | { state: 'learning'; until: LocalDate }
  /** Largest increase first; those that ended, by name. */
  | { state: 'judged'; alerts: SpendAlert[]; ended: EndedAlert[] };

const NO_CALLS: WindowSpend = {
  calls: 0,
  pricedCalls: 0,
  unpricedCalls: 0,
  inputTokens: null,
  outputTokens: null,
  costUsd: null,
  lastDayUsd: null,
};

/** @param days of every feature in which a rule may find something, or with an alert that is open */
export function judge(
  { features, firstCallAt }: SpendSnapshot,
  days: readonly FeatureDays[],
  windows: SpendWindows,
): Verdict {
  if (firstCallAt === undefined) return { state: 'no-data' };
  const until = addDays(localDateOf(firstCallAt, windows.zone), 2 * WINDOW_DAYS);
  if (until > windows.date) return { state: 'learning', until };
  const spendOf = new Map(features.map((spend) => [spend.feature, spend]));
  const alerts: SpendAlert[] = [];
  const ended: EndedAlert[] = [];
  for (const { feature, series, parts, open, settings } of days) {
    const found = findAll(series, parts, settings);
    const others =
      open === undefined ? [] : besides(open.snoozed, found, { series, parts, settings });
    const transition = advance(open, {
      date: windows.date,
      weeklyExcessUsd: largest(found),
      otherExcessUsd: largest(others),
      isClear: open !== undefined && found.length === 0 && isClear(series, parts, settings),
    });
    const spend = spendOf.get(feature) ?? nothingOf(feature);
    const heard = open !== undefined && isSnoozed(open, windows.date) ? others : found;
    // What got worse is said of the rule that says so: the week may still rise by less than was told.
    const [finding] = transition === 'escalated' ? heard.toSorted(byExcess) : heard;
    if (transition === 'resolved' && open !== undefined) {
      ended.push({ transition, openedOn: open.openedOn, spend });
    } else if (finding !== undefined && transition !== undefined && transition !== 'resolved') {
      const weeklyExcessUsd = largest(heard) ?? 0n;
      alerts.push({ transition, finding, weeklyExcessUsd, settings, spend, why: undefined });
    }
  }
  return {
    state: 'judged',
    alerts: alerts.sort((a, b) => byExcess(a, b) || byName(a, b)),
    ended: ended.sort(byName),
  };
}

function nothingOf(feature: string): FeatureSpend {
  return {
    feature,
    previous: NO_CALLS,
    current: NO_CALLS,
    monthToDateUsd: null,
  };
}

function largest(found: readonly Finding[]): PicoUsd | undefined {
  return found.reduce<PicoUsd | undefined>(
    (most, { weeklyExcessUsd }) =>
      most === undefined || weeklyExcessUsd > most ? weeklyExcessUsd : most,
    undefined,
  );
}

function byName(a: { spend: FeatureSpend }, b: { spend: FeatureSpend }): number {
  return a.spend.feature < b.spend.feature ? -1 : 1;
}
