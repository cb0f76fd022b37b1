/** The columns of llm_calls that ingest fills, and their values in the text that Postgres reads. */
import type { CallRow } from '../../domain/ingest-calls/call-row.ts';

export type CallColumn = keyof CallRow;

export const COLUMN_TYPES = {
  ts: 'timestamptz',
  event_id: 'uuid',
  cost_usd: 'numeric',
  computed_cost_usd: 'numeric',
  input_tokens: 'int',
  output_tokens: 'int',
  cache_read_tokens: 'int',
  cache_write_5m_tokens: 'int',
  cache_write_1h_tokens: 'int',
  reasoning_tokens: 'int',
  audio_input_tokens: 'int',
  audio_output_tokens: 'int',
  image_input_tokens: 'int',
  web_searches: 'int',
  prompt_version: 'int',
  latency_ms: 'int',
  ttft_ms: 'int',
  attempt: 'smallint',
  cache_hit: 'boolean',
  batch: 'boolean',
  stream: 'boolean',
  user_id: 'text',
  feature: 'text',
  prompt_id: 'text',
  prompt_name: 'text',
  provider: 'text',
  model: 'text',
  status: 'text',
  price_status: 'text',
  usage_source: 'text',
  service_tier: 'text',
  region: 'text',
  response_id: 'text',
  trace_id: 'text',
  user_tier: 'text',
  environment: 'text',
  service: 'text',
  tags: 'jsonb',
  extra: 'jsonb',
  usage_raw: 'jsonb',
  flags: 'text[]',
  price_ids: 'int[]',
} as const satisfies Record<CallColumn, string>;

const COLUMNS = Object.keys(COLUMN_TYPES) as CallColumn[];

/** Those with a value in some row. Most calls leave half of the columns NULL, and a column left out costs nothing. */
export function filledColumns(rows: readonly CallRow[]): CallColumn[] {
  return COLUMNS.filter((column) => rows.some((row) => !isNull(row, column)));
}

function isNull(row: CallRow, column: CallColumn): boolean {
  const value = row[column];
  return Array.isArray(value) ? value.length === 0 : value === null;
}

/** A value in the type's input syntax, not yet quoted for the statement it goes into. */
export function inputText(row: CallRow, column: CallColumn): string | null {
  const value = row[column];
  if (value === null) return null;
  if (typeof value !== 'object') return String(value);
  if (!Array.isArray(value)) return JSON.stringify(value);
  // Flags are words of our own, and price ids numbers: none needs quoting inside an array.
  return value.length === 0 ? null : `{${value.join(',')}}`;
}
