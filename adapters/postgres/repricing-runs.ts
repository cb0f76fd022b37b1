/** Remembers how far a repricing is, so that one that was killed goes on, and what it changed. */
import type { ClientBase } from 'pg';
import { type RepricedCall, RepricingSummary } from '../../domain/reprice/summary.ts';

export interface RepricedRange {
  from: Date;
  /** Exclusive. */
  until: Date;
  /** As events name them; undefined: any. */
  provider?: string | undefined;
  model?: string | undefined;
  /** Leaves alone what has a cost. */
  onlyUnpriced?: boolean;
}

/** A call in the order of the primary key. */
export interface Position {
  ts: Date;
  eventId: string;
}

export interface RepricingRun {
  id: number;
  /** The last call that an earlier attempt examined. */
  done?: Position;
}

/** Of an earlier attempt at the same calls; its end may have been an earlier one. */
const SAME_RUN = `finished_at is null and only_unpriced = $5
  and (only_unpriced or from_ts = $1 and until_ts <= $2 and provider is not distinct from $3 and model is not distinct from $4)`;

/** The run of the same range that was interrupted, or a new one. */
export async function openRun(
  client: ClientBase,
  range: RepricedRange,
  priceListVersion: string,
): Promise<RepricingRun> {
  const { rows } = await client.query<{ id: number; ts: Date | null; event_id: string | null }>(
    `update tricost.repricing_runs
     set price_list_version = $6, from_ts = $1, until_ts = $2,
       -- What a list that has grown since makes of the calls is not known: they are examined again.
       done_ts = case when price_list_version = $6 then done_ts end,
       done_event_id = case when price_list_version = $6 then done_event_id end,
       calls_examined = case when price_list_version = $6 then calls_examined else 0 end
     where id = (select max(id) from tricost.repricing_runs where ${SAME_RUN})
     returning id, done_ts as ts, done_event_id as event_id`,
    [...parameters(range), priceListVersion],
  );
  const [open] = rows;
  if (open !== undefined) {
    const { id, ts, event_id: eventId } = open;
    if (ts === null || eventId === null) return { id };
    return { id, done: { ts, eventId } };
  }
  const made = await client.query<{ id: number }>(
    `insert into tricost.repricing_runs (from_ts, until_ts, provider, model, only_unpriced, price_list_version)
     values ($1, $2, $3, $4, $5, $6) returning id`,
    [...parameters(range), priceListVersion],
  );
  return { id: made.rows[0]?.id ?? 0 };
}

/** @param client in the transaction that changes the calls */
export async function noteProgress(
  client: ClientBase,
  run: RepricingRun,
  batch: { repriced: readonly RepricedCall[]; examined: number; last: Position | undefined },
): Promise<void> {
  const sums = new RepricingSummary();
  for (const repriced of batch.repriced) sums.add(repriced);
  await client.query(
    `update tricost.repricing_runs
     set done_ts = coalesce($2, done_ts), done_event_id = coalesce($3, done_event_id),
       calls_examined = calls_examined + $4, calls_changed = calls_changed + $5,
       usd_before = usd_before + $6, usd_after = usd_after + $7
     where id = $1`,
    [
      run.id,
      batch.last?.ts ?? null,
      batch.last?.eventId ?? null,
      batch.examined,
      sums.changed,
      sums.usdBefore,
      sums.usdAfter,
    ],
  );
}

export async function finishRun(client: ClientBase, run: RepricingRun): Promise<void> {
  // One that nobody asked for and that found nothing to do, every day, is not worth a row.
  await client.query(
    'delete from tricost.repricing_runs where id = $1 and only_unpriced and calls_changed = 0',
    [run.id],
  );
  await client.query('update tricost.repricing_runs set finished_at = now() where id = $1', [
    run.id,
  ]);
}

/** A run that was killed after its last change has nothing left to do. */
export async function finishInterrupted(client: ClientBase, range: RepricedRange): Promise<void> {
  await client.query(
    `update tricost.repricing_runs set finished_at = now() where ${SAME_RUN}`,
    parameters(range),
  );
}

/** $1 to $5. */
function parameters(range: RepricedRange): (Date | string | boolean | null)[] {
  const { from, until, provider, model, onlyUnpriced } = range;
  return [from, until, provider ?? null, model ?? null, onlyUnpriced === true];
}
