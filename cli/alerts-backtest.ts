/** `tricost alerts backtest`: what the rules would have sent, with other thresholds or as they are. Reads only. */
import { type Command, InvalidArgumentError, Option } from 'commander';
import type { Client } from 'pg';
import { readAlertSettings } from '../adapters/postgres/alert-settings.ts';
import { isKnownFeature } from '../adapters/postgres/known-feature.ts';
import { PriceListReader } from '../adapters/postgres/price-list.ts';
import { type JudgedBy, readVerdict } from '../adapters/postgres/read-verdict.ts';
import { readReportingZone } from '../adapters/postgres/roll-up-spend.ts';
import { readOwners, readTeams } from '../adapters/postgres/teams.ts';
import { inTransaction } from '../adapters/postgres/transaction.ts';
import { addDays, instantAtHour, type LocalDate, localDateOf } from '../domain/reporting-days.ts';
import { totalSpend } from '../domain/spend-alert/feature-spend.ts';
import { type ReplayedDay, replayDay, type Told } from '../domain/spend-alert/replay.ts';
import type { SpendRule } from '../domain/spend-alert/rules/finding.ts';
import { type RuleSettings, readSettings } from '../domain/spend-alert/rules/settings.ts';
import {
  readThreshold,
  THRESHOLD_NAMES,
  type ThresholdName,
} from '../domain/spend-alert/rules/thresholds.ts';
import { FIRST_RUN_HOUR, spendWindows } from '../domain/spend-alert/windows.ts';
import { type Backtest, backtestAsJson, printBacktest } from './alerts-backtest-report.ts';
import { interruptible } from './interruptible.ts';
import { type OwnerDatabaseOptions, ownerOptions, withOwner } from './owner-database.ts';
import { printable } from './printable.ts';
import { withProgress } from './progress.ts';
import { readConfig } from './target.ts';

interface BacktestOptions extends OwnerDatabaseOptions {
  days: number;
  set?: Partial<RuleSettings>;
  rule?: SpendRule;
  feature?: string;
  json?: boolean;
}

const MOST_DAYS = 400;

export function defineBacktest(alerts: Command): void {
  ownerOptions(
    alerts
      .command('backtest')
      .description('replay the days gone by and say what each rule would have sent')
      .option('--days <count>', 'how many mornings, until the last one', parseDays, 90)
      .option(
        '--set <name=value...>',
        `other thresholds: ${THRESHOLD_NAMES.join(', ')}`,
        parseThresholds,
      )
      .option('--feature <name>', 'of this feature alone; --set is for it then')
      .addOption(
        new Option('--rule <name>', 'show what is headed by this rule').choices([
          ...['new', 'growth', 'spike', 'prompt', 'user'],
        ]),
      )
      .option('--json', 'print one JSON object'),
  )
    .addHelpText(
      'after',
      `
Judges every morning at 08:00 as the job does, from no open alert at the first one, by the thresholds of the configuration and of
each feature's own. --set changes those of the configuration; with --feature, those of that feature. What people acknowledged or
snoozed does not count, and calls that came late are there from the first day on.

Examples:
  $ npx tricost alerts backtest --aws
  $ npx tricost alerts backtest --days 30 --set growth=0.5 minimum=20
  $ npx tricost alerts backtest --feature report.draft --set spike=1
  $ npx tricost alerts backtest --rule user --json | jq '.rules'`,
    )
    .action((options: BacktestOptions) =>
      withOwner(options, 'tricost alerts backtest', async (client) => {
        const backtest = await replay(client, options);
        if (options.json === true) console.log(JSON.stringify(backtestAsJson(backtest)));
        else printBacktest(backtest);
      }),
    );
}

async function replay(client: Client, options: BacktestOptions): Promise<Backtest> {
  const zone = await readReportingZone(client);
  const { alert, boardUrl } = await readConfig(options);
  const { settings, own } = await judgedBy(client, readSettings(alert), options);
  const last = lastMorning(new Date(), zone);
  const first = addDays(last, 1 - options.days);
  const dates = Array.from({ length: options.days }, (_, index) => addDays(first, index));
  if (options.feature !== undefined) await refuseUnknown(client, options.feature, first, zone);
  const prices = new PriceListReader();
  const teams = { teams: await readTeams(client), owners: await readOwners(client) };
  const told: Told[] = [];
  const judged: LocalDate[] = [];
  let learningUntil: LocalDate | undefined;
  let open: ReplayedDay['open'] = new Map();
  const wasStopped = await interruptible((stopped) =>
    withProgress('Replay', async (report) => {
      for (const [index, date] of dates.entries()) {
        if (stopped.aborted) return true;
        report(`${date}, ${index + 1} of ${dates.length} days`);
        const windows = spendWindows(date, zone);
        const asOf = instantAtHour(date, FIRST_RUN_HOUR, zone);
        const by: JudgedBy = {
          ...{ settings, own, open, owners: teams.owners },
          only: options.feature,
        };
        const { snapshot, verdict } = await inTransaction(
          client,
          () => readVerdict(client, windows, asOf, by, prices),
          'repeatable read',
        );
        if (verdict.state === 'learning') learningUntil = verdict.until;
        if (verdict.state !== 'judged') continue;
        const lastCallAt = snapshot.lastCallAt ?? asOf;
        const totalUsd = totalSpend(snapshot.features);
        const spend = { windows, totalUsd, lastCallAt, boardUrl, asOf };
        const day = replayDay(open, verdict, spend, teams);
        judged.push(date);
        told.push(...day.told);
        open = day.open;
      }
      return false;
    }),
  );
  return {
    ...{ zone, settings, own, judged, learningUntil, wasStopped, open: open.size },
    told: told.filter(({ rule }) => options.rule === undefined || rule === options.rule),
  };
}

async function judgedBy(
  client: Client,
  all: RuleSettings,
  { set, feature }: BacktestOptions,
): Promise<Pick<JudgedBy, 'settings' | 'own'>> {
  const own = await readAlertSettings(client);
  if (feature === undefined) return { settings: { ...all, ...set }, own };
  return { settings: all, own: new Map([...own, [feature, { ...own.get(feature), ...set }]]) };
}

/** Today's is not there before it is due. */
function lastMorning(now: Date, zone: string): LocalDate {
  const today = localDateOf(now, zone);
  return instantAtHour(today, FIRST_RUN_HOUR, zone) <= now ? today : addDays(today, -1);
}

/** Nothing would be sent of a name that was mistyped, which reads as of one that is quiet. */
async function refuseUnknown(
  client: Client,
  feature: string,
  firstMorning: LocalDate,
  zone: string,
): Promise<void> {
  const since = localDateOf(spendWindows(firstMorning, zone).previousStart, zone);
  if (await isKnownFeature(client, feature, since)) return;
  throw new Error(
    `${printable(feature)} has no alert, and no calls since ${since}, the first day that the replay looks at`,
  );
}

function parseDays(text: string): number {
  const days = Number(text);
  if (Number.isInteger(days) && days >= 1 && days <= MOST_DAYS) return days;
  throw new InvalidArgumentError(`1 to ${MOST_DAYS} days`);
}

function parseThresholds(text: string, before: Partial<RuleSettings> = {}): Partial<RuleSettings> {
  const equals = text.indexOf('=');
  const [name, value] = [text.slice(0, equals), text.slice(equals + 1)];
  if (!isThreshold(name)) {
    throw new InvalidArgumentError(`it is ${THRESHOLD_NAMES.join('=…, ')}=…`);
  }
  try {
    return { ...before, ...readThreshold(name, value) };
  } catch (error) {
    throw new InvalidArgumentError((error as Error).message);
  }
}

function isThreshold(name: string): name is ThresholdName {
  return (THRESHOLD_NAMES as readonly string[]).includes(name);
}
