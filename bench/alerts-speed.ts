/** `npm run bench -- alerts-speed`: how long the alert takes for all features, with the reasons of what it tells of. */
import type { Command } from 'commander';
import type { Client } from 'pg';
import { PriceListReader } from '../adapters/postgres/price-list.ts';
import { readVerdict } from '../adapters/postgres/read-verdict.ts';
import { FOLD_DAYS, foldSpend } from '../adapters/postgres/roll-up-spend.ts';
import { readOwners, setOwner, setTeam } from '../adapters/postgres/teams.ts';
import { inTransaction } from '../adapters/postgres/transaction.ts';
import { refreshUserWindows } from '../adapters/postgres/user-windows.ts';
import { readSettings } from '../domain/spend-alert/rules/settings.ts';
import { spendWindows } from '../domain/spend-alert/windows.ts';
import { pinReportingDay } from '../local/postgres/pin-reporting-day.ts';
import { Teardown } from '../local/teardown.ts';
import { featuresOf, fillCalls, HISTORY_DAYS, MORNING, TEAMS } from './alerts-speed/calls.ts';
import { loadMorning, type Morning } from './alerts-speed/morning.ts';
import { type StatementTime, timed } from './alerts-speed/timed-client.ts';
import { startBenchDatabase } from './bench-database.ts';
import { describeMachine } from './machine.ts';
import { positiveInteger } from './positive-integer.ts';
import { median } from './side-by-side.ts';

interface Flags {
  rows: number;
  features: number;
  repeat: number;
  json?: boolean;
}

/** Of one reading of everything. */
interface Evaluation {
  ms: number;
  alerts: number;
  explained: number;
  statements: StatementTime[];
}

export function addAlertsSpeedCommand(program: Command): void {
  program
    .command('alerts-speed')
    .description('how long the alert takes for all features, with the reasons of what it tells of')
    .option('--rows <number>', `calls over ${HISTORY_DAYS} days`, positiveInteger, 30_000_000)
    .option('--features <number>', 'that they are of', positiveInteger, 5_000)
    .option('--repeat <number>', 'repetitions; figures are medians', positiveInteger, 5)
    .option('--json', 'end with one line of JSON')
    .addHelpText(
      'after',
      `
Features of ${TEAMS} teams; one of a hundred grows since four days, one had a costly day. Everything is folded before, as ingest does it
while calls come in. The evaluation is what the function reads and judges, on its role and through its own code; the morning is the
bundled function from its event to its answer: evaluation, teams, tags, messages, wake-up.

Thirty million calls take some 15 GB of disk.

Examples:
  $ npm run bench -- alerts-speed --rows 1000000 --features 500
  $ npm run bench -- alerts-speed --json`,
    )
    .action(benchAlertsSpeed);
}

async function benchAlertsSpeed({ rows, features, repeat, json = false }: Flags): Promise<void> {
  const teardown = new Teardown();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => void teardown.run().finally(() => process.exit(130)));
  }
  try {
    const database = await startBenchDatabase(MORNING, teardown);
    const { owner } = database;
    console.log(`${await describeMachine(owner)}\n`);
    await fillCalls(owner, { calls: rows, features }, (day) =>
      process.stderr.write(`calls of ${day}\n`),
    );
    await prepare(owner);
    const client = await database.connectAsRuntime();
    const evaluations: Evaluation[] = [];
    for (let repetition = 0; repetition < repeat; repetition += 1) {
      evaluations.push(await evaluate(client));
    }
    const run = await loadMorning(database.runtimeUrl, teardown);
    const mornings: number[] = [];
    for (let repetition = 0; repetition < repeat; repetition += 1) {
      mornings.push(await timeMorning(owner, run));
    }
    report({ rows, features, evaluations, mornings, json });
  } finally {
    await teardown.run();
  }
}

async function prepare(owner: Client): Promise<void> {
  process.stderr.write(`folding, ${FOLD_DAYS} days at a time\n`);
  while ((await foldSpend(owner, { days: FOLD_DAYS, wait: true })) === FOLD_DAYS);
  await owner.query('vacuum analyze');
  await pinReportingDay(owner, MORNING);
  await refreshUserWindows(owner, { atMostEverySeconds: 0 });
  for (let team = 0; team < TEAMS; team += 1) {
    const name = `team-${team}`;
    await setTeam(owner, { name, secret: name, slackChannel: null, timeZone: 'UTC', hour: 9 });
    await setOwner(owner, { feature: featuresOf(team), team: name });
  }
}

/** As in a function that starts: the price list is read, too. */
async function evaluate(connection: Client): Promise<Evaluation> {
  const { client, times } = timed(connection);
  const windows = spendWindows(MORNING.toISOString().slice(0, 10), 'UTC');
  const settings = readSettings({ growthRatio: 0.3, minimumSpendUsd: '5' });
  const owners = await readOwners(connection);
  const by = { settings, own: new Map(), open: new Map(), owners };
  const startedAt = performance.now();
  const { verdict } = await inTransaction(
    client,
    () => readVerdict(client, windows, MORNING, by, new PriceListReader()),
    'repeatable read',
  );
  const ms = performance.now() - startedAt;
  if (verdict.state !== 'judged') throw new Error(`nothing was judged: ${verdict.state}`);
  const { alerts } = verdict;
  const explained = alerts.filter(({ why }) => why !== undefined).length;
  return { ms, alerts: alerts.length, explained, statements: times };
}

async function timeMorning(owner: Client, run: Morning): Promise<number> {
  await owner.query('truncate tricost.alerts, tricost.outbox, tricost.job_runs cascade');
  const startedAt = performance.now();
  const { dates } = await run(MORNING);
  const ms = performance.now() - startedAt;
  if (dates[0]?.state !== 'judged') throw new Error('the function did not judge the morning');
  return ms;
}

function report({
  rows,
  features,
  evaluations,
  mornings,
  json,
}: {
  rows: number;
  features: number;
  evaluations: Evaluation[];
  mornings: number[];
  json: boolean;
}): void {
  const middle = median(evaluations.map(({ ms }) => ms));
  const shown = evaluations.find(({ ms }) => ms === middle);
  const { alerts = 0, explained = 0, statements = [] } = shown ?? {};
  const read = statements
    .toSorted((a, b) => b.ms - a.ms)
    .map((statement) => ({ ...statement, ms: Math.round(statement.ms) }));
  const judging = middle - statements.reduce((sum, { ms }) => sum + ms, 0);
  const [first = middle] = evaluations.map(({ ms }) => ms);
  console.table(read);
  console.log(
    [
      `${rows.toLocaleString('en')} calls of ${HISTORY_DAYS} days, ${features.toLocaleString('en')} features`,
      `${alerts} alerts, ${explained} with their reasons`,
      `evaluation ${seconds(middle)}, of which outside of the database ${seconds(judging)}; the first ${seconds(first)}`,
      `the whole morning of the function ${seconds(median(mornings))}`,
    ].join('\n'),
  );
  if (!json) return;
  const figures = {
    ...{ rows, features, days: HISTORY_DAYS, alerts, explained },
    ...{ evaluation_ms: Math.round(middle), first_evaluation_ms: Math.round(first) },
    judging_ms: Math.round(judging),
    morning_ms: Math.round(median(mornings)),
    statements: read,
  };
  console.log(JSON.stringify(figures));
}

function seconds(ms: number): string {
  return `${(ms / 1_000).toFixed(2)} s`;
}
