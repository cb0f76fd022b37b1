/** A migrated database of the benchmark's server, and its calls. */

import { fileURLToPath } from 'node:url';
import type { Client } from 'pg';
import { connect } from '../../adapters/postgres/connect.ts';
import { ensurePartitionsBetween } from '../../adapters/postgres/create-partitions.ts';
import { migrate } from '../../adapters/postgres/migrate.ts';
import { addRelease } from '../../adapters/postgres/price-releases.ts';
import { builtInRelease } from '../../domain/pricing/built-in-prices.ts';
import { SINCE_EVER } from '../../domain/pricing/price-list.ts';
import type { Teardown } from '../../local/teardown.ts';

export interface Cluster {
  /** Of the superuser. */
  url: string;
  teardown: Teardown;
}

export interface Database {
  owner: Client;
  url: string;
}

const MIGRATIONS = fileURLToPath(new URL('../../sql/migrations', import.meta.url));

export const MONTH_START = new Date('2026-03-01T00:00:00Z');
const MONTH_MS = 31 * 24 * 3_600_000;

export async function openDatabase(cluster: Cluster, name: string): Promise<Database> {
  const url = Object.assign(new URL(cluster.url), { pathname: name }).href;
  const superuser = await connect({ connectionString: cluster.url, applicationName: 'bench' });
  await superuser.query(`create database ${name}`);
  await superuser.end();
  const owner = await connect({ connectionString: url, applicationName: 'bench' });
  cluster.teardown.add(() => owner.end());
  await migrate(owner, MIGRATIONS);
  await addRelease(owner, builtInRelease(), { validFrom: SINCE_EVER });
  await ensurePartitionsBetween(owner, '2026-02-01', '2026-05-01');
  return { owner, url };
}

/**
 * Calls numbered from `from` to `to` of a month of `total`, in order of time, the same on every run: 40 features, 520
 * prompts, 12 models, 200,000 users. Written by the server itself, as nobody measures it.
 *
 * @param shard only the calls of the users of one shard of four
 */
export async function fill(
  { owner }: Database,
  range: { from: number; to: number; total: number; shard?: number },
): Promise<void> {
  await owner.query(
    `insert into tricost.llm_calls
       (ts, event_id, cost_usd, input_tokens, output_tokens, latency_ms, prompt_version, user_id, feature, prompt_id,
        provider, model, status, price_status)
     select $3::timestamptz + n * $4::float8 * interval '1 ms', md5(n::text)::uuid, (h % 1000003) / 1e7::numeric, h % 5000,
       h % 700, h % 3000, 1 + h % 3, user_id, 'feature.' || h % 40, 'p_' || h % 520,
       'openai', 'model-' || h % 12, 'ok', 'priced'
     from generate_series($1::bigint, $2::bigint - 1) as n,
       lateral (select abs(hashint8(n)::bigint) as h) as hashed,
       lateral (select 'u_' || abs(hashint8(n + 7)::bigint) % 200000 as user_id) as named
     where $5::int is null or ${SHARD_OF_USER} = $5`,
    [range.from, range.to, MONTH_START, MONTH_MS / range.total, range.shard ?? null],
  );
}

export const SHARDS = 4;

/** Which shard has the calls of `user_id`. */
export const SHARD_OF_USER = `(hashtext(user_id) & ${SHARDS - 1})`;

export const instantOf = (n: number, total: number): Date =>
  new Date(MONTH_START.getTime() + (n * MONTH_MS) / total);
