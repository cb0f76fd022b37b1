#!/usr/bin/env -S node --experimental-import-text --disable-warning=ExperimentalWarning
/** The `tricost` command: what an operator does from a terminal, on the local stack or on AWS. */
import { Command } from 'commander';

type Load = () => Promise<{ define(command: Command): void }>;

/** In the order of the help. Loaded when named: the AWS SDK, the price list and the driver take longer than the rest. */
const COMMANDS: [name: string, description: string, load: Load][] = [
  [
    'doctor',
    'check everything that must hold, before or after a deploy; changes nothing',
    () => import('./doctor.ts'),
  ],
  [
    'validate',
    'say what ingest would do with an event, an envelope or an array',
    () => import('./validate.ts'),
  ],
  [
    'price',
    'say what a usage object costs, by the price list of this release',
    () => import('./price.ts'),
  ],
  [
    'explain-call',
    'say why a stored call costs what it costs, price by price',
    () => import('./explain-call.ts'),
  ],
  [
    'prices',
    'see the price list in the database, add contracted prices and names, take a new catalogue',
    () => import('./prices.ts'),
  ],
  [
    'reprice',
    'price stored calls again, by the price list as it is now',
    () => import('./reprice.ts'),
  ],
  [
    'tail',
    'show calls with their cost as they land (those that started within the last day)',
    () => import('./tail.ts'),
  ],
  ['schedules', "list, pause, resume or run the stack's schedules", () => import('./schedules.ts')],
  [
    'alerts',
    'see what alerts are open and why, answer and tune them, and see that they reach people',
    () => import('./alerts.ts'),
  ],
  [
    'teams',
    'list, set or remove teams: who gets the messages about which features, and where',
    () => import('./teams.ts'),
  ],
  [
    'dlq',
    'look at dead letters and rejected events, and send them again',
    () => import('./dlq.ts'),
  ],
  [
    'deliveries',
    'add up what producers sent: arrived, dead letters, missing, lost',
    () => import('./deliveries.ts'),
  ],
  [
    'partitions',
    'list or create the monthly partitions of llm_calls',
    () => import('./partitions.ts'),
  ],
  [
    'rollups',
    'bring the sums behind the reports up to date, or check them against the calls',
    () => import('./rollups.ts'),
  ],
  [
    'forget-user',
    'take a user out of every table, keeping or erasing what was spent',
    () => import('./forget-user.ts'),
  ],
  [
    'board',
    'the dashboard: write it into a file, or put it into a Metabase',
    () => import('./board.ts'),
  ],
  [
    'cost',
    'compute what a month on AWS costs, from measured bytes and times',
    () => import('./cost.ts'),
  ],
];

const program = new Command('tricost')
  .description('Split your LLM bill by feature, user and prompt.')
  .showHelpAfterError('(see --help)')
  .addHelpText(
    'after',
    `
doctor, schedules, alerts test, dlq, deliveries and forget-user talk to the local stack while \`npm start\` runs, and to AWS with
--aws. tail, partitions, prices, reprice, rollups, explain-call, teams and the other commands of alerts talk to the database of
--database-url, else of DATABASE_URL, else of the local stack, and say which; all but tail and partitions also to that of a stack
on AWS, with --aws. board talks to such a database, or to a Metabase. validate, price and cost talk to nothing.

Examples:
  $ npx tricost doctor
  $ npx tricost validate event.json
  $ npx tricost price --provider openai --model gpt-5 --usage '{"prompt_tokens":1000,"completion_tokens":200}'
  $ npx tricost explain-call 019ab1f0-5c00-7000-8000-000000000001
  $ npx tricost prices list --provider anthropic
  $ npx tricost tail
  $ npx tricost schedules run spend-alert
  $ npx tricost alerts explain support.reply
  $ npx tricost alerts backtest --set growth=0.5
  $ npx tricost alerts test
  $ npx tricost teams set support --zone Europe/Rome --hour 9 --owns 'support.*'
  $ npx tricost dlq peek
  $ npx tricost deliveries
  $ npx tricost partitions ensure --from 2025-01
  $ npx tricost board plan --url https://metabase.example.com
  $ npx tricost forget-user u_10421 --dry-run
  $ npx tricost board export board.html
  $ npx tricost cost --calls-per-month 10_000_000`,
  );

try {
  for (const [name, description, load] of COMMANDS) {
    const command = program.command(name).description(description);
    // Wherever it stands on the line: `tail --help`, `help tail`.
    if (process.argv.includes(name)) (await load()).define(command);
  }
  await program.parseAsync();
} catch (error) {
  // A person reads this: the sentence, not the stack.
  console.error(`tricost: ${error instanceof Error ? error.message : String(error)}`);
  // Ctrl-C has one of its own.
  process.exitCode ||= 1;
}
