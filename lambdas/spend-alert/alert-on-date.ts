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
import { readOpenCoverage, readTagCoverage } from '../../adapters/postgres/tag-coverage.ts';
import { readRouting } from '../../adapters/postgres/teams.ts';
import { inTransaction } from '../../adapters/postgres/transaction.ts';
import { countUnpriced } from '../../adapters/postgres/unpriced-models.ts';
import { type LocalDate, localDateOf } from '../../domain/reporting-days.ts';
import {
  composeCoverage,
  composeHeartbeat,
  composeLearning,
} from '../../domain/spend-alert/compose.ts';
import { type SpendSnapshot, totalSpend } from '../../domain/spend-alert/feature-spend.ts';
import { coverageOfWeek } from '../../domain/spend-alert/heartbeat.ts';
import type { Verdict } from '../../domain/spend-alert/judge.ts';
import type { RuleSettings } from '../../domain/spend-alert/rules/settings.ts';
import { type CoverageAlert, judgeCoverage } from '../../domain/spend-alert/tag-coverage.ts';
import { type SpendWindows, spendWindows } from '../../domain/spend-alert/windows.ts';
import {
  atHourOfTheRest,
  composeByTeam,
  type RoutedNotification,
  type Routing,
} from '../../domain/teams/compose-by-team.ts';

export const JOB = 'spend-alert';

export interface AlertOptions {
  zone: string;
  settings: RuleSettings;
  prices: PriceListReader;
  /** Whether today has one line that says what was looked at. */
  hasHeartbeat: boolean;
  boardUrl: string | undefined;
  /** When the run was due. */
  asOf: Date;
  /** The latest date that was done, also when it is later than this run's. */
  latestFinished: LocalDate | undefined;
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
  const { latestFinished } = options;
  if (latestFinished !== undefined && lease.localDate < latestFinished) {
    // An alert that has gone on since must not be told of as it was then.
    const outcome = { state: 'outdated', features: 0, alerts: 0 } as const;
    await finishDate(client, lease, new Date(), outcome);
    return outcome;
  }
  const windows = spendWindows(lease.localDate, options.zone);
  const morning = await inTransaction(
    client,
    () => readAndJudge(client, windows, options),
    'repeatable read',
  );
  const { snapshot, verdict } = morning;
  const notifications = compose(morning, windows, options);
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

/** What is known of a date, and what of it is told. */
interface Morning {
  snapshot: SpendSnapshot;
  verdict: Verdict;
  coverageAlerts: CoverageAlert[];
  /** undefined: no calls in seven days. */
  coverage: number | undefined;
  /** Before this morning, of features and of tags. */
  openAlerts: number;
  unpricedModels: number;
  routing: Routing;
}

/** All of it of one instant: what a message sums up is what its terms sum to. */
async function readAndJudge(
  client: ClientBase,
  windows: SpendWindows,
  { settings, prices, asOf }: AlertOptions,
): Promise<Morning> {
  const open = await readOpenAlerts(client);
  const own = await readAlertSettings(client);
  const routing = await readRouting(client);
  const by = { settings, own, open, owners: routing.owners };
  const judged = await readVerdict(client, windows, asOf, by, prices);
  const environments = await readTagCoverage(client, windows.date);
  const openCoverage = await readOpenCoverage(client);
  return {
    ...judged,
    coverageAlerts:
      judged.verdict.state === 'judged'
        ? judgeCoverage(environments, openCoverage, windows.date)
        : [],
    coverage: coverageOfWeek(environments),
    openAlerts: openCoverage.size + open.size,
    unpricedModels: await countUnpriced(client),
    routing,
  };
}

function compose(
  { snapshot, verdict, coverageAlerts, routing, ...facts }: Morning,
  windows: SpendWindows,
  { hasHeartbeat, boardUrl, asOf }: AlertOptions,
): RoutedNotification[] {
  if (verdict.state === 'no-data') return [];
  const { date, zone } = windows;
  const { features, lastCallAt = asOf } = snapshot;
  const report = { windows, totalUsd: totalSpend(features), lastCallAt, boardUrl, asOf };
  const ofFeatures =
    verdict.state === 'judged' ? composeByTeam(verdict.alerts, verdict.ended, report, routing) : [];
  const ofAll =
    verdict.state === 'judged'
      ? composeCoverage(coverageAlerts, report)
      : [composeLearning(verdict.until, zone)];
  // A day that is caught up is over: nobody wonders any more whether it was looked at.
  if (hasHeartbeat && date === localDateOf(asOf, zone)) {
    const told =
      verdict.state === 'judged' ? [...verdict.alerts, ...verdict.ended, ...coverageAlerts] : [];
    const count = (state: string) => told.filter((t) => t.transition === state).length;
    const heartbeat = {
      ...{ features: features.length, coverage: facts.coverage },
      learningUntil: verdict.state === 'learning' ? verdict.until : undefined,
      previousUsd: totalSpend(features, 'previous'),
      currentUsd: report.totalUsd,
      openAlerts: facts.openAlerts + count('opened') - count('resolved'),
      unpricedModels: facts.unpricedModels,
    };
    ofAll.push(composeHeartbeat(heartbeat, report));
  }
  return [...ofFeatures, ...atHourOfTheRest(ofAll, date, routing)];
}
