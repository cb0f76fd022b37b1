/** The newest calls, for a person who watches. */
import type { ClientBase } from 'pg';
import type { CallRow } from '../../domain/ingest-calls/call-row.ts';

export type TailedCall = { ts: Date; received_at: Date } & Pick<
  CallRow,
  | 'cost_usd'
  | 'event_id'
  | 'feature'
  | 'input_tokens'
  | 'model'
  | 'output_tokens'
  | 'price_status'
  | 'prompt_version'
  | 'status'
  | 'user_id'
>;

const LIMIT = 1_000;

/** Calls received since a moment, oldest first. Only those that started within the last day: `ts` has the index. */
export async function callsReceivedSince(client: ClientBase, since: Date): Promise<TailedCall[]> {
  const { rows } = await client.query<TailedCall>(
    `select ts, received_at, event_id, feature, user_id, prompt_version, model, input_tokens, output_tokens,
       cost_usd, price_status, status
     from reporting.llm_calls
     where ts >= now() - interval '1 day' and received_at >= $1
     order by received_at, ts
     limit $2`,
    [since, LIMIT],
  );
  return rows;
}
