/** Computes the rollups again where calls have changed: docs/decisions/0026-rollups-exact-at-any-instant.md. */
import type { ClientBase } from 'pg';
import { isLockBusy } from './sql-state.ts';
import { inTransaction } from './transaction.ts';

/** A second's work at 30 million calls a year. */
export const FOLD_DAYS = 7;

const ALL = 2_147_483_647;

export interface FoldOptions {
  /** At most so many days with marks, the newest first. */
  days: number;
  /** Whether to wait for another fold, or to leave the work to it. */
  wait: boolean;
  /** After which Postgres gives up, and nothing has changed. Default: never. */
  timeoutMs?: number;
}

/**
 * One fold, a transaction of its own.
 *
 * @returns how many days it computed; fewer than asked for: no other has marks. Undefined when another fold is at it
 */
export async function foldSpend(
  client: ClientBase,
  { days, wait, timeoutMs = 0 }: FoldOptions,
): Promise<number | undefined> {
  try {
    return await folding(client, { wait, timeoutMs }, async () => {
      const { rows } = await client.query<{ folded: number }>(
        "select tricost.fold_spend($1, 'infinity') as folded",
        [days],
      );
      return rows[0]?.folded ?? 0;
    });
  } catch (error) {
    if (isLockBusy(error)) return undefined;
    throw error;
  }
}

/**
 * Whatever is marked, as far as there is time: once a day even where no traffic folds, and before many questions are asked.
 *
 * @param remainingMs time that may still be taken
 */
export async function foldAll(client: ClientBase, remainingMs: () => number): Promise<void> {
  let folded: number | undefined = FOLD_DAYS;
  // One that took less leaves only what has come since, which would never end while calls flow.
  while (folded === FOLD_DAYS && remainingMs() > 0) {
    const timeoutMs = Math.ceil(remainingMs());
    folded = await foldSpend(client, { days: FOLD_DAYS, wait: false, timeoutMs });
  }
}

/**
 * Before calls that start before an instant are dropped: what the rollups say of them is right, and stays.
 *
 * @param client as the owner of the schema
 */
export async function freezeRollups(client: ClientBase, before: Date): Promise<void> {
  await folding(client, { wait: true, timeoutMs: 0 }, async () => {
    await client.query('select tricost.fold_spend($1, $2)', [ALL, before]);
    await client.query('update tricost.rollup_state set raw_from = greatest(raw_from, $1)', [
      before,
    ]);
  });
}

/** How many days have marks. */
export async function countMarked(client: ClientBase): Promise<number> {
  const { rows } = await client.query<{ marked: number }>(
    'select count(*)::int as marked from tricost.dirty_days',
  );
  return rows[0]?.marked ?? 0;
}

/**
 * @param zone IANA name
 * @returns whether it was another: all that can be is marked then
 */
export async function setReportingZone(client: ClientBase, zone: string): Promise<boolean> {
  const { rows } = await client.query<{ changed: boolean }>(
    'select tricost.set_reporting_zone($1) as changed',
    [zone],
  );
  return rows[0]?.changed === true;
}

/** Whose days the rollups have: an IANA name. */
export async function readReportingZone(client: ClientBase): Promise<string> {
  const { rows } = await client.query<{ zone: string }>('select zone from reporting.reporting_day');
  return rows[0]?.zone ?? 'UTC';
}

/** @throws Error with what to do, when the rollups have the days of another zone */
export async function requireReportingZone(client: ClientBase, zone: string): Promise<void> {
  const found = await readReportingZone(client);
  if (found === zone) return;
  throw new Error(
    `the rollups have the days of ${found}, and the configuration says ${zone}: deploy again, which changes them`,
  );
}

/** The lock is the first statement: LOCK TABLE waits without a snapshot, so the fold sees all that the one before it did. */
async function folding<Result>(
  client: ClientBase,
  { wait, timeoutMs }: { wait: boolean; timeoutMs: number },
  work: () => Promise<Result>,
): Promise<Result> {
  return inTransaction(
    client,
    async () => {
      // The server's own timeout: the driver's would leave the statement running, and the lock with it.
      await client.query(`set local statement_timeout = ${timeoutMs}`);
      await client.query(`lock table tricost.fold_lock in exclusive mode${wait ? '' : ' nowait'}`);
      return work();
    },
    'repeatable read',
  );
}
