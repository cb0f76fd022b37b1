/** Reads what a date's alert is judged by, and what the rules make of it: for the job, and for whoever asks what it would say. */
import type { ClientBase } from 'pg';
import type { SpendSnapshot } from '../../domain/spend-alert/feature-spend.ts';
import {
  type FeatureDays,
  judge,
  type OpenAlert,
  type SpendAlert,
  type Verdict,
} from '../../domain/spend-alert/judge.ts';
import { mayHaveRunAway } from '../../domain/spend-alert/rules/find.ts';
import { NO_DAYS } from '../../domain/spend-alert/rules/series.ts';
import type { RuleSettings } from '../../domain/spend-alert/rules/settings.ts';
import { closedHours, type SpendWindows } from '../../domain/spend-alert/windows.ts';
import { toldAlone } from '../../domain/teams/compose-by-team.ts';
import type { FeatureOwner } from '../../domain/teams/team.ts';
import { explainAlerts } from './explain-alerts.ts';
import type { PriceListReader } from './price-list.ts';
import { readSpend, readTopUsers } from './spend-alert.ts';
import { readSeries } from './spend-series.ts';

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
  const days = await readFeatureDays(client, windows, asOf, by);
  const verdict = judge(snapshot, days, windows);
  if (verdict.state !== 'judged') return { snapshot, verdict };
  const told = new Set(toldAlone(verdict.alerts, by.owners).map(({ spend }) => spend.feature));
  const named = await nameTopUsers(client, verdict.alerts, told, windows);
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

async function nameTopUsers(
  client: ClientBase,
  alerts: readonly SpendAlert[],
  told: ReadonlySet<string>,
  windows: SpendWindows,
): Promise<SpendAlert[]> {
  const users = await readTopUsers(client, windows, [...told]);
  return alerts.map((alert) => ({
    ...alert,
    spend: { ...alert.spend, topUser: users.get(alert.spend.feature) },
  }));
}

/** Of features that have an alert, too, when they have no calls any more. */
export async function readFeatureDays(
  client: ClientBase,
  windows: SpendWindows,
  asOf: Date,
  { settings, own, open, only }: Omit<JudgedBy, 'owners'>,
): Promise<FeatureDays[]> {
  const hours = closedHours(windows, asOf);
  const settingsOf = (feature: string) => ({ ...settings, ...own.get(feature) });
  const series = await readSeries(client, windows, hours, {
    minimumUsd: settings.minimumSpendUsd,
    // Whether an alert is over is judged by lower thresholds, and what would have kept it quiet by any.
    mayMatter: (feature, currentUsd, lastWeekUsd) =>
      only === undefined
        ? open.has(feature) || mayHaveRunAway(currentUsd, lastWeekUsd, settingsOf(feature))
        : feature === only,
  });
  const features = new Set([...series.keys(), ...open.keys()]);
  const asked = [...features].filter((feature) => only === undefined || feature === only);
  return asked.map((feature) => ({
    feature,
    ...(series.get(feature) ?? { series: NO_DAYS, parts: [] }),
    open: open.get(feature),
    settings: settingsOf(feature),
  }));
}
