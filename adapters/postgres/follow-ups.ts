/** Alerts that are open, as what is said of them later needs them. */
import type { ClientBase } from 'pg';
import type { AlertState } from '../../domain/spend-alert/state.ts';

export interface Opening {
  /** Of the row with which it opened. */
  id: string;
  feature: string;
  state: AlertState;
  openedAt: Date;
  /** The message that it opened with. */
  outboxId: string;
}

/** Those that opened with a message of their own, and have not ended. */
export async function readOpenings(client: ClientBase, since: Date): Promise<Opening[]> {
  const { rows } = await client.query<Opening>(
    `select opening_id as id, feature, transition as state, opened_at as "openedAt", opening_outbox_id as "outboxId"
     from (select *, count(*) over (partition by opening_outbox_id) as told_with from reporting.alert_states) as alert
     where opening_outbox_id is not null and told_with = 1 and opened_at > $1 order by opening_id`,
    [since],
  );
  return rows;
}
