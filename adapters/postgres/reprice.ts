/**
 * Prices stored calls again. Month by month in batches, each a transaction that also notes how far the run is: a run that was
 * killed goes on where it stopped, and no call is changed or counted twice.
 */
import type { ClientBase } from 'pg';
import { RepricingSummary } from '../../domain/reprice/summary.ts';
import {
  type UnpricedModel,
  UnpricedModels,
} from '../../domain/unpriced-models/unpriced-models.ts';
import { listPartitions, oldestPartitionStart } from './create-partitions.ts';
import { readPriceBook } from './price-list.ts';
import { repriceBatch } from './reprice-batch.ts';
import { finishRun, openRun, type Position, type RepricedRange } from './repricing-runs.ts';
import { retryConflicts } from './retry-conflicts.ts';

export interface RepriceOptions {
  range: RepricedRange;
  dryRun: boolean;
  signal: AbortSignal;
  onProgress(examined: number, month: string): void;
}

export interface Repricing {
  summary: RepricingSummary;
  examined: number;
  /** Models of which some of these calls still have no price. */
  unpriced: UnpricedModel[];
  /** Whether it stopped before the end. */
  isInterrupted: boolean;
  /** Whether it went on where an earlier run had stopped: all the above is then of the rest. */
  isContinued: boolean;
}

/** Another run changes calls: each would price by the list that it has read. */
export class RepricingBusy extends Error {
  constructor() {
    super('another run prices calls again: wait for it');
  }
}

/** Of the session: a run is many transactions. */
const LOCK = "hashtextextended('tricost.reprice', 0)";
/** Before any other id of the same millisecond. */
const FIRST_ID = '00000000-0000-0000-0000-000000000000';

/**
 * @throws RangeError when the range begins before the oldest partition
 * @throws RepricingBusy while another run changes calls
 */
export async function reprice(client: ClientBase, options: RepriceOptions): Promise<Repricing> {
  if (options.dryRun) return run(client, options);
  const { rows } = await client.query<{ locked: boolean }>(
    `select pg_try_advisory_lock(${LOCK}) as locked`,
  );
  if (rows[0]?.locked !== true) throw new RepricingBusy();
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
  const unpriced = new UnpricedModels(book);
  let examined = 0;
  for (const month of await listPartitions(client)) {
    const from = laterOf(month.startsAt, range.from);
    const until = earlierOf(month.endsAt, range.until);
    let position: Position = { ts: from, eventId: FIRST_ID };
    if (opened?.done !== undefined && opened.done.ts >= from) position = opened.done;
    while (position.ts < until && !signal.aborted) {
      const work = { range, position, until, book, run: opened };
      const batch = await retryConflicts(() => repriceBatch(client, work));
      for (const repriced of batch.repriced) summary.add(repriced);
      for (const call of batch.unpriced) unpriced.add(call);
      examined += batch.examined;
      options.onProgress(examined, month.startsAt.toISOString().slice(0, 7));
      if (batch.last === undefined || batch.isEnd) break;
      position = batch.last;
    }
  }
  const isInterrupted = signal.aborted;
  if (opened !== undefined && !isInterrupted) await finishRun(client, opened);
  return {
    ...{ summary, examined, unpriced: unpriced.list(), isInterrupted },
    isContinued: opened?.done !== undefined,
  };
}

/** How many calls the range holds, for a progress bar. */
export async function countCalls(
  client: ClientBase,
  { from, until, provider, model }: RepricedRange,
): Promise<number> {
  const { rows } = await client.query<{ calls: number }>(
    `select count(*)::int as calls from tricost.llm_calls
     where ts >= $1 and ts < $2 and ($3::text is null or provider = $3) and ($4::text is null or model = $4)`,
    [from, until, provider ?? null, model ?? null],
  );
  return rows[0]?.calls ?? 0;
}

function laterOf(a: Date, b: Date): Date {
  return a > b ? a : b;
}

function earlierOf(a: Date, b: Date): Date {
  return a < b ? a : b;
}
