/** Gives rejected events out to be sent again, and takes those that were out of the table. */
import type { ClientBase } from 'pg';
import type { RejectedCall } from '../../domain/ingest-calls/replay.ts';

/** Which rejected events; absent: all. */
export interface RejectedFilter {
  reason?: string;
  messageId?: string;
  /** Received at or after. */
  since?: Date;
  /** Received before. */
  until?: Date;
}

interface Row extends Omit<RejectedCall, 'body'> {
  /** Bytes: what could not be parsed need not be text that Postgres takes. */
  body: Buffer;
  /** As text: a Date has no microseconds, and the page after a truncated moment would begin with the same events. */
  exactReceivedAt: string;
}

const MATCHES = `($1::text is null or reason = $1) and ($2::text is null or message_id = $2)
  and ($3::timestamptz is null or received_at >= $3) and ($4::timestamptz is null or received_at < $4)`;

function valuesOf({ reason, messageId, since, until }: RejectedFilter): unknown[] {
  return [reason, messageId, since, until];
}

/** As many as one request to the queue can take. A body may have 16 MiB. */
const PAGE_ROWS = 10;

/** Pages of them, oldest first. Rows may be deleted on the way. */
export async function* rejectedCalls(
  client: ClientBase,
  filter: RejectedFilter,
): AsyncGenerator<RejectedCall[]> {
  let last: Row | undefined;
  do {
    const { rows } = await client.query<Row>(
      `select message_id as "messageId", event_index as index, reason, detail, body,
         received_at::text as "exactReceivedAt"
       from tricost.rejected_calls
       where ${MATCHES}
         and ($5::timestamptz is null or (received_at, message_id, event_index) > ($5::timestamptz, $6::text, $7::int))
       order by received_at, message_id, event_index
       limit $8`,
      [...valuesOf(filter), last?.exactReceivedAt, last?.messageId, last?.index, PAGE_ROWS],
    );
    if (rows.length > 0) yield rows.map((row) => ({ ...row, body: row.body.toString('utf8') }));
    last = rows.length === PAGE_ROWS ? rows.at(-1) : undefined;
  } while (last !== undefined);
}

export async function countRejectedCalls(
  client: ClientBase,
  filter: RejectedFilter,
): Promise<number> {
  const { rows } = await client.query<{ count: number }>(
    `select count(*)::int from tricost.rejected_calls where ${MATCHES}`,
    valuesOf(filter),
  );
  return rows[0]?.count ?? 0;
}

export async function deleteRejectedCalls(
  client: ClientBase,
  rejected: readonly Pick<RejectedCall, 'messageId' | 'index'>[],
): Promise<void> {
  await client.query(
    `delete from tricost.rejected_calls
     where (message_id, event_index) in (select * from unnest($1::text[], $2::int[]))`,
    [rejected.map(({ messageId }) => messageId), rejected.map(({ index }) => index)],
  );
}
