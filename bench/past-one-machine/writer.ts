/** Calls as ingest plans them, written by ingest's own statement. */
import { createHash } from 'node:crypto';
import type { Client } from 'pg';
import { insertCalls } from '../../adapters/postgres/insert-calls.ts';
import type { CallRow } from '../../domain/ingest-calls/call-row.ts';
import type { PlannedCall } from '../../domain/ingest-calls/plan-batch.ts';

const UNKNOWN = {
  prompt_name: null,
  cache_read_tokens: null,
  cache_write_5m_tokens: null,
  cache_write_1h_tokens: null,
  reasoning_tokens: null,
  audio_input_tokens: null,
  audio_output_tokens: null,
  image_input_tokens: null,
  web_searches: null,
  usage_source: null,
  cache_hit: null,
  service_tier: null,
  batch: null,
  ttft_ms: null,
  stream: null,
  attempt: null,
  region: null,
  computed_cost_usd: null,
  response_id: null,
  trace_id: null,
  user_tier: null,
  environment: null,
  service: null,
  tags: null,
  extra: null,
  usage_raw: null,
} as const;

/** @param number makes the event's id, so equal numbers are duplicates */
export function plannedCall(number: number, ts: Date): PlannedCall {
  const id = createHash('md5').update(`written ${number}`).digest('hex');
  const row: CallRow = {
    ...UNKNOWN,
    ts: ts.toISOString(),
    event_id: id.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5'),
    user_id: `u_${(number * 7_919) % 200_000}`,
    feature: `feature.${number % 40}`,
    prompt_id: `p_${number % 520}`,
    prompt_version: 1,
    provider: 'openai',
    model: `model-${number % 12}`,
    input_tokens: number % 5_000,
    output_tokens: number % 700,
    cost_usd: ((number % 1_000_003) / 1e7).toFixed(12),
    price_status: 'priced',
    status: 'ok',
    latency_ms: number % 3_000,
    flags: [],
    price_ids: [],
  };
  return { row, messageId: '', index: 0 };
}

/** @throws Error unless every call was new */
export async function write(client: Client, calls: PlannedCall[]): Promise<void> {
  const { stored, failure } = await insertCalls(client, calls);
  if (stored !== calls.length) throw new Error(`${stored} of ${calls.length} stored: ${failure}`);
}
