/** What waits in a lane of the outbox, and how often its messages were tried. */
import type { ClientBase } from 'pg';

export interface OutboxState {
  /** When the oldest message may be tried again; null: at once. Undefined: nothing waits. */
  nextAttemptAt: Date | null | undefined;
  /** Of all its messages, waiting or not. */
  attempts: number;
}

/** @param team null: messages of no team */
export async function outboxState(client: ClientBase, team: string | null): Promise<OutboxState> {
  const { rows } = await client.query<{ waits: boolean; attempts: number; next: Date | null }>(
    `select delivered_at is null and failed_at is null as waits, attempts, next_attempt_at as next
     from tricost.outbox where team is not distinct from $1 order by id`,
    [team],
  );
  return {
    nextAttemptAt: rows.find(({ waits }) => waits)?.next,
    attempts: rows.reduce((sum, { attempts }) => sum + attempts, 0),
  };
}
