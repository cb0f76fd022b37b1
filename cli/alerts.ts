/** `tricost alerts`: what alerts say and why, what is done about them, and whether they reach people. */
import type { Command } from 'commander';
import { connect } from '../adapters/postgres/connect.ts';
import { defineBacktest } from './alerts-backtest.ts';
import { defineExplain } from './alerts-explain.ts';
import { defineList } from './alerts-list.ts';
import { defineRemarks } from './alerts-remark.ts';
import { defineSettings } from './alerts-settings.ts';
import { deliverTest } from './alerts-test/deliver.ts';
import { printable } from './printable.ts';
import {
  AWS_HELP,
  CONFIG_HELP,
  refuseDatabaseWithoutStack,
  STACK_DATABASE_HELP,
  STACK_HELP,
  type StackOptions,
  sqsClient,
  stackDatabase,
  stackName,
  stackOutput,
} from './target.ts';

interface AlertsTestOptions extends StackOptions {
  databaseUrl?: string;
  team?: string;
  json?: boolean;
}

export function define(alerts: Command): void {
  defineList(alerts);
  defineExplain(alerts);
  defineRemarks(alerts);
  defineSettings(alerts);
  defineBacktest(alerts);
  alerts
    .command('test')
    .description(
      'send one message to Slack, or a webhook, the way every alert goes, and wait until it is there',
    )
    .option('--aws', AWS_HELP)
    .option('--stack <name>', STACK_HELP)
    .option('--database-url <url>', STACK_DATABASE_HELP)
    .option('--config <path>', CONFIG_HELP)
    .option('--team <name>', 'to this team (default: where messages go that nobody owns)')
    .option('--json', 'print one JSON object')
    .addHelpText(
      'after',
      `
The message says that it is a test, and not who sent it. Exits 0 when Slack took it, 1 with the reason when not.

Examples:
  $ npx tricost alerts test
  $ npx tricost alerts test --team support --aws`,
    )
    .action(testAlerts);
}

async function testAlerts(options: AlertsTestOptions): Promise<void> {
  refuseDatabaseWithoutStack(options);
  const notifyQueueUrl = await stackOutput(options, 'NotifyQueueUrl');
  const stack = options.aws === true ? await stackName(options) : undefined;
  const sqs = await sqsClient(options);
  const client = await connect({
    ...(await stackDatabase(options)),
    applicationName: 'tricost alerts test',
  });
  const stopped = new AbortController();
  process.once('SIGINT', () => stopped.abort());
  try {
    const startedAt = performance.now();
    const { state, says } = await deliverTest({
      client,
      sqs,
      notifyQueueUrl,
      stack,
      team: options.team,
      onProgress: progressLine(),
      signal: stopped.signal,
    });
    const seconds = Number(((performance.now() - startedAt) / 1_000).toFixed(1));
    if (options.json === true) {
      console.log(JSON.stringify({ delivered: state === 'delivered', says, seconds }));
    }
    if (state !== 'delivered') throw new Error(printable(says));
    if (options.json !== true) console.log(`delivered to Slack after ${seconds} s`);
  } finally {
    sqs.destroy();
    await client.end();
  }
}

/** A line on standard error each time the words change. */
function progressLine(): (says: string) => void {
  let last = '';
  return (says) => {
    if (says !== last) process.stderr.write(`${printable(says)}\n`);
    last = says;
  };
}
