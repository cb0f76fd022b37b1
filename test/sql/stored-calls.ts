/** Rows of llm_calls for tests of what reads them. */
import { randomUUID } from 'node:crypto';
import type pg from 'pg';

export interface StoredCall {
  ts: Date | string;
  feature?: string;
  user_id?: string;
  prompt_id?: string;
  prompt_name?: string | null;
  prompt_version?: number | null;
  model?: string;
  /** Absent: one dollar. null: unpriced. */
  usd?: string | null;
  status?: 'ok' | 'error';
  input_tokens?: number | null;
  output_tokens?: number | null;
}

export async function storeCalls(client: pg.ClientBase, calls: StoredCall[]): Promise<void> {
  const rows = calls.map(({ usd = '1', ts, ...call }) => ({
    ts: new Date(ts).toISOString(),
    event_id: randomUUID(),
    feature: 'f',
    user_id: 'u',
    prompt_id: 'p',
    prompt_name: null,
    prompt_version: null,
    provider: 'anthropic',
    model: 'claude-sonnet-5',
    status: 'ok',
    input_tokens: 100,
    output_tokens: 10,
    cost_usd: usd,
    price_status: usd !== null ? 'priced' : call.status === 'error' ? 'no_usage' : 'unpriced',
    ...call,
  }));
  await client.query(
    `insert into tricost.llm_calls (ts, event_id, feature, user_id, prompt_id, prompt_name, prompt_version, provider,
       model, status, input_tokens, output_tokens, cost_usd, price_status)
     select ts, event_id, feature, user_id, prompt_id, prompt_name, prompt_version, provider,
       model, status, input_tokens, output_tokens, cost_usd, price_status
     from jsonb_populate_recordset(null::tricost.llm_calls, $1::jsonb)`,
    [JSON.stringify(rows)],
  );
}
