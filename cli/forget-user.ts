/** `tricost forget-user`: takes a person out of the database, and says what it cannot reach. */
import { createInterface } from 'node:readline/promises';
import type { Command } from 'commander';
import type { Client } from 'pg';
import { connect } from '../adapters/postgres/connect.ts';
import {
  type ForgottenUser,
  findUser,
  forgetUser,
  type UserTraces,
} from '../adapters/postgres/forget-user.ts';
import { Mention } from '../domain/forget-user/mention.ts';
import { NONE } from '../domain/ingest-calls/call-row.ts';
import { printForgotten, printTraces, tracesAsJson } from './forget-user-report.ts';
import { interruptible } from './interruptible.ts';
import { messagesUnderWay } from './messages-under-way.ts';
import { withProgress } from './progress.ts';
import {
  AWS_HELP,
  CONFIG_HELP,
  STACK_DATABASE_HELP,
  STACK_HELP,
  type StackOptions,
  stackDatabase,
} from './target.ts';

interface ForgetUserOptions extends StackOptions {
  databaseUrl?: string;
  erase?: boolean;
  dryRun?: boolean;
  yes?: boolean;
  json?: boolean;
}

export function define(command: Command): void {
  command
    .argument('<id>', 'the user_id that the apps publish')
    .option('--erase', 'delete the calls themselves: totals change (default: a pseudonym)')
    .option('--dry-run', 'say what there is, change nothing')
    .option('--yes', 'do not ask')
    .option('--json', 'print one JSON object')
    .option('--database-url <url>', STACK_DATABASE_HELP)
    .option('--aws', AWS_HELP)
    .option('--stack <name>', STACK_HELP)
    .option('--config <path>', CONFIG_HELP)
    .addHelpText(
      'after',
      `
Without --erase the calls keep their cost under a random pseudonym, so no total changes; nobody can tell afterwards whose it
is. A run that was interrupted goes on when it is started again. docs/how-to/forget-a-user.md says what it cannot reach.

Examples:
  $ npx tricost forget-user u_10421 --dry-run
  $ npx tricost forget-user ann@example.com --aws
  $ npx tricost forget-user u_10421 --erase --yes --json --aws --stack TricostStaging`,
    )
    .action(run);
}

async function run(id: string, options: ForgetUserOptions): Promise<void> {
  const mention = new Mention(id);
  if (mention.storedId === '' || mention.storedId === NONE) {
    throw new Error(`${NONE} stands for calls that name nobody: there is no user to forget`);
  }
  const client = await connect({
    ...(await stackDatabase(options)),
    applicationName: 'tricost forget-user',
  });
  try {
    await interruptible(
      (stopped) => forgetOnceAsked(client, mention, options, stopped),
      new Error('stopped; run the same command again and it goes on'),
    );
  } finally {
    await client.end();
  }
}

async function forgetOnceAsked(
  client: Client,
  mention: Mention,
  options: ForgetUserOptions,
  stopped: AbortSignal,
): Promise<void> {
  const traces = await find(client, mention, stopped);
  // Another database than the stack's own has nothing to do with the stack's queues.
  const isStacks = options.databaseUrl === undefined || options.aws === true;
  const underWay = isStacks
    ? await messagesUnderWay(options)
    : { notCounted: '--database-url names a database, and without --aws not its queues' };
  if (options.json !== true) printTraces(traces, mention, underWay, options.erase === true);
  if (options.dryRun === true) {
    if (options.json === true) console.log(JSON.stringify(tracesAsJson(traces, underWay)));
    return;
  }
  await confirm(options, stopped);
  const forgotten = await forget(client, mention, traces, options, stopped);
  if (options.json === true) {
    console.log(JSON.stringify({ ...tracesAsJson(traces, underWay), ...asJson(forgotten) }));
  } else {
    printForgotten(forgotten, traces, options.erase === true);
  }
}

function find(client: Client, mention: Mention, signal: AbortSignal): Promise<UserTraces> {
  return withProgress('Look through every month', (report) =>
    findUser(client, mention, ({ name }) => {
      signal.throwIfAborted();
      report(name);
    }),
  );
}

function forget(
  client: Client,
  mention: Mention,
  traces: UserTraces,
  options: ForgetUserOptions,
  signal: AbortSignal,
): Promise<ForgottenUser> {
  const erase = options.erase === true;
  return withProgress(erase ? 'Erase' : 'Pseudonymise', (report) =>
    forgetUser(client, {
      mention,
      erase,
      now: new Date(),
      signal,
      onProgress: (calls, { name }) => report(`${bar(calls, traces.calls)}  ${name}`),
    }),
  );
}

const BAR_WIDTH = 30;

function bar(done: number, total: number): string {
  const filled = Math.min(BAR_WIDTH, Math.floor((BAR_WIDTH * done) / Math.max(total, 1)));
  return `${'█'.repeat(filled)}${'░'.repeat(BAR_WIDTH - filled)} ${done.toLocaleString('en')} of ${total.toLocaleString('en')} calls`;
}

/** @throws Error unless a person says yes, here or by --yes */
async function confirm({ yes, erase }: ForgetUserOptions, signal: AbortSignal): Promise<void> {
  if (yes === true) return;
  if (!process.stdin.isTTY) {
    throw new Error('this cannot be undone: add --yes, or --dry-run to see what it would do');
  }
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  terminal.once('SIGINT', () => process.emit('SIGINT'));
  const verb = erase === true ? 'Erase' : 'Pseudonymise';
  const answer = await terminal
    .question(`${verb}? This cannot be undone. Type yes: `, { signal })
    .finally(() => terminal.close());
  if (answer.trim() !== 'yes') throw new Error('nothing was changed');
}

function asJson({ messages, ...forgotten }: ForgottenUser): object {
  return {
    forgotten: {
      calls: forgotten.calls,
      mentions: forgotten.mentions,
      alerts: messages.alerts,
      notifications: messages.notifications,
      rejected_events: messages.rejectedEvents,
      deliveries: messages.deliveries,
    },
    left_in_longer_words: forgotten.left,
    arrived_meanwhile: forgotten.arrived,
    resumed: forgotten.resumed,
    not_vacuumed: forgotten.notVacuumed,
  };
}
