/** Notes which numbered envelopes arrived and what became of their events, so that what is missing can be seen. */
import type { ClientBase } from 'pg';
import { compare } from '../../domain/compare.ts';
import { type PlannedDelivery, WHOLE_MESSAGE } from '../../domain/ingest-calls/plan-batch.ts';
import { retryConflicts } from './retry-conflicts.ts';

/** After the rejected events of the same messages: they are counted where they are kept, whichever slice they were in. */
export async function insertDeliveries(
  client: ClientBase,
  deliveries: readonly PlannedDelivery[],
): Promise<void> {
  if (deliveries.length === 0) return;
  // In the order of the key: writers that were delivered the same messages cannot deadlock.
  const sorted = [...deliveries].sort(
    (a, b) =>
      compare(a.producerId, b.producerId) ||
      a.sequence - b.sequence ||
      compare(a.messageId, b.messageId),
  );
  await retryConflicts(() =>
    client.query(
      `insert into tricost.deliveries
         (producer_id, sequence, message_id, events, dropped, first_ts, last_ts, rejected)
       select d.*, (
         -- A message that was rejected as a whole is one row at ${WHOLE_MESSAGE}, in the place of all its events.
         select case when min(r.event_index) = ${WHOLE_MESSAGE} then d.events else count(*) end
         from tricost.rejected_calls as r where r.message_id = d.message_id
       )
       from unnest($1::text[], $2::bigint[], $3::text[], $4::int[], $5::int[],
         $6::timestamptz[], $7::timestamptz[])
         as d (producer_id, sequence, message_id, events, dropped, first_ts, last_ts)
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
