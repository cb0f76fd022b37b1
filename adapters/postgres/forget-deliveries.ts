/** Deletes what producers said about deliveries too old for anybody to ask after. */
import type { ClientBase } from 'pg';

/** A gap in a producer's sequence counts as a loss after a day; a month of them tells a bad week from a bad deploy. */
const KEPT_DAYS = 35;

/**
 * The last number of what is old stays while its producer sends: without it, a producer's first number that is kept would
 * look like the first that arrived.
 *
 * @returns how many were deleted
 */
export async function forgetDeliveries(client: ClientBase, now: Date): Promise<number> {
  const { rowCount } = await client.query(
    `delete from tricost.deliveries as d
     using (
       select producer_id, max(received_at) as last_received_at,
         max(sequence) filter (where received_at < $1::timestamptz - make_interval(days => $2)) as last_old
       from tricost.deliveries group by producer_id
     ) as producer
     where d.producer_id = producer.producer_id and d.received_at < $1::timestamptz - make_interval(days => $2)
       and (d.sequence < producer.last_old
         or producer.last_received_at < $1::timestamptz - make_interval(days => $2))`,
    [now, KEPT_DAYS],
  );
  return rowCount ?? 0;
}
