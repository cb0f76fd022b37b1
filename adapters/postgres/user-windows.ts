/** The snapshot of the costliest users: docs/decisions/0030-windows-and-the-costliest-users.md. */
import type { ClientBase } from 'pg';
import { isLockBusy } from './sql-state.ts';
import { inTransaction } from './transaction.ts';

export interface RefreshOptions {
  /** Left alone when it is younger. */
  atMostEverySeconds: number;
  /** After which Postgres gives up, and nothing has changed. Default: never. */
  timeoutMs?: number;
}

/**
 * Makes it again, where calls before today have changed since.
 *
 * @returns whether it did: not when it is exact, or too young, or another does it now
 */
export async function refreshUserWindows(
  client: ClientBase,
  { atMostEverySeconds, timeoutMs = 0 }: RefreshOptions,
): Promise<boolean> {
  try {
    return await inTransaction(client, async () => {
      await client.query(`set local statement_timeout = ${timeoutMs}`);
      const { rows } = await client.query<{ refreshed: boolean }>(
        `select tricost.refresh_user_windows($1 * interval '1 second') as refreshed`,
        [atMostEverySeconds],
      );
      return rows[0]?.refreshed === true;
    });
  } catch (error) {
    if (isLockBusy(error)) return false;
    throw error;
  }
}

/** Rows that name the user go, with the pseudonym of an interrupted run where that must go, too. */
export async function forgetInUserWindows(
  client: ClientBase,
  userIds: readonly string[],
): Promise<void> {
  await client.query('delete from tricost.user_windows where user_id = any ($1)', [userIds]);
}
