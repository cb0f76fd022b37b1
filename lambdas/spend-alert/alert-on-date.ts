/** Does one local date: claims it, reads, judges, and commits alerts, messages and "done" together. */
import type { ClientBase } from 'pg';
import { readAlertSettings } from '../../adapters/postgres/alert-settings.ts';
import {
  claimDate,
  finishDate,
  type Lease,
  releaseDate,
} from '../../adapters/postgres/job-runs.ts';
import type { PriceListReader } from '../../adapters/postgres/price-list.ts';
import { readVerdict } from '../../adapters/postgres/read-verdict.ts';
import { readOpenAlerts, recordNotifications } from '../../adapters/postgres/spend-alert.ts';
import { readRouting } from '../../adapters/postgres/teams.ts';
import { inTransaction } from '../../adapters/postgres/transaction.ts';
import type { LocalDate } from '../../domain/reporting-days.ts';
import { composeLearning } from '../../domain/spend-alert/compose.ts';
import { type SpendSnapshot, totalSpend } from '../../domain/spend-alert/feature-spend.ts';
import type { Verdict } from '../../domain/spend-alert/judge.ts';
import type { RuleSettings } from '../../domain/spend-alert/rules/settings.ts';
import { type SpendWindows, spendWindows } from '../../domain/spend-alert/windows.ts';
import {
  composeByTeam,
  type RoutedNotification,
  type Routing,
} from '../../domain/teams/compose-by-team.ts';

export const JOB = 'spend-alert';

export interface AlertOptions {
  zone: string;
  settings: RuleSettings;
  prices: PriceListReader;
  boardUrl: string | undefined;
  /** When the run was due. */
  asOf: Date;
  /** The latest date that was done before. */
  lastFinished: LocalDate | undefined;
}

export interface DateOutcome {
  /** `held` and `finished`: another run does it, or has done it. `outdated`: a later date was done before it. */
  state: Verdict['state'] | 'held' | 'finished' | 'outdated';
  features: number;
  /** That opened or got worse. */
  alerts: number;
}

export async function alertOnDate(
  client: ClientBase,
  date: LocalDate,
  options: AlertOptions,
): Promise<DateOutcome> {
  const claim = await claimDate(client, JOB, date, new Date());
  if (claim.state !== 'claimed') return { state: claim.state, features: 0, alerts: 0 };
  try {
    return await doDate(client, claim.lease, options);
  } catch (error) {
    // If the connection is gone, the lease runs out by itself.
    await releaseDate(client, claim.lease, new Date()).catch(() => {});
    throw error;
  }
}

async function doDate(
  client: ClientBase,
  lease: Lease,
  options: AlertOptions,
): Promise<DateOutcome> {
  const { lastFinished } = options;
  if (lastFinished !== undefined && lease.localDate < lastFinished) {
    // An alert that has gone on since must not be told of as it was then.
    const outcome = { state: 'outdated', features: 0, alerts: 0 } as const;
    await finishDate(client, lease, new Date(), outcome);
    return outcome;
  }
  const windows = spendWindows(lease.localDate, options.zone);
  const { snapshot, verdict, routing } = await inTransaction(
    client,
    () => readAndJudge(client, windows, options),
    'repeatable read',
  );
  const notifications = compose(verdict, snapshot, windows, options, routing);
  const outcome = {
    state: verdict.state,
    features: snapshot.features.length,
    alerts: verdict.state === 'judged' ? verdict.alerts.length : 0,
  };
  await inTransaction(client, async () => {
    await finishDate(client, lease, new Date(), outcome);
    await recordNotifications(client, notifications, windows);
  });
  return outcome;
}

/** All of it of one instant: what a message sums up is what its terms sum to. */
async function readAndJudge(
  client: ClientBase,
  windows: SpendWindows,
  { settings, prices, asOf }: AlertOptions,
): Promise<{ snapshot: SpendSnapshot; verdict: Verdict; routing: Routing }> {
  const open = await readOpenAlerts(client);
  const own = await readAlertSettings(client);
  const judged = await readVerdict(client, windows, asOf, { settings, own, open }, prices);
  return { ...judged, routing: await readRouting(client) };
}

function compose(
  verdict: Verdict,
  { features, lastCallAt }: SpendSnapshot,
  windows: SpendWindows,
  { boardUrl, asOf }: AlertOptions,
  routing: Routing,
): RoutedNotification[] {
  if (verdict.state === 'learning') return [composeLearning(verdict.until, windows.zone)];
  if (verdict.state === 'no-data') return [];
  const report = {
    windows,
    totalUsd: totalSpend(features),
    lastCallAt: lastCallAt ?? asOf,
    boardUrl,
    asOf,
  };
  return composeByTeam(verdict.alerts, verdict.ended, report, routing);
}
