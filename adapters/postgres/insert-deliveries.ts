/** Notes which numbered envelopes arrived, so that a missing one can be seen. */
import type { ClientBase } from 'pg';
import { compare } from '../../domain/compare.ts';
import type { PlannedDelivery } from '../../domain/ingest-calls/plan-batch.ts';
import { retryConflicts } from './retry-conflicts.ts';

export async function insertDeliveries(
  client: ClientBase,
  deliveries: readonly PlannedDelivery[],
): Promise<void> {
  if (deliveries.length === 0) return;
  // In the order of the key: writers that were delivered the same messages cannot deadlock.
  const sorted = [...deliveries].sort(
    (a, b) => compare(a.producerId, b.producerId) || a.sequence - b.sequence,
  );
  await retryConflicts(() =>
    client.query(
      `insert into tricost.deliveries
         (producer_id, sequence, message_id, events, dropped, first_ts, last_ts)
       select * from unnest($1::text[], $2::bigint[], $3::text[], $4::int[], $5::int[],
         $6::timestamptz[], $7::timestamptz[])
       on conflict do nothing`,
      [
        sorted.map(({ producerId }) => producerId),
        sorted.map(({ sequence }) => sequence),
        sorted.map(({ messageId }) => messageId),
        sorted.map(({ events }) => events),
        sorted.map(({ dropped }) => dropped),
        sorted.map(({ firstTs }) => firstTs),
        sorted.map(({ lastTs }) => lastTs),
      ],
    ),
  );
}
