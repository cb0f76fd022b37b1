/** What waits for Slack, what ingest refused and what did not reach it, as an operator asks for it. */
import type { ClientBase } from 'pg';
import type { OutboxFacts } from '../../domain/doctor/judge-messages.ts';
import type { LateDeliveryFacts, RejectedFacts } from '../../domain/doctor/judge-stack.ts';

export async function inspectOutbox(client: ClientBase): Promise<OutboxFacts> {
  const { rows } = await client.query<OutboxFacts>(
    `select count(*) filter (where failed_at is null)::int as pending,
       -- One that was not to be sent yet is late from then on.
       min(case when attempts = 0 then greatest(created_at, next_attempt_at) else created_at end)
         filter (where failed_at is null) as "oldestPendingAt",
       count(*) filter (where failed_at is not null)::int as failed,
       (array_agg(last_error order by last_attempt_at desc) filter (where last_error is not null))[1] as "lastError"
     from tricost.outbox where delivered_at is null`,
  );
  return rows[0] ?? { pending: 0, oldestPendingAt: null, failed: 0, lastError: null };
}

/** Of the day before `now`, the most frequent reason first. */
export async function inspectRejectedCalls(
  client: ClientBase,
  now: Date,
): Promise<RejectedFacts[]> {
  const { rows } = await client.query<RejectedFacts>(
    `select reason, count(*)::int as count from tricost.rejected_calls
     where received_at > $1::timestamptz - interval '1 day' group by reason order by count desc, reason`,
    [now],
  );
  return rows;
}

/** Of the 35 days that deliveries are kept. */
export async function inspectLateDeliveries(client: ClientBase): Promise<LateDeliveryFacts> {
  const { rows } = await client.query<LateDeliveryFacts>(
    `select coalesce(sum(missing_envelopes), 0)::float8 as envelopes, count(distinct producer_id)::int as producers,
       max(hour) as "latestAt"
     from reporting.delivery_gaps`,
  );
  return rows[0] ?? { envelopes: 0, producers: 0, latestAt: null };
}
