/** `past-one-machine`: what a growing month, four shards and retention cost: the figures of docs/decisions/0018. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Command } from 'commander';
import { startCluster } from '../local/postgres/cluster.ts';
import { freePort } from '../local/state/free-port.ts';
import { readOrMakeSecret } from '../local/state/secret.ts';
import { Teardown } from '../local/teardown.ts';
import { SERVER_SETTINGS } from './bench-database.ts';
import { describeMachine } from './machine.ts';
import { type Cluster, openDatabase } from './past-one-machine/database.ts';
import { measureGrowth } from './past-one-machine/growth.ts';
import { measureRetention } from './past-one-machine/retention.ts';
import { measureSharding } from './past-one-machine/sharding.ts';

interface Options {
  rows: string;
  shardedRows: string;
}

export function addPastOneMachineCommand(program: Command): void {
  program
    .command('past-one-machine')
    .description('a month that grows, the same questions on four shards, retention during ingest')
    .option('--rows <count>', 'size of the month that grows', '10000000')
    .option('--sharded-rows <count>', 'calls that are spread over four shards', '1000000')
    .addHelpText('after', '\nExamples:\n  $ npm run bench -- past-one-machine --rows 3000000')
    .action((options: Options) => run(Number(options.rows), Number(options.shardedRows)));
}

async function run(rows: number, shardedRows: number): Promise<void> {
  const teardown = new Teardown();
  try {
    const cluster = await startServer(teardown);
    const database = await openDatabase(cluster, 'whole');
    console.log(`${await describeMachine(database.owner)}\n`);
    await measureGrowth(database, rows);
    await measureRetention(database);
    await measureSharding(cluster, shardedRows);
  } finally {
    await teardown.run();
  }
}

async function startServer(teardown: Teardown): Promise<Cluster> {
  const directory = await mkdtemp(join(tmpdir(), 'tricost-bench-'));
  teardown.add(() => rm(directory, { recursive: true }));
  const cluster = await startCluster({
    dataDirectory: join(directory, 'postgres'),
    port: await freePort(),
    password: await readOrMakeSecret(join(directory, 'password')),
    logFile: join(directory, 'postgres.log'),
    settings: SERVER_SETTINGS,
  });
  teardown.add(() => cluster.stop());
  return { url: cluster.url, teardown };
}
