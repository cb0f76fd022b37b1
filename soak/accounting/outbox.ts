/** What waits in the outbox, and how often messages were tried. */
import type { ClientBase } from 'pg';

export interface OutboxState {
  /** When the oldest message may be tried again; null: at once. Undefined: nothing waits. */
  nextAttemptAt: Date | null | undefined;
  /** Of all messages, waiting or not. */
  attempts: number;
}

export async function outboxState(client: ClientBase): Promise<OutboxState> {
  const { rows } = await client.query<{ waits: boolean; attempts: number; next: Date | null }>(
    `select delivered_at is null and failed_at is null as waits, attempts, next_attempt_at as next
     from tricost.outbox order by id`,
  );
  return {
    nextAttemptAt: rows.find(({ waits }) => waits)?.next,
    attempts: rows.reduce((sum, { attempts }) => sum + attempts, 0),
  };
}
