/** Deletes refused events that nobody replayed in time. */
import type { ClientBase } from 'pg';

const KEPT_DAYS = 30;

/** @returns how many were deleted */
export async function forgetRejectedCalls(client: ClientBase, now: Date): Promise<number> {
  const { rowCount } = await client.query(
    'delete from tricost.rejected_calls where received_at < $1::timestamptz - make_interval(days => $2)',
    [now, KEPT_DAYS],
  );
  return rowCount ?? 0;
}
