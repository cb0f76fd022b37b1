/** Notes which numbered envelopes arrived, so that a missing one can be seen. */
import type { ClientBase } from 'pg';
import type { PlannedDelivery } from '../../domain/ingest-calls/plan-batch.ts';

export async function insertDeliveries(
  client: ClientBase,
  deliveries: readonly PlannedDelivery[],
): Promise<void> {
  if (deliveries.length === 0) return;
  await client.query(
    `insert into tricost.deliveries
       (producer_id, sequence, message_id, events, dropped, first_ts, last_ts)
     select * from unnest($1::text[], $2::bigint[], $3::text[], $4::int[], $5::int[],
       $6::timestamptz[], $7::timestamptz[])
     on conflict do nothing`,
    [
      deliveries.map(({ producerId }) => producerId),
      deliveries.map(({ sequence }) => sequence),
      deliveries.map(({ messageId }) => messageId),
      deliveries.map(({ events }) => events),
      deliveries.map(({ dropped }) => dropped),
      deliveries.map(({ firstTs }) => firstTs),
      deliveries.map(({ lastTs }) => lastTs),
    ],
  );
}
