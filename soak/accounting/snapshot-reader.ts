/** Looks at all calls and at what is reported of them in one snapshot, while they are priced again: no moment may show half of anything. */
import type { ClientBase } from 'pg';
import { DATED_MODEL, type ListStage, type TokenPrices } from './dated-calls.ts';

export interface Expectation {
  first: TokenPrices;
  before: ListStage;
  after: ListStage;
  /** Of `repricing_runs`, the last one before. */
  lastRunId: number;
}

export interface Snapshot {
  calls: number;
  /** Calls that have their new price, where that is another. */
  changed: number;
  /** Sentences; none when it is as it must be. */
  problems: string[];
}

type Row = Record<
  'calls' | 'differing' | 'strange' | 'changed' | 'noted' | 'moved' | 'notedUsd',
  string
>;

const usd = (at: number) =>
  `((input_tokens - cache_read_tokens) * $${at}::numeric + cache_read_tokens * $${at + 1}::numeric
    + output_tokens * $${at + 2}::numeric) * 0.000000000001`;

/** One statement is one snapshot. */
const SNAPSHOT = `
  with calls as (
    select feature, cost_usd,
      case when ts < $1 then ${usd(3)} else ${usd(6)} end as before,
      case when ts < $2 then ${usd(3)} else ${usd(9)} end as after
    from tricost.llm_calls
  ), raw as (
    select feature, count(*) as calls, sum(cost_usd) as usd,
      count(*) filter (where cost_usd is distinct from before and cost_usd is distinct from after) as strange,
      count(*) filter (where cost_usd = after and before <> after) as changed,
      sum(cost_usd - before) as moved
    from calls group by feature
  ), seen as (
    select feature, sum(calls) as calls, sum(cost_usd) as usd from reporting.spend_by_feature_day group by feature
  ), noted as (
    select coalesce(sum(calls_changed), 0) as changed, coalesce(sum(usd_after - usd_before), 0) as usd
    from tricost.repricing_runs where provider = $12 and id > $13
  )
  select sum(raw.calls) as calls,
    count(*) filter (where raw.usd is distinct from seen.usd or raw.calls is distinct from seen.calls) as differing,
    sum(raw.strange) as strange, sum(raw.changed) as changed, (select changed from noted) as noted,
    trim_scale(sum(raw.moved)) as moved, (select trim_scale(usd) from noted) as "notedUsd"
  from raw full join seen using (feature)`;

export async function readSnapshot(
  client: ClientBase,
  { first, before, after, lastRunId }: Expectation,
): Promise<Snapshot> {
  const { rows } = await client.query<Row>(SNAPSHOT, [
    before.from,
    after.from,
    ...[first, before.prices, after.prices].flatMap(({ input, cacheRead, output }) => [
      ...[input, cacheRead, output].map(String),
    ]),
    DATED_MODEL.provider,
    lastRunId,
  ]);
  const [row] = rows;
  if (row === undefined) throw new Error('a snapshot is one row');
  const { differing, strange, changed, noted, moved, notedUsd } = row;
  return {
    calls: Number(row.calls),
    changed: Number(changed),
    problems: [
      ...(differing === '0' ? [] : [`the report and the calls differ in ${differing} features`]),
      ...(strange === '0' ? [] : [`${strange} calls have neither their old nor their new price`]),
      ...(changed === noted ? [] : [`${changed} calls have a new price, the run notes ${noted}`]),
      ...(moved === notedUsd ? [] : [`the sum moved by $${moved}, the run notes $${notedUsd}`]),
    ],
  };
}
