/** A PostgreSQL of its own for a benchmark, as durable as one in production, gone afterwards. */

import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Client, escapeLiteral } from 'pg';
import { connect } from '../adapters/postgres/connect.ts';
import { ensurePartitions } from '../adapters/postgres/create-partitions.ts';
import { migrate } from '../adapters/postgres/migrate.ts';
import { addRelease } from '../adapters/postgres/price-releases.ts';
import { builtInRelease } from '../domain/pricing/built-in-prices.ts';
import { SINCE_EVER } from '../domain/pricing/price-list.ts';
import { startCluster } from '../local/postgres/cluster.ts';
import { freePort } from '../local/state/free-port.ts';
import type { Teardown } from '../local/teardown.ts';

export interface BenchDatabase {
  /** Gone with the database; for whatever else the benchmark needs on disk. */
  folder: string;
  /** Of the owner. */
  url: string;
  /** As the functions connect. */
  runtimeUrl: string;
  /** The owner's connection, for what is not measured. */
  owner: Client;
  connectAsRuntime(): Promise<Client>;
  /** An empty table, and no work left over from before. */
  reset(): Promise<void>;
}

/** Of a server with a few gigabytes; whatever is about durability stays as Postgres has it by default: on. */
export const SERVER_SETTINGS = { shared_buffers: '1GB', max_wal_size: '4GB' };

const LOGIN = 'bench_runtime';
const MIGRATIONS = fileURLToPath(new URL('../sql/migrations', import.meta.url));

/** @param now the sample's calls are of the months before it */
export async function startBenchDatabase(now: Date, teardown: Teardown): Promise<BenchDatabase> {
  const folder = await mkdtemp(join(tmpdir(), 'tricost-bench-'));
  teardown.add(() => rm(folder, { recursive: true, force: true }));
  const password = randomUUID();
  const cluster = await startCluster({
    dataDirectory: join(folder, 'postgres'),
    port: await freePort(),
    password,
    logFile: join(folder, 'postgres.log'),
    settings: SERVER_SETTINGS,
  });
  teardown.add(() => cluster.stop());
  const owner = await connect({ connectionString: cluster.url, applicationName: 'bench' });
  teardown.add(() => owner.end());
  await migrate(owner, MIGRATIONS);
  await addRelease(owner, builtInRelease(), { validFrom: SINCE_EVER });
  await ensurePartitions(owner, now, { monthsBack: 3, monthsAhead: 1 });
  await owner.query(`create role ${LOGIN} login password ${escapeLiteral(password)}`);
  await owner.query(`grant tricost_ingest to ${LOGIN}`);

  const runtimeUrl = Object.assign(new URL(cluster.url), { username: LOGIN, password }).href;
  return {
    folder,
    url: cluster.url,
    runtimeUrl,
    owner,
    connectAsRuntime: async () => {
      const client = await connect({ connectionString: runtimeUrl, applicationName: 'bench' });
      teardown.add(() => client.end());
      return client;
    },
    async reset() {
      await owner.query('truncate tricost.llm_calls');
      await owner.query('checkpoint');
    },
  };
}
