/** `tricost deliveries`: adds up what producers sent, and says where the rest is. */
import type { Command } from 'commander';
import type { Client } from 'pg';
import { connect } from '../adapters/postgres/connect.ts';
import { inspectDeliveries } from '../adapters/postgres/inspect-deliveries.ts';
import { queueCounts, queueDepth } from '../adapters/sqs/queue-depth.ts';
import { judgeDeliveries, type Verdict } from '../domain/deliveries/account.ts';
import { decodeMessage } from '../domain/ingest-calls/decode-message.ts';
import { accountAsJson, type DeliveryAccount, printAccount } from './deliveries-report.ts';
import { lookAt } from './dlq-peek.ts';
import {
  AWS_HELP,
  CONFIG_HELP,
  refuseDatabaseWithoutStack,
  STACK_DATABASE_HELP,
  STACK_HELP,
  type StackOptions,
  sqsClient,
  stackDatabase,
  stackOutput,
} from './target.ts';

interface DeliveriesOptions extends StackOptions {
  databaseUrl?: string;
  json?: boolean;
}

/** Of the dead letters; the others are counted. */
const LOOKED_AT = 1_000;

const EXIT_CODES: Record<Verdict, number> = { complete: 0, lost: 1, undecided: 2 };

export function define(command: Command): void {
  command
    .option('--database-url <url>', STACK_DATABASE_HELP)
    .option('--aws', AWS_HELP)
    .option('--stack <name>', STACK_HELP)
    .option('--config <path>', CONFIG_HELP)
    .option('--json', 'print one JSON object')
    .addHelpText(
      'after',
      `
Of producers that number their envelopes, for the 35 days that deliveries are kept. Dead letters are received to read their
numbers, and given back. What waits or is parked in the calls queue can only be counted: no command can look at it without
taking it from ingest. What a producer sent after its last envelope that arrived is not known to be missing.

Exits 0 when nothing is missing for more than a day; 1 when envelopes are lost; 2 when some are missing and may still be in a
place that is only counted, or when two processes share an id, so that nobody can tell.

Examples:
  $ npx tricost deliveries
  $ npx tricost deliveries --aws
  $ npx tricost deliveries --aws --json | jq '.gaps'`,
    )
    .action(deliveries);
}

async function deliveries(options: DeliveriesOptions): Promise<void> {
  refuseDatabaseWithoutStack(options);
  const client = await connect({
    ...(await stackDatabase(options)),
    applicationName: 'tricost deliveries',
  });
  try {
    const account = await addUp(client, options);
    if (options.json === true) console.log(JSON.stringify(accountAsJson(account)));
    else printAccount(account);
    process.exitCode = EXIT_CODES[account.verdict];
  } finally {
    await client.end();
  }
}

/** The queues first: what ingest stores meanwhile is counted twice, never missed. */
async function addUp(client: Client, options: DeliveriesOptions): Promise<DeliveryAccount> {
  const sqs = await sqsClient(options);
  const queue = await queueCounts(sqs, await stackOutput(options, 'QueueUrl'));
  const deadLetterQueueUrl = await stackOutput(options, 'DeadLetterQueueUrl');
  const depth = await queueDepth(sqs, deadLetterQueueUrl);
  const bodies = depth === 0 ? [] : await lookAt(sqs, deadLetterQueueUrl, LOOKED_AT);
  const numbers = bodies.flatMap(({ body }) => {
    const decoded = decodeMessage(body);
    return decoded.ok && decoded.value.delivery !== undefined ? [decoded.value.delivery] : [];
  });
  const facts = await inspectDeliveries(client, numbers);
  const deadLetters = {
    messages: Math.max(depth, bodies.length),
    lookedAt: bodies.length,
    numbered: numbers.length,
  };
  const judgement = judgeDeliveries(facts.producers, {
    queued: queue.visible + queue.notVisible + queue.delayed,
    deadLetters: deadLetters.messages - deadLetters.lookedAt,
    rejected: facts.rejectedUnread,
  });
  return { ...facts, ...judgement, queue, deadLetters };
}
