/** Keeps refused events, with their reason, where an operator can look at them and replay them. */
import type { ClientBase } from 'pg';
import { compare } from '../../domain/compare.ts';
import type { PlannedRejection } from '../../domain/ingest-calls/plan-batch.ts';
import { retryConflicts } from './retry-conflicts.ts';

/** @returns how many are new: a redelivered message adds none */
export async function insertRejectedCalls(
  client: ClientBase,
  rejections: readonly PlannedRejection[],
): Promise<number> {
  if (rejections.length === 0) return 0;
  // In the order of the key: writers that were delivered the same messages cannot deadlock.
  const sorted = [...rejections].sort(
    (a, b) => compare(a.messageId, b.messageId) || a.index - b.index,
  );
  const { rowCount } = await retryConflicts(() =>
    client.query(
      `insert into tricost.rejected_calls (message_id, event_index, reason, detail, body)
       select * from unnest($1::text[], $2::int[], $3::text[], $4::text[], $5::bytea[])
       on conflict do nothing`,
      [
        sorted.map(({ messageId }) => messageId),
        sorted.map(({ index }) => index),
        sorted.map(({ reason }) => reason),
        sorted.map(({ detail }) => detail),
        sorted.map(({ body }) => Buffer.from(body, 'utf8')),
      ],
    ),
  );
  return rowCount ?? 0;
}
