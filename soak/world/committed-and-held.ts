/** Holds ingest where its calls are committed and its answer is not given yet, for as long as a scenario needs. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { SoakStack } from './soak-stack.ts';

/**
 * Ingest writes what the numbered envelopes said after the calls, in a transaction of its own: a lock on that table lets
 * the calls through and nothing after them.
 */
const LOCK = 'lock table tricost.deliveries in share row exclusive mode';
const HELD = `select from pg_stat_activity
  where application_name = 'tricost ingest-calls' and datname = current_database()
    and wait_event_type = 'Lock' and query like '%tricost.deliveries%'`;
const POLL_MS = 20;
const PATIENCE_MS = 60_000;

/**
 * @param publish makes work for ingest
 * @param act runs while at least one invocation is held there
 * @throws Error when none gets there
 */
export async function committedAndHeld<Result>(
  { database }: SoakStack,
  publish: () => Promise<void>,
  act: () => Promise<Result>,
): Promise<Result> {
  return database.withOwner(async (locker) => {
    await locker.query('begin');
    await locker.query(LOCK);
    const countCalls = async (): Promise<number> => {
      const { rows } = await locker.query<{ calls: string }>(
        'select count(*) as calls from tricost.llm_calls',
      );
      return Number(rows[0]?.calls);
    };
    const before = await countCalls();
    await publish();
    const givesUpAt = Date.now() + PATIENCE_MS;
    while ((await locker.query(HELD)).rowCount === 0) {
      // A transaction sees the same sessions until it asks anew.
      await locker.query('select pg_stat_clear_snapshot()');
      if (Date.now() > givesUpAt) throw new Error('ingest wrote no numbered envelope');
      await sleep(POLL_MS);
    }
    // Read committed: this sees what others have committed since.
    if ((await countCalls()) === before) throw new Error('ingest was held before its commit');
    const result = await act();
    await locker.query('rollback');
    return result;
  });
}
