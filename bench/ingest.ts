/** `npm run bench -- ingest`: how fast calls become rows, next to how fast Postgres could take them. */
import { join } from 'node:path';
import type { Command } from 'commander';
import { Listr } from 'listr2';
import { synthesize } from '../local/synthesize.ts';
import { Teardown } from '../local/teardown.ts';
import { type BenchDatabase, startBenchDatabase } from './bench-database.ts';
import {
  type Contender,
  oneInsertPerCall,
  ourWriter,
  ourWriters,
  plainCopy,
} from './ingest-contenders.ts';
import { queueToRows } from './ingest-pipeline.ts';
import { measurePricing } from './ingest-pricing.ts';
import { type IngestFigures, printFigures, summary } from './ingest-report.ts';
import { planSample, SAMPLE, SAMPLE_NOW, sampleCalls } from './ingest-sample.ts';
import { measureStages } from './ingest-stages.ts';
import { describeMachine } from './machine.ts';
import { positiveInteger } from './positive-integer.ts';
import { type Lap, median, sideBySide } from './side-by-side.ts';

interface Flags {
  rows: number;
  repeat: number;
  json?: boolean;
}

const WRITERS = [1, 4, 8];
/** Starting a stack takes seconds, and its figure no part in a ratio. */
const PIPELINE_RUNS = 3;

export function addIngestCommand(program: Command): void {
  program
    .command('ingest')
    .description(
      'our writer next to one INSERT per call and plain COPY, and the way from queue to rows',
    )
    .option('--rows <number>', 'rows that the fastest contenders write', positiveInteger, 100_000)
    .option('--repeat <number>', 'repetitions; figures are medians', positiveInteger, 5)
    .option('--json', 'end with one line of JSON')
    .addHelpText(
      'after',
      `
Takes about four minutes on two idle cores. Ratios compare contenders of one run and hold on other machines too;
rates do not.

Examples:
  $ npm run bench -- ingest
  $ npm run bench -- ingest --rows 20000 --repeat 1 --json`,
    )
    .action(benchIngest);
}

async function benchIngest({ rows, repeat, json = false }: Flags): Promise<void> {
  const teardown = new Teardown();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => {
      teardown.run().finally(() => process.exit(130));
    });
  }
  try {
    const database = await startBenchDatabase(SAMPLE_NOW, teardown);
    console.log(`${await describeMachine(database.owner)}\n`);
    const figures = await measure(database, rows, repeat);
    printFigures(figures);
    if (json) console.log(JSON.stringify(summary(figures)));
  } finally {
    await teardown.run();
  }
}

async function measure(
  database: BenchDatabase,
  rows: number,
  repeat: number,
): Promise<IngestFigures> {
  const figures: Partial<IngestFigures> = {};
  const calls = sampleCalls(rows);
  await new Listr([
    step('Measure what a row weighs', async () => {
      figures.bytesPerRow = await bytesPerRow(database);
    }),
    step('Write side by side', async (report) => {
      figures.rates = await sideBySide(await laps(database, rows), repeat, report);
    }),
    step('Measure the stages', async () => {
      await database.reset();
      const client = await database.connectAsRuntime();
      figures.stages = await measureStages(client, calls.slice(0, rows / 2));
    }),
    step('Price and do not, in turn', async (report) => {
      figures.pricing = await measurePricing(database, calls.slice(0, rows / 2), repeat, report);
    }),
    step('Take the whole way, from queue to rows', async (report) => {
      const assemblyDirectory = join(database.folder, 'cdk.out');
      report('synthesizing the stack');
      await synthesize(assemblyDirectory);
      const runs: number[] = [];
      for (let run = 1; run <= Math.min(repeat, PIPELINE_RUNS); run += 1) {
        report(`run ${run}`);
        await database.reset();
        runs.push(await queueToRows(database, assemblyDirectory, calls));
      }
      figures.endToEndEventsPerSecond = median(runs);
    }),
  ]).run();
  return figures as IngestFigures;
}

async function laps(database: BenchDatabase, rows: number): Promise<Lap[]> {
  const planned = planSample(sampleCalls(rows));
  const clients = await Promise.all(
    Array.from({ length: Math.max(...WRITERS) }, () => database.connectAsRuntime()),
  );
  const [client] = clients;
  if (client === undefined) throw new Error('no connection');
  // Fills in the prompt versions, which then all contenders write, and warms up the code and the server.
  await database.reset();
  await ourWriter(client, 10_000)(planned)();
  const lap = (name: string, share: number, contender: Contender): Lap => {
    const calls = planned.slice(0, Math.ceil(rows * share));
    return {
      name,
      count: calls.length,
      prepare: async () => {
        await database.reset();
        return contender(calls);
      },
    };
  };
  return [
    lap('one INSERT per call', 1 / 25, oneInsertPerCall(client)),
    lap('our writer, batches of 100', 1 / 4, ourWriter(client, 100)),
    lap('our writer, batches of 1,000', 1, ourWriter(client, 1_000)),
    lap('our writer, batches of 10,000', 1, ourWriter(client, 10_000)),
    lap('plain COPY, batches of 10,000', 1, plainCopy(client, 10_000)),
    ...WRITERS.map((count) =>
      lap(`${count} writers, batches of 1,000`, 1, ourWriters(clients.slice(0, count), 1_000)),
    ),
  ];
}

/** Of the sample as it is, written as it would arrive, indexes included. */
async function bytesPerRow({
  owner,
  reset,
  connectAsRuntime,
}: BenchDatabase): Promise<IngestFigures['bytesPerRow']> {
  await reset();
  await ourWriter(await connectAsRuntime(), 1_000)(planSample(SAMPLE))();
  const { rows } = await owner.query<{ heap: string; indexes: string }>(
    `select sum(pg_table_size(partition_oid)) as heap, sum(pg_indexes_size(partition_oid)) as indexes
     from tricost.llm_calls_partitions`,
  );
  return {
    heap: Number(rows[0]?.heap) / SAMPLE.length,
    indexes: Number(rows[0]?.indexes) / SAMPLE.length,
  };
}

function step(title: string, work: (report: (progress: string) => void) => Promise<void>) {
  return {
    title,
    task: (_: unknown, task: { output: string }) =>
      work((progress) => {
        // Steps that run are for eyes, not for files.
        if (process.stdout.isTTY) task.output = progress;
      }),
  };
}
