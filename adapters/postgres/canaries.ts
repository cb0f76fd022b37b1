/** When canaries were sent and when they arrived, both by the database's clock. */
import type { ClientBase } from 'pg';
import { CANARY_PRODUCER } from '../../domain/canary.ts';

/** As long as the deliveries that they are compared with. */
const KEPT_DAYS = 35;

export interface SentCanary {
  sequence: number;
  /** From sending to storing; null: it has not arrived. */
  lagMs: number | null;
}

/** Notes that the canary is sent now; one that was sent before keeps its first moment. */
export async function noteCanary(client: ClientBase, sequence: number): Promise<void> {
  await client.query('insert into tricost.canaries (sequence) values ($1) on conflict do nothing', [
    sequence,
  ]);
}

/**
 * The last one before `sequence` that can be judged: it has arrived, or had its quarter of an hour, less the minute by which
 * a schedule may be late. None when none was sent within the last hour: a canary that was off tells nothing.
 */
export async function previousCanary(
  client: ClientBase,
  sequence: number,
): Promise<SentCanary | undefined> {
  const { rows } = await client.query<SentCanary>(
    `select sent.sequence::float8 as sequence,
       (extract(epoch from arrived.received_at - sent.sent_at) * 1000)::float8 as "lagMs"
     from tricost.canaries as sent
     left join tricost.deliveries as arrived
       on arrived.producer_id = $2 and arrived.sequence = sent.sequence
     where sent.sequence < $1 and sent.sent_at > now() - interval '1 hour'
       and (arrived.sequence is not null or sent.sent_at <= now() - interval '14 minutes')
     -- Sent by every try of a run: the first one to arrive tells how long it took.
     order by sent.sequence desc, arrived.received_at
     limit 1`,
    [sequence, CANARY_PRODUCER],
  );
  return rows[0];
}

export async function forgetCanaries(client: ClientBase): Promise<void> {
  await client.query(
    'delete from tricost.canaries where sent_at < now() - make_interval(days => $1)',
    [KEPT_DAYS],
  );
}
