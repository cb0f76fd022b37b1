/** Does one local date: claims it, reads, judges, and commits alerts, messages and "done" together. */
import type { ClientBase } from 'pg';
import {
  claimDate,
  finishDate,
  type Lease,
  releaseDate,
} from '../../adapters/postgres/job-runs.ts';
import { readSpend, recordNotifications } from '../../adapters/postgres/spend-alert.ts';
import { inTransaction } from '../../adapters/postgres/transaction.ts';
import type { LocalDate } from '../../domain/reporting-days.ts';
import {
  type AlertNotification,
  composeAlerts,
  composeLearning,
} from '../../domain/spend-alert/compose.ts';
import { type SpendSnapshot, totalSpend } from '../../domain/spend-alert/feature-spend.ts';
import { judge, type Verdict } from '../../domain/spend-alert/judge.ts';
import type { Thresholds } from '../../domain/spend-alert/rule.ts';
import { type SpendWindows, spendWindows } from '../../domain/spend-alert/windows.ts';

export const JOB = 'spend-alert';

export interface AlertOptions {
  zone: string;
  thresholds: Thresholds;
  boardUrl: string | undefined;
  /** When the run was due. */
  asOf: Date;
}

export interface DateOutcome {
  /** `held` and `finished`: another run does it, or has done it. */
  state: Verdict['state'] | 'held' | 'finished';
  features: number;
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
  const windows = spendWindows(lease.localDate, options.zone);
  const snapshot = await readSpend(client, windows, options.asOf);
  const verdict = judge(snapshot, windows, options.thresholds);
  const notifications = compose(verdict, snapshot, windows, options);
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

function compose(
  verdict: Verdict,
  { features, lastCallAt }: SpendSnapshot,
  windows: SpendWindows,
  { boardUrl, asOf }: AlertOptions,
): AlertNotification[] {
  if (verdict.state === 'learning') return [composeLearning(verdict.until, windows.zone)];
  if (verdict.state === 'no-data') return [];
  return composeAlerts(verdict.alerts, {
    windows,
    totalUsd: totalSpend(features),
    lastCallAt: lastCallAt ?? asOf,
    boardUrl,
  });
}
