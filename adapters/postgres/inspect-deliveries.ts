/** What producers numbered, beside what arrived of it and what lies among the dead letters. */
import type { ClientBase } from 'pg';
import type { DeliveryGap, ProducerAccount } from '../../domain/deliveries/account.ts';
import type { Delivery } from '../../domain/ingest-calls/decode-message.ts';

export interface DeliveryFacts {
  /** Those of which something is missing or doubtful first, then the latest. */
  producers: ProducerAccount[];
  /** Older than a day, without what lies among the dead letters. */
  gaps: DeliveryGap[];
  /** Messages that were rejected before their number could be read, of the 30 days for which they are kept. */
  rejectedUnread: number;
}

/** Dead letters that did not arrive in another message as well. */
const DEAD_LETTERS = `dead_letters as (
    select distinct producer_id, sequence
    from unnest($1::text[], $2::bigint[]) as d (producer_id, sequence)
    where not exists (
      select from tricost.deliveries as a where a.producer_id = d.producer_id and a.sequence = d.sequence
    )
  )`;

/** @param deadLetters what the dead letters say that they are */
export async function inspectDeliveries(
  client: ClientBase,
  deadLetters: readonly Pick<Delivery, 'producerId' | 'sequence'>[],
): Promise<DeliveryFacts> {
  const numbers = [
    deadLetters.map(({ producerId }) => producerId),
    deadLetters.map(({ sequence }) => sequence),
  ];
  const gaps = await client.query<DeliveryGap>(
    `with ${DEAD_LETTERS}
     select producer_id as producer, hour, first_sequence::float8 as "firstSequence", last_sequence::float8 as "lastSequence",
       (missing_envelopes - dead)::float8 as missing
     from reporting.delivery_gaps as gap
     cross join lateral (
       select count(*) as dead from dead_letters as d
       where d.producer_id = gap.producer_id and d.sequence between first_sequence and last_sequence
     ) as found
     where missing_envelopes > dead
     order by hour, producer_id, first_sequence`,
    numbers,
  );
  const producers = await client.query<Omit<ProducerAccount, 'overdue'>>(
    `with ${DEAD_LETTERS}, dead as (
       select producer_id, count(*) as envelopes, min(sequence) as first, max(sequence) as last
       from dead_letters group by producer_id
     ), sent as (
       select producer_id, last_received_at,
         -- Those that nothing else arrived after are known from the dead letters alone.
         coalesce(a.envelopes_sent, 1 - least(dead.first, 1))
           + greatest(coalesce(dead.last, 0) - coalesce(a.last_sequence, 0), 0) as envelopes,
         coalesce(a.envelopes_arrived, 0) as arrived, coalesce(dead.envelopes, 0) as dead_letters,
         coalesce(a.envelopes_repeated, 0) as repeated, coalesce(a.numbers_used_twice, 0) as used_twice,
         coalesce(a.events, 0) as events, coalesce(a.calls_dropped, 0) as dropped,
         case when a.producer_id is null then 0 else a.events_stored end as stored,
         case when a.producer_id is null then 0 else a.events_rejected end as rejected
       from reporting.deliveries as a full join dead using (producer_id)
     )
     select producer_id as producer, last_received_at as "lastReceivedAt", envelopes::float8 as sent, arrived::float8,
       dead_letters::float8 as "deadLetters", (envelopes - arrived - dead_letters)::float8 as missing,
       repeated::float8, used_twice::float8 as "usedTwice", events::float8, stored::float8, rejected::float8, dropped::float8
     from sent
     order by envelopes = arrived and used_twice = 0, last_received_at desc nulls first, producer_id`,
    numbers,
  );
  const rejected = await client.query<{ messages: number }>(
    // One with too many events was read, and has arrived.
    `select count(*)::float8 as messages from reporting.rejected_calls
     where event_index = -1 and reason <> 'too_many_events'`,
  );
  const overdue = new Map<string, number>();
  for (const { producer, missing } of gaps.rows) {
    overdue.set(producer, (overdue.get(producer) ?? 0) + missing);
  }
  return {
    producers: producers.rows.map((row) => ({ ...row, overdue: overdue.get(row.producer) ?? 0 })),
    gaps: gaps.rows,
    rejectedUnread: rejected.rows[0]?.messages ?? 0,
  };
}
