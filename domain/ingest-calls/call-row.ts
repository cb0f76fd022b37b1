/** One row of `tricost.llm_calls`, keys as the columns. `null` is unknown, never zero. */
import type { JsonObject } from '../json.ts';

export type CallStatus = 'ok' | 'error' | 'aborted' | 'timeout' | 'abandoned';
export type PriceStatus = 'priced' | 'inferred' | 'provider' | 'unpriced' | 'no_usage';

/** What ingest had to do to keep a call. */
export type CallFlag =
  | 'event_id_missing'
  | 'name_cut'
  | 'tags_cut'
  | 'extra_cut'
  | 'content_removed'
  | 'usage_cut'
  | 'usage_mismatch'
  | 'usage_unread_keys'
  | 'usage_cache_added'
  | 'prompt_overflow';

export interface CallRow {
  /** RFC 3339 in UTC with three decimals. */
  ts: string;
  /** Lower-case UUID. */
  event_id: string;
  user_id: string;
  feature: string;
  prompt_id: string;
  prompt_name: string | null;
  prompt_version: number | null;
  provider: string;
  model: string;
  input_tokens: number | null;
  output_tokens: number | null;
  cache_read_tokens: number | null;
  cache_write_5m_tokens: number | null;
  cache_write_1h_tokens: number | null;
  reasoning_tokens: number | null;
  audio_input_tokens: number | null;
  audio_output_tokens: number | null;
  image_input_tokens: number | null;
  web_searches: number | null;
  /** Decimal string with twelve decimals, US dollars. */
  cost_usd: string | null;
  /** Ours, where `cost_usd` is what the provider stated. Decimal string. */
  computed_cost_usd: string | null;
  /** The prices that the call, or what we computed beside the provider's, was priced with. */
  price_ids: number[];
  price_status: PriceStatus;
  usage_source: 'provider' | 'partial' | 'estimated' | null;
  cache_hit: boolean | null;
  service_tier: string | null;
  region: string | null;
  batch: boolean | null;
  status: CallStatus;
  latency_ms: number | null;
  ttft_ms: number | null;
  stream: boolean | null;
  attempt: number | null;
  response_id: string | null;
  trace_id: string | null;
  user_tier: string | null;
  environment: string | null;
  service: string | null;
  tags: JsonObject | null;
  extra: JsonObject | null;
  usage_raw: JsonObject | null;
  flags: CallFlag[];
}

export const UNTAGGED_FEATURE = '(untagged)';
export const NONE = '(none)';
export const MANY_PROMPTS = '(many)';
