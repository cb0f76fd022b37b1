/** Keeps refused events, with their reason, where an operator can look at them and replay them. */
import type { ClientBase } from 'pg';
import type { PlannedRejection } from '../../domain/ingest-calls/plan-batch.ts';

/** @returns how many are new: a redelivered message adds none */
export async function insertRejectedCalls(
  client: ClientBase,
  rejections: readonly PlannedRejection[],
): Promise<number> {
  if (rejections.length === 0) return 0;
  const { rowCount } = await client.query(
    `insert into tricost.rejected_calls (message_id, event_index, reason, detail, body)
     select * from unnest($1::text[], $2::int[], $3::text[], $4::text[], $5::bytea[])
     on conflict do nothing`,
    [
      rejections.map(({ messageId }) => messageId),
      rejections.map(({ index }) => index),
      rejections.map(({ reason }) => reason),
      rejections.map(({ detail }) => detail),
      rejections.map(({ body }) => Buffer.from(body, 'utf8')),
    ],
  );
  return rowCount ?? 0;
}
