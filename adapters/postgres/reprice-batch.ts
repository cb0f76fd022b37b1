/** Prices a batch of stored calls again, in the order of the primary key. */
import type { ClientBase } from 'pg';
import { compare } from '../../domain/compare.ts';
import { formatPicoUsd, parsePicoUsd } from '../../domain/money.ts';
import type { StoredCost } from '../../domain/pricing/cost-of-call.ts';
import type { PriceBook } from '../../domain/pricing/price-book.ts';
import type { StoredCall } from '../../domain/pricing/stored-call.ts';
import { repriceCall } from '../../domain/reprice/reprice-call.ts';
import type { RepricedCall } from '../../domain/reprice/summary.ts';
import { possibleDetails } from '../../domain/unpriced-models/detail.ts';
import {
  noteProgress,
  type Position,
  type RepricedRange,
  type RepricingRun,
} from './repricing-runs.ts';
import { inTransaction } from './transaction.ts';
import { addRepriced, type RepricedModel } from './unpriced-models.ts';

export type RepriceableCall = StoredCall & { event_id: string; feature: string };

export interface Batch {
  repriced: RepricedCall[];
  /** Those that have no price still. */
  unpriced: RepriceableCall[];
  examined: number;
  /** Undefined: there was none. */
  last: Position | undefined;
  /** Whether the range has no more of them. */
  isEnd: boolean;
}

export interface BatchWork {
  range: RepricedRange;
  /** Calls after this one … */
  position: Position;
  /** … that start before this. */
  until: Date;
  book: PriceBook;
  /** Undefined: nothing is changed. */
  run: RepricingRun | undefined;
}

interface Change {
  call: RepriceableCall;
  cost: StoredCost;
}

const BATCH_ROWS = 5_000;

/** One transaction: what it changes, and that it did. */
export async function repriceBatch(client: ClientBase, work: BatchWork): Promise<Batch> {
  const { run } = work;
  if (run === undefined) return examine(await readBatch(client, work), work.book);
  return inTransaction(client, async () => {
    const batch = examine(await readBatch(client, work), work.book);
    await update(client, batch.changes);
    await addRepriced(client, withFirstCost(batch.changes));
    await noteProgress(client, run, batch);
    return batch;
  });
}

async function readBatch(
  client: ClientBase,
  { range, position, until }: BatchWork,
): Promise<RepriceableCall[]> {
  // Said as the partial index says it, which a parameter could not.
  const status = range.onlyUnpriced === true ? "and price_status = 'unpriced'" : '';
  const { rows } = await client.query<RepriceableCall>(
    `select ts, event_id, feature, provider, model, service_tier, region, batch,
       input_tokens, output_tokens, cache_read_tokens, cache_write_5m_tokens, cache_write_1h_tokens, reasoning_tokens,
       audio_input_tokens, audio_output_tokens, image_input_tokens, web_searches,
       usage_raw, coalesce(flags, '{}') as flags, cost_usd, computed_cost_usd, price_status, price_ids
     from tricost.llm_calls
     where ts >= $1 and ts < $3 and (ts, event_id) > ($1, $2)
       and ($4::text is null or provider = $4) and ($5::text is null or model = $5) ${status}
     order by ts, event_id limit ${BATCH_ROWS}`,
    [position.ts, position.eventId, until, range.provider ?? null, range.model ?? null],
  );
  return rows;
}

function examine(calls: RepriceableCall[], book: PriceBook): Batch & { changes: Change[] } {
  const changes: Change[] = [];
  const unpriced: RepriceableCall[] = [];
  for (const call of calls) {
    const cost = repriceCall(call, book);
    if (cost !== undefined) changes.push({ call, cost });
    if ((cost ?? call).price_status === 'unpriced') unpriced.push(call);
  }
  const last = calls.at(-1);
  return {
    changes,
    repriced: changes.map(({ call, cost }) => ({ before: call, after: cost })),
    unpriced,
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

/** Sums over the calls that had no cost before, in the order of their names: concurrent writers cannot deadlock. */
function withFirstCost(changes: readonly Change[]): RepricedModel[] {
  const first = changes.filter(
    ({ call, cost }) => call.cost_usd === null && cost.cost_usd !== null,
  );
  const byModel = Map.groupBy(first, ({ call }) =>
    JSON.stringify([call.provider, call.model, possibleDetails(call)]),
  );
  return [...byModel]
    .sort(([a], [b]) => compare(a, b))
    .flatMap(([, ofModel]): RepricedModel[] => {
      const [one] = ofModel;
      if (one === undefined) return [];
      const { provider, model } = one.call;
      const sum = ofModel.reduce(
        (total, { cost }) => total + parsePicoUsd(cost.cost_usd ?? '0'),
        0n,
      );
      const details = possibleDetails(one.call);
      return [{ provider, model, details, calls: ofModel.length, costUsd: formatPicoUsd(sum) }];
    });
}
