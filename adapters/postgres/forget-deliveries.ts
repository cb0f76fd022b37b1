/** Deletes what producers said about deliveries too old for anybody to ask after. */
import type { ClientBase } from 'pg';

/** A gap in a producer's sequence counts as a loss after a day; a month of them tells a bad week from a bad deploy. */
const KEPT_DAYS = 35;

/** @returns how many were deleted */
export async function forgetDeliveries(client: ClientBase, now: Date): Promise<number> {
  const { rowCount } = await client.query(
    'delete from tricost.deliveries where received_at < $1::timestamptz - make_interval(days => $2)',
    [now, KEPT_DAYS],
  );
  return rowCount ?? 0;
}
