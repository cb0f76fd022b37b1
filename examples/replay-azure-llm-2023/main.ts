/** Replays an hour of real LLM traffic into the local stack, as two features, and checks that nothing is lost or added. */
import { join } from 'node:path';
import { SQSClient } from '@aws-sdk/client-sqs';
import { Command } from 'commander';
import { Listr } from 'listr2';
import { connect } from '../../adapters/postgres/connect.ts';
import { localStack } from '../../cli/target.ts';
import { waitUntilDrained } from '../../local/queue/wait-until-drained.ts';
import type { LocalFile } from '../../local/state/local-file.ts';
import type { LlmCall } from '../../sdk/src/index.ts';
import { publishAll } from './publish-all.ts';
import { readTrace } from './read-trace.ts';
import { areEqual, type StoredTotals, storedTotals, table, totalsOf } from './totals.ts';
import { toLlmCall, yesterday } from './trace-call.ts';

interface Flags {
  data: string;
  day: string;
  model: string;
}

const DATA = join(import.meta.dirname, '../../../shared/data/azure-llm-2023');
const BAR_WIDTH = 30;

const program = new Command('replay')
  .description('Replay 28,185 real calls into the local stack (start it with `npm start`).')
  .usage('[options]')
  .option('--data <folder>', 'folder with code.csv and conv.csv', DATA)
  .option('--day <YYYY-MM-DD>', 'UTC day to move the calls to', yesterday(new Date()))
  .option('--model <name>', 'model that the calls shall be priced as', 'gpt-4o')
  .addHelpText(
    'after',
    `
A replay onto the same day adds nothing: every call keeps its id.

Examples:
  $ npm start -- --empty                                     (in another terminal)
  $ npx node examples/replay-azure-llm-2023/main.ts
  $ npx node examples/replay-azure-llm-2023/main.ts --model gpt-4.1-mini --day 2026-11-20`,
  )
  .action(replay);

async function replay({ data, day, model }: Flags): Promise<void> {
  if (Number.isNaN(Date.parse(`${day}T00:00:00Z`))) throw new Error(`--day ${day} is not a date`);
  const calls = (await readTrace(data)).map((call) => toLlmCall(call, day, model));
  const stack = await localStack();
  await publishAndWait(calls, stack);
  const stored = await readTotals(stack, day);

  console.log(`\n${table(stored)}\n`);
  const files = totalsOf(calls);
  if (areEqual(files, stored)) {
    console.log(`Equal to the files: ${calls.length.toLocaleString('en')} calls on ${day}.`);
  } else {
    console.log(
      `NOT equal to the files, which hold\n\n${table(files)}\n\nreporting.rejected_calls may say why.`,
    );
    process.exitCode = 1;
  }
}

async function publishAndWait(calls: readonly LlmCall[], stack: LocalFile): Promise<void> {
  const { queueUrl, region } = stack;
  const client = new SQSClient({
    endpoint: stack.sqsEndpoint,
    region,
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
  });
  await new Listr([
    {
      title: `Publish ${calls.length.toLocaleString('en')} calls`,
      task: (_, task) =>
        publishAll(calls, { queueUrl, client }, (sent) => {
          if (process.stdout.isTTY) task.output = bar(sent, calls.length);
        }),
    },
    {
      title: 'Wait until they are stored',
      task: (_, task) =>
        waitUntilDrained({
          sqs: client,
          queueUrls: [queueUrl],
          onProgress: (left) => {
            if (process.stdout.isTTY) task.output = `${left} messages left in the queue`;
          },
        }),
    },
  ]).run();
  client.destroy();
}

function bar(done: number, total: number): string {
  const filled = Math.floor((BAR_WIDTH * done) / total);
  return `${'█'.repeat(filled)}${'░'.repeat(BAR_WIDTH - filled)} ${done.toLocaleString('en')}`;
}

async function readTotals({ databaseUrl }: LocalFile, day: string): Promise<StoredTotals[]> {
  const database = await connect({
    connectionString: databaseUrl,
    applicationName: 'tricost replay',
  });
  try {
    return await storedTotals(database, day);
  } finally {
    await database.end();
  }
}

try {
  await program.parseAsync();
} catch (error) {
  console.error(`replay: ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = 1;
}
