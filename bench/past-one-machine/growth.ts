/** Whether a month gets slower to write, and its rows larger, the more there are of them. */
import { type Database, fill, instantOf } from './database.ts';
import { plannedCall, write } from './writer.ts';

const BATCH = 1_000;
const BATCHES = 100;
const FILL_STEP = 250_000;
const SHARES = [0, 0.1, 0.25, 0.5, 1];

export async function measureGrowth(database: Database, total: number): Promise<void> {
  console.log(
    `A month that grows to ${total} rows: ${BATCHES} batches of ${BATCH} by ingest's own statement, one connection`,
  );
  console.log('      rows    rows/s  slowest batch  bytes a row: table + key + user index');
  let filled = 0;
  for (const share of SHARES) {
    const target = Math.floor(share * (total - BATCH * BATCHES * SHARES.length));
    for (; filled < target; filled = Math.min(target, filled + FILL_STEP)) {
      await fill(database, { from: filled, to: Math.min(target, filled + FILL_STEP), total });
    }
    await database.owner.query('checkpoint');
    const { rowsPerSecond, slowestMs } = await writeBatches(database, share, total);
    console.log(
      `${String(target).padStart(10)} ${rowsPerSecond.toFixed(0).padStart(9)} ${slowestMs.toFixed(0).padStart(11)} ms  ${await bytesARow(database)}`,
    );
  }
}

async function writeBatches({ owner }: Database, share: number, total: number) {
  // Made beforehand: the time of making them is not the database's.
  const batches = Array.from({ length: BATCHES }, (_, batch) =>
    Array.from({ length: BATCH }, (_row, row) => {
      const number = batch * BATCH + row + share * 1e9;
      return plannedCall(number, instantOf(share * total * 0.99 + batch * BATCH + row, total));
    }),
  );
  let slowestMs = 0;
  const start = performance.now();
  for (const batch of batches) {
    const batchStart = performance.now();
    await write(owner, batch);
    slowestMs = Math.max(slowestMs, performance.now() - batchStart);
  }
  const seconds = (performance.now() - start) / 1_000;
  return { rowsPerSecond: (BATCH * BATCHES) / seconds, slowestMs };
}

async function bytesARow({ owner }: Database): Promise<string> {
  const { rows } = await owner.query<{ sizes: string }>(
    `select string_agg(round(size / (select count(*) from tricost.llm_calls_p2026_03))::text, ' + ' order by kind, size) as sizes
     from (
       select 0 as kind, pg_table_size('tricost.llm_calls_p2026_03')::numeric as size
       union all
       select 1, pg_relation_size(indexrelid)::numeric from pg_index
       where indrelid = 'tricost.llm_calls_p2026_03'::regclass
     ) as parts`,
  );
  return rows[0]?.sizes ?? '';
}
