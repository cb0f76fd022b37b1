/**
 * Prices stored calls again. Month by month in batches, each a transaction that also notes how far the run is: a run that was
 * killed goes on where it stopped, and no call is changed or counted twice.
 */
import type { ClientBase } from 'pg';
import type { StoredCost } from '../../domain/pricing/cost-of-call.ts';
import type { PriceBook } from '../../domain/pricing/price-book.ts';
import type { StoredCall } from '../../domain/pricing/stored-call.ts';
import { repriceCall } from '../../domain/reprice/reprice-call.ts';
import { type RepricedCall, RepricingSummary } from '../../domain/reprice/summary.ts';
import { listPartitions, oldestPartitionStart } from './create-partitions.ts';
import { readPriceBook } from './price-list.ts';
import { retryConflicts } from './retry-conflicts.ts';
import { inTransaction } from './transaction.ts';

export interface RepricedRange {
  from: Date;
  /** Exclusive. */
  until: Date;
  /** As events name them; undefined: any. */
  provider?: string | undefined;
  model?: string | undefined;
}

export interface RepriceOptions {
  range: RepricedRange;
  dryRun: boolean;
  signal: AbortSignal;
  onProgress(examined: number, month: string): void;
}

export interface Repricing {
  summary: RepricingSummary;
  examined: number;
  /** Whether it stopped before the end. */
  isInterrupted: boolean;
  /** Whether it went on where an earlier run had stopped: the summary is then of the rest. */
  isContinued: boolean;
}

type Call = StoredCall & { event_id: string; feature: string };
type Position = { ts: Date; eventId: string };

const BATCH_ROWS = 5_000;
/** Of the session: a run is many transactions. */
const LOCK = "hashtextextended('tricost.reprice', 0)";
/** Before any other id of the same millisecond. */
const FIRST_ID = '00000000-0000-0000-0000-000000000000';

/**
 * @throws RangeError when the range begins before the oldest partition
 * @throws Error while another run changes calls: each would price by the list that it has read
 */
export async function reprice(client: ClientBase, options: RepriceOptions): Promise<Repricing> {
  if (options.dryRun) return run(client, options);
  const { rows } = await client.query<{ locked: boolean }>(
    `select pg_try_advisory_lock(${LOCK}) as locked`,
  );
  if (rows[0]?.locked !== true)
    throw new Error('another `tricost reprice` is running: wait for it');
  try {
    return await run(client, options);
  } finally {
    // A connection that is gone has let go by itself.
    await client.query(`select pg_advisory_unlock(${LOCK})`).catch(() => {});
  }
}

async function run(client: ClientBase, options: RepriceOptions): Promise<Repricing> {
  const { range, dryRun, signal } = options;
  const oldest = await oldestPartitionStart(client);
  if (range.from < oldest) {
    throw new RangeError(
      `calls before ${oldest.toISOString()} are not kept one by one any more: their cost stays what it was`,
    );
  }
  const { book, version } = await readPriceBook(client);
  const opened = dryRun ? undefined : await openRun(client, range, version);
  const summary = new RepricingSummary();
  let examined = 0;
  for (const month of await listPartitions(client)) {
    const from = laterOf(month.startsAt, range.from);
    const until = earlierOf(month.endsAt, range.until);
    let position: Position = { ts: from, eventId: FIRST_ID };
    if (opened?.done !== undefined && opened.done.ts >= from) position = opened.done;
    while (position.ts < until && !signal.aborted) {
      const batch = await retryConflicts(() =>
        repriceBatch(client, { range, position, until, book, runId: opened?.id }),
      );
      for (const repriced of batch.repriced) summary.add(repriced);
      examined += batch.examined;
      options.onProgress(examined, month.startsAt.toISOString().slice(0, 7));
      if (batch.last === undefined || batch.isEnd) break;
      position = batch.last;
    }
  }
  const isInterrupted = signal.aborted;
  if (opened !== undefined && !isInterrupted) {
    await client.query('update tricost.repricing_runs set finished_at = now() where id = $1', [
      opened.id,
    ]);
  }
  return { summary, examined, isInterrupted, isContinued: opened?.done !== undefined };
}

/** How many calls the range holds, for a progress bar. */
export async function countCalls(client: ClientBase, range: RepricedRange): Promise<number> {
  const { rows } = await client.query<{ calls: number }>(
    `select count(*)::int as calls from tricost.llm_calls
     where ts >= $1 and ts < $2 and ($3::text is null or provider = $3) and ($4::text is null or model = $4)`,
    parameters(range),
  );
  return rows[0]?.calls ?? 0;
}

/** The run of the same range that was interrupted, or a new one. */
async function openRun(
  client: ClientBase,
  range: RepricedRange,
  version: string,
): Promise<{ id: number; done?: Position }> {
  const { rows } = await client.query<{ id: number; ts: Date | null; event_id: string | null }>(
    `update tricost.repricing_runs
     set price_list_version = $5,
       done_ts = case when price_list_version = $5 then done_ts end,
       done_event_id = case when price_list_version = $5 then done_event_id end
     where id = (
       select max(id) from tricost.repricing_runs
       where finished_at is null and from_ts = $1 and until_ts = $2
         and provider is not distinct from $3 and model is not distinct from $4
     )
     returning id, done_ts as ts, done_event_id as event_id`,
    [...parameters(range), version],
  );
  const [open] = rows;
  if (open !== undefined) {
    const { id, ts, event_id: eventId } = open;
    return ts === null || eventId === null ? { id } : { id, done: { ts, eventId } };
  }
  const made = await client.query<{ id: number }>(
    `insert into tricost.repricing_runs (from_ts, until_ts, provider, model, price_list_version)
     values ($1, $2, $3, $4, $5) returning id`,
    [...parameters(range), version],
  );
  return { id: made.rows[0]?.id ?? 0 };
}

function parameters({ from, until, provider, model }: RepricedRange): (Date | string | null)[] {
  return [from, until, provider ?? null, model ?? null];
}

interface Batch {
  repriced: RepricedCall[];
  examined: number;
  /** Undefined: there was none. */
  last: Position | undefined;
  /** Whether the month has no more of them. */
  isEnd: boolean;
}

async function repriceBatch(
  client: ClientBase,
  work: {
    range: RepricedRange;
    position: Position;
    until: Date;
    book: PriceBook;
    runId: number | undefined;
  },
): Promise<Batch> {
  const { range, position, until, book, runId } = work;
  if (runId === undefined) return examine(await readBatch(client, range, position, until), book);
  return inTransaction(client, async () => {
    const batch = examine(await readBatch(client, range, position, until), book);
    await update(client, batch.changes);
    await noteProgress(client, runId, batch);
    return batch;
  });
}

async function readBatch(
  client: ClientBase,
  { provider, model }: RepricedRange,
  { ts, eventId }: Position,
  until: Date,
): Promise<Call[]> {
  const { rows } = await client.query<Call>(
    `select ts, event_id, feature, provider, model, service_tier, region, batch,
       input_tokens, output_tokens, cache_read_tokens, cache_write_5m_tokens, cache_write_1h_tokens, reasoning_tokens,
       audio_input_tokens, audio_output_tokens, image_input_tokens, web_searches,
       usage_raw, coalesce(flags, '{}') as flags, cost_usd, computed_cost_usd, price_status, price_ids
     from tricost.llm_calls
     where ts >= $1 and ts < $3 and (ts, event_id) > ($1, $2)
       and ($4::text is null or provider = $4) and ($5::text is null or model = $5)
     order by ts, event_id limit ${BATCH_ROWS}`,
    [ts, eventId, until, provider ?? null, model ?? null],
  );
  return rows;
}

interface Change {
  call: Call;
  cost: StoredCost;
}

function examine(calls: Call[], book: PriceBook): Batch & { changes: Change[] } {
  const changes: Change[] = [];
  for (const call of calls) {
    const cost = repriceCall(call, book);
    if (cost !== undefined) changes.push({ call, cost });
  }
  const last = calls.at(-1);
  return {
    changes,
    repriced: changes.map(({ call, cost }) => ({ before: call, after: cost })),
    examined: calls.length,
    isEnd: calls.length < BATCH_ROWS,
    last: last === undefined ? undefined : { ts: last.ts, eventId: last.event_id },
  };
}

/** Through the parent table, whose triggers see it; the range of `ts` keeps other months out of it. */
async function update(client: ClientBase, changes: readonly Change[]): Promise<void> {
  const [first, last] = [changes[0], changes.at(-1)];
  if (first === undefined || last === undefined) return;
  await client.query(
    `update tricost.llm_calls as c
     set cost_usd = n.cost_usd, computed_cost_usd = n.computed_cost_usd, price_status = n.price_status,
       price_ids = n.price_ids::int[]
     from unnest($1::timestamptz[], $2::uuid[], $3::numeric[], $4::numeric[], $5::text[], $6::text[])
       as n (ts, event_id, cost_usd, computed_cost_usd, price_status, price_ids)
     where c.ts = n.ts and c.event_id = n.event_id and c.ts >= $7 and c.ts <= $8`,
    [
      changes.map(({ call }) => call.ts),
      changes.map(({ call }) => call.event_id),
      changes.map(({ cost }) => cost.cost_usd),
      changes.map(({ cost }) => cost.computed_cost_usd),
      changes.map(({ cost }) => cost.price_status),
      changes.map(({ cost }) =>
        cost.price_ids.length === 0 ? null : `{${cost.price_ids.join()}}`,
      ),
      first.call.ts,
      last.call.ts,
    ],
  );
}

async function noteProgress(client: ClientBase, runId: number, batch: Batch): Promise<void> {
  const sums = new RepricingSummary();
  for (const repriced of batch.repriced) sums.add(repriced);
  await client.query(
    `update tricost.repricing_runs
     set done_ts = coalesce($2, done_ts), done_event_id = coalesce($3, done_event_id),
       calls_examined = calls_examined + $4, calls_changed = calls_changed + $5,
       usd_before = usd_before + $6, usd_after = usd_after + $7
     where id = $1`,
    [
      runId,
      batch.last?.ts ?? null,
      batch.last?.eventId ?? null,
      batch.examined,
      sums.changed,
      sums.usdBefore,
      sums.usdAfter,
    ],
  );
}

function laterOf(a: Date, b: Date): Date {
  return a > b ? a : b;
}

function earlierOf(a: Date, b: Date): Date {
  return a < b ? a : b;
}
