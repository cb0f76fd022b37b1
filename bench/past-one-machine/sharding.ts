/** The hot questions on four databases that share the users, merged, beside one database that has them all. */
import { createHash } from 'node:crypto';
import { spendAlertParameters } from '../../adapters/postgres/spend-alert.ts';
import { spendWindows } from '../../domain/spend-alert/windows.ts';
import spendAlertQuery from '../../sql/queries/spend-alert.sql' with { type: 'text' };
import {
  type Cluster,
  type Database,
  fill,
  openDatabase,
  SHARD_OF_USER,
  SHARDS,
} from './database.ts';
import { splitSpendAlert } from './split-spend-alert.ts';

type Rows = Record<string, unknown>[];

const ALERT = spendAlertParameters(
  spendWindows('2026-03-29', 'UTC'),
  new Date('2026-03-29T08:00:00Z'),
);
const MONTH = ['2026-03-01T00:00:00Z', '2026-04-01T00:00:00Z'];

const SUMS = 'count(*) as calls, sum(cost_usd) as usd, sum(input_tokens) as input_tokens';
const ONE_USER = `select ${SUMS} from reporting.llm_calls where user_id = $1 and ts >= $2 and ts < $3`;
const BY_FEATURE = `select feature, ${SUMS} from reporting.llm_calls where ts >= $1 and ts < $2 group by feature order by feature`;
const MERGED_BY_FEATURE = `select feature, sum(calls)::bigint as calls, sum(usd) as usd, sum(input_tokens)::bigint as input_tokens
  from jsonb_to_recordset($1) as t (feature text, calls bigint, usd numeric, input_tokens bigint)
  group by feature order by feature`;

export async function measureSharding(cluster: Cluster, total: number): Promise<void> {
  const whole = await openDatabase(cluster, 'unsharded');
  await fill(whole, { from: 0, to: total, total });
  const shards: Database[] = [];
  for (let shard = 0; shard < SHARDS; shard += 1) {
    const database = await openDatabase(cluster, `shard_${shard}`);
    await fill(database, { from: 0, to: total, total, shard });
    shards.push(database);
  }
  for (const { owner } of [whole, ...shards]) await owner.query('vacuum analyze tricost.llm_calls');
  console.log(
    `\n${total} calls of one month in one database, and by user in ${SHARDS} databases of the same server`,
  );
  console.log('question                one database   slowest shard   merge   md5 of the answers');

  const { rows } = await whole.owner.query<{ user_id: string; shard: number }>(
    `select user_id, ${SHARD_OF_USER} as shard from reporting.llm_calls order by ts limit 1`,
  );
  const [user] = rows;
  const home = shards[user?.shard ?? 0];
  if (user === undefined || home === undefined) throw new Error('there are no calls');
  await compare('one user, one month', {
    whole: () => ask(whole, ONE_USER, [user.user_id, ...MONTH]),
    partial: () => [() => ask(home, ONE_USER, [user.user_id, ...MONTH])],
    merge: async ([answer = []]) => answer,
  });
  await compare('by feature, one month', {
    whole: () => ask(whole, BY_FEATURE, MONTH),
    partial: () => shards.map((shard) => () => ask(shard, BY_FEATURE, MONTH)),
    merge: (answers) => ask(whole, MERGED_BY_FEATURE, [JSON.stringify(answers.flat())]),
  });
  const { partial, merge } = splitSpendAlert(spendAlertQuery);
  await compare('spend-alert.sql', {
    whole: () => ask(whole, spendAlertQuery, ALERT),
    partial: () => shards.map((shard) => () => ask(shard, partial, ALERT)),
    merge: (answers) => ask(whole, merge, [JSON.stringify(answers.flat())]),
  });
}

async function ask({ owner }: Database, sql: string, values: unknown[]): Promise<Rows> {
  return (await owner.query(sql, values)).rows;
}

interface Question {
  whole(): Promise<Rows>;
  /** What each shard that has to be asked is asked. */
  partial(): (() => Promise<Rows>)[];
  merge(answers: Rows[]): Promise<Rows>;
}

/** One shard after the other: shards of their own machines would take as long as the slowest. */
async function compare(title: string, { whole, partial, merge }: Question): Promise<void> {
  // Once to fill the buffers.
  await whole();
  for (const shard of partial()) await shard();
  const [expected, wholeMs] = await timed(whole);
  const answers: Rows[] = [];
  let slowestMs = 0;
  for (const shard of partial()) {
    const [answer, ms] = await timed(shard);
    answers.push(answer);
    slowestMs = Math.max(slowestMs, ms);
  }
  const [merged, mergeMs] = await timed(() => merge(answers));
  const [one, other] = [md5(expected), md5(merged)];
  if (one !== other) throw new Error(`${title}: the shards' answer is another: ${one}, ${other}`);
  console.log(
    `${title.padEnd(22)} ${milliseconds(wholeMs, 12)} ${milliseconds(slowestMs, 15)} ${milliseconds(mergeMs, 7)}   ${one}, equal (${expected.length} rows)`,
  );
}

async function timed<T>(work: () => Promise<T>): Promise<[T, number]> {
  const start = performance.now();
  return [await work(), performance.now() - start];
}

const md5 = (rows: Rows): string => createHash('md5').update(JSON.stringify(rows)).digest('hex');

const milliseconds = (ms: number, width: number): string => `${ms.toFixed(1)} ms`.padStart(width);
