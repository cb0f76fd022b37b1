/** Every quarter of an hour of the morning: alerts on today and on missed days, once each, and wakes notify. */
import { SchedulerClient } from '@aws-sdk/client-scheduler';
import { SQSClient } from '@aws-sdk/client-sqs';
import type { ClientBase } from 'pg';
import { readJobHistory } from '../../adapters/postgres/job-runs.ts';
import { countPending } from '../../adapters/postgres/outbox.ts';
import { PriceListReader } from '../../adapters/postgres/price-list.ts';
import { foldAll, requireReportingZone } from '../../adapters/postgres/roll-up-spend.ts';
import { refreshUserWindows } from '../../adapters/postgres/user-windows.ts';
import { wakeNotify } from '../../adapters/sqs/wake-notify.ts';
import { dueDates } from '../../domain/due-dates.ts';
import { type LocalDate, localDateOf } from '../../domain/reporting-days.ts';
import { readSettings } from '../../domain/spend-alert/rules/settings.ts';
import { spendWindows } from '../../domain/spend-alert/windows.ts';
import { databaseFunction } from '../database-function.ts';
import { describeError, report } from '../report.ts';
import { readScheduledRun, type ScheduledRun } from '../scheduled-run.ts';
import { alertOnDate, type DateOutcome, JOB } from './alert-on-date.ts';
import { readSpendAlertEnv } from './env.ts';
import { type FollowUpInput, followUp, scheduleFollowUps } from './follow-up.ts';

const settings = readSpendAlertEnv(process.env);
const ruleSettings = readSettings(settings);
const prices = new PriceListReader();
const sqs = new SQSClient();
const scheduler = new SchedulerClient();

/** How far the clocks of whoever asks for a run and of this function may be apart. */
const CLOCK_TOLERANCE_MS = 5 * 60_000;

/** For the alert itself. */
const RESERVED_MS = 30_000;

interface SpendAlertResult {
  /** What became of each date that was due; none when today was done before. */
  dates: ({ date: LocalDate } & DateOutcome)[];
}

/** A schedule's run, or a follow-up's. */
type SpendAlertEvent = ScheduledRun & { followUp?: FollowUpInput };

export const handler = databaseFunction<SpendAlertEvent, SpendAlertResult>({
  slug: 'spend-alert',
  database: settings.database,
  async run(event, services) {
    const asOf = readScheduledRun(event);
    refuseFuture(asOf, new Date());
    const client = await services.connection();
    const { reportingZone: zone, hasHeartbeat, boardUrl } = settings;
    await requireReportingZone(client, zone);
    const today = localDateOf(asOf, zone);
    if (event.followUp !== undefined) {
      const windows = spendWindows(today, zone);
      const isTold = await followUp(client, event.followUp, windows, asOf, ruleSettings);
      if (isTold) await wakeNotify(sqs, settings.notifyQueueUrl);
      return { dates: [] };
    }
    const history = await readJobHistory(client, JOB, today, localDateOf(new Date(), zone));
    const options = {
      ...{ zone, settings: ruleSettings, prices, hasHeartbeat, boardUrl },
      ...{ asOf, latestFinished: history.latestFinished },
    };
    const dates: SpendAlertResult['dates'] = [];
    const failures: unknown[] = [];
    let isTodayDone = true;
    const due = dueDates(today, history);
    if (due.length > 0) await foldInTime(client, services.remainingMs);
    for (const date of due) {
      try {
        const outcome = await alertOnDate(client, date, options);
        dates.push({ date, ...outcome });
        isTodayDone = outcome.state !== 'held' && (outcome.state !== 'outdated' || date < today);
      } catch (error) {
        // A day that cannot be done, perhaps for days, must not keep back those after it.
        console.error(`could not alert on ${date}: ${describeError(error)}`);
        failures.push(error);
        isTodayDone = false;
      }
      // Days are told in order: the run that holds this one does the next ones too.
      if (dates.at(-1)?.state === 'held') break;
    }
    try {
      const target = { ...settings.followUps, functionArn: services.functionArn };
      await scheduleFollowUps(client, scheduler, target, new Date());
    } catch (error) {
      console.error(`could not schedule follow-ups: ${describeError(error)}`);
      failures.push(error);
    }
    // Also for messages of an earlier run that died before this line, or that notify gave up waiting for.
    if ((await countPending(client)) > 0) await wakeNotify(sqs, settings.notifyQueueUrl);
    report('spend-alert', {
      SpendAlertSucceeded: isTodayDone ? 1 : 0,
      Alerts: dates.reduce((sum, { alerts }) => sum + alerts, 0),
      Features: dates.at(-1)?.features ?? 0,
    });
    if (failures.length > 0) throw failures[0];
    return { dates };
  },
});

/** So that the alert reads sums; without them it reads calls, which is as right and takes longer. */
async function foldInTime(client: ClientBase, remainingMs: () => number): Promise<void> {
  try {
    await foldAll(client, () => remainingMs() - RESERVED_MS);
    const timeoutMs = Math.ceil(remainingMs() - RESERVED_MS);
    if (timeoutMs > 0) await refreshUserWindows(client, { atMostEverySeconds: 0, timeoutMs });
  } catch (error) {
    console.error(`could not roll up the spend: ${describeError(error)}`);
  }
}

/** @throws Error when the moment is to come: a date is done once, so judging it before its calls are made would cancel its alerts. */
function refuseFuture(asOf: Date, now: Date): void {
  if (asOf.getTime() <= now.getTime() + CLOCK_TOLERANCE_MS) return;
  throw new Error(
    `cannot alert as of ${asOf.toISOString()}: it is to come, its calls are not made yet, and a day is judged only once; ask for a moment up to now, ${now.toISOString()}`,
  );
}
