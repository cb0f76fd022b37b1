/** What a concurrent writer notices while the retention job drops a full month. */
import { setTimeout as sleep } from 'node:timers/promises';
import { connect } from '../../adapters/postgres/connect.ts';
import { retirePartitions } from '../../adapters/postgres/create-partitions.ts';
import { type Database, instantOf, MONTH_START } from './database.ts';
import { plannedCall, write } from './writer.ts';

const BATCH = 100;
const CALM_MS = 5_000;
/** The April after the month that is dropped. */
const NOW = new Date('2026-04-15T00:00:00Z');

export async function measureRetention(database: Database): Promise<void> {
  const open = (applicationName: string) =>
    connect({ connectionString: database.url, applicationName });
  const [writer, observer] = [await open('writer'), await open('observer')];
  const { rows } = await observer.query<{ size: string }>(
    "select pg_size_pretty(pg_total_relation_size('tricost.llm_calls_p2026_03')) as size",
  );
  const latencies: { at: number; ms: number }[] = [];
  let waits = 0;
  let done = false;

  const writing = (async () => {
    for (let number = 2e9; !done; number += BATCH) {
      const calls = Array.from({ length: BATCH }, (_, row) =>
        plannedCall(number + row, new Date(NOW.getTime() + (number - 2e9 + row) * 5)),
      );
      const at = performance.now();
      await write(writer, calls);
      latencies.push({ at, ms: performance.now() - at });
    }
  })();
  const observing = (async () => {
    while (!done) {
      const { rowCount } = await observer.query(
        "select from pg_stat_activity where application_name = 'writer' and wait_event_type = 'Lock'",
      );
      waits += rowCount ?? 0;
      await sleep(2);
    }
  })();

  await sleep(CALM_MS);
  const start = performance.now();
  const dropped = await retirePartitions(database.owner, NOW, 0);
  const end = performance.now();
  await sleep(1_000);
  done = true;
  await Promise.all([writing, observing]);
  await Promise.all([writer.end(), observer.end()]);

  const before = latencies.filter(({ at }) => at < start).map(({ ms }) => ms);
  const during = latencies
    .filter(({ at, ms }) => at + ms >= start && at <= end)
    .map(({ ms }) => ms);
  console.log(
    `\nRetention drops ${dropped.join(' and ')} (${rows[0]?.size}, from ${instantOf(0, 1).toISOString().slice(0, 7)}) while one writer goes on in ${NOW.toISOString().slice(0, 7)}
  drop: ${(end - start).toFixed(0)} ms
  writer's batches of ${BATCH} before: ${summary(before)}
  writer's batches of ${BATCH} during: ${summary(during)}
  times the writer was seen waiting for a lock, looking every 2 ms: ${waits}`,
  );
  if (!dropped.some((name) => name.includes('2026_03'))) {
    throw new Error(`the month of ${MONTH_START.toISOString()} is still there`);
  }
}

function summary(ms: number[]): string {
  const sorted = ms.toSorted((a, b) => a - b);
  const at = (share: number) => (sorted[Math.floor(share * (sorted.length - 1))] ?? 0).toFixed(1);
  return `${ms.length}, median ${at(0.5)} ms, slowest ${at(1)} ms`;
}
