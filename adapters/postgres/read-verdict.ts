/** Reads what a date's alert is judged by, and what the rules make of it: for the job, and for whoever asks what it would say. */
import type { ClientBase } from 'pg';
import type { FeatureSpend, SpendSnapshot } from '../../domain/spend-alert/feature-spend.ts';
import {
  type FeatureDays,
  judge,
  type OpenAlert,
  type SpendAlert,
  type Verdict,
} from '../../domain/spend-alert/judge.ts';
import { mayHaveGrown, mayHaveRunAway } from '../../domain/spend-alert/rules/find.ts';
import { NO_DAYS } from '../../domain/spend-alert/rules/series.ts';
import { type RuleSettings, relaxed } from '../../domain/spend-alert/rules/settings.ts';
import { closedHours, type SpendWindows } from '../../domain/spend-alert/windows.ts';
import { toldAlone } from '../../domain/teams/compose-by-team.ts';
import type { FeatureOwner } from '../../domain/teams/team.ts';
import { explainAlerts } from './explain-alerts.ts';
import type { PriceListReader } from './price-list.ts';
import { readSpend } from './spend-alert.ts';
import { readCostliest } from './spend-costliest.ts';
import type { WatchedFeature } from './spend-parts.ts';
import { type FeatureSeries, readHours, readSeries } from './spend-series.ts';

export interface JudgedBy {
  /** Of features that have none of their own. */
  settings: RuleSettings;
  /** By feature. */
  own: ReadonlyMap<string, Partial<RuleSettings>>;
  /** Alerts that have not ended, by feature. */
  open: ReadonlyMap<string, OpenAlert>;
  /** Each team gets messages, and so reasons, of its own. */
  owners: readonly FeatureOwner[];
  /** Absent: every feature. */
  only?: string | undefined;
}

/** @param client in a REPEATABLE READ transaction: what a message sums up is what its terms sum to */
export async function readVerdict(
  client: ClientBase,
  windows: SpendWindows,
  asOf: Date,
  by: JudgedBy,
  prices: PriceListReader,
): Promise<{ snapshot: SpendSnapshot; verdict: Verdict }> {
  await planForMany(client);
  const snapshot = await readSpend(client, windows, asOf);
  const days = await readDaysToJudge(client, windows, asOf, by, snapshot.features);
  const verdict = judge(snapshot, days, windows);
  if (verdict.state !== 'judged') return { snapshot, verdict };
  const told = new Set(toldAlone(verdict.alerts, by.owners).map(({ spend }) => spend.feature));
  const named = await nameCostliest(client, verdict.alerts, told, windows);
  const alerts = await explainAlerts(client, named, told, windows, asOf, prices);
  return { snapshot, verdict: { ...verdict, alerts } };
}

/**
 * For this transaction, once a morning: sums by thousands of features would be sorted on disk in the 4 MiB of the default, and a day of
 * calls is read by its index where a server reckons with an SSD, and not with the disk of its default.
 * https://www.postgresql.org/docs/current/runtime-config-query.html#GUC-RANDOM-PAGE-COST
 */
async function planForMany(client: ClientBase): Promise<void> {
  await client.query(
    `select set_config('work_mem', '64MB', true), set_config('random_page_cost', '1.1', true), set_config('jit', 'off', true)`,
  );
}

async function nameCostliest(
  client: ClientBase,
  alerts: readonly SpendAlert[],
  told: ReadonlySet<string>,
  windows: SpendWindows,
): Promise<SpendAlert[]> {
  const features = alerts.map(({ spend }) => spend.feature);
  const costliest = await readCostliest(client, windows, features, [...told]);
  return alerts.map((alert) => ({
    ...alert,
    spend: { ...alert.spend, ...costliest.get(alert.spend.feature) },
  }));
}

/** Of those in which a rule may find something, and of those whose alert has not ended: when they have no calls any more, too. */
async function readDaysToJudge(
  client: ClientBase,
  windows: SpendWindows,
  asOf: Date,
  by: JudgedBy,
  spend: readonly FeatureSpend[],
): Promise<FeatureDays[]> {
  const { settings, own, open, only } = by;
  const settingsOf = (feature: string) => ({ ...settings, ...own.get(feature) });
  const isAsked = (feature: string) => only === undefined || feature === only;
  const watched = [...open].filter(([feature]) => isAsked(feature));
  const alerted = watched.map(([feature]) => feature);
  const closed = closedHours(windows, asOf);
  const hours = await readHours(client, closed.slice(0, 2));
  const hoursUsd = (week: 0 | 1, feature: string) => hours.get(week)?.get(feature) ?? 0n;
  const grown = spend.flatMap(({ feature, ...inWindows }) => {
    const inHours = { today: hoursUsd(0, feature), lastWeek: hoursUsd(1, feature) };
    return mayHaveGrown(inWindows, inHours, settingsOf(feature)) ? [feature] : [];
  });
  const series = await readSeries(client, windows, closed, {
    features: [...grown.filter(isAsked), ...alerted],
    risen: {
      ...minimumsBy(by),
      mayMatter: (feature, currentUsd, lastWeekUsd) =>
        isAsked(feature) && mayHaveRunAway(currentUsd, lastWeekUsd, settingsOf(feature)),
    },
    watched: watched.map(([feature, { snoozed }]) => ({
      ...watch(feature, settingsOf(feature)),
      named: snoozed,
    })),
  });
  return [...new Set([...series.keys(), ...alerted])].map((feature) => ({
    feature,
    ...(series.get(feature) ?? NOTHING),
    open: open.get(feature),
    settings: settingsOf(feature),
  }));
}

const NOTHING: FeatureSeries = { series: NO_DAYS, parts: [] };

/** Of one feature, and of every part of it that may keep an alert open: for whoever asks about it. */
export async function readDaysOf(
  client: ClientBase,
  windows: SpendWindows,
  asOf: Date,
  feature: string,
  settings: RuleSettings,
): Promise<FeatureSeries> {
  const series = await readSeries(client, windows, closedHours(windows, asOf), {
    features: [feature],
    watched: [watch(feature, settings)],
  });
  return series.get(feature) ?? NOTHING;
}

/** An alert is over when nothing is found by lower thresholds, today and the day before. */
function watch(feature: string, settings: RuleSettings): WatchedFeature {
  return { feature, minimumUsd: relaxed(settings).minimumSpendUsd };
}

function minimumsBy({ settings, own }: JudgedBy) {
  const ownMinimums = [...own].flatMap(([feature, { minimumSpendUsd }]) =>
    minimumSpendUsd === undefined ? [] : [[feature, minimumSpendUsd] as const],
  );
  return { minimumUsd: settings.minimumSpendUsd, ownMinimumUsd: new Map(ownMinimums) };
}
