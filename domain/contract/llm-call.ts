/* Generated from llm-call.v1.schema.json by scripts/generate-contract.ts. Do not edit. */

/**
 * One LLM call, as a publisher sends it. Names follow OpenTelemetry GenAI. Additive only within v1. Optional fields may be null, which means absent; absent means unknown, never zero. Fields not named here are kept in `extra` (at most 2 kB); prompt and completion text is never stored.
 */
export interface LlmCall {
  /**
   * Contract version. Any other value is rejected.
   */
  v?: 1 | null;
  /**
   * UUID of this call, fixed by the producer before the first send (UUIDv7 advised; bridges derive it deterministically). With `ts` it makes redelivery harmless. Missing: derived from the SQS message id and the position, and flagged `event_id_missing`.
   */
  event_id?: string | null;
  /**
   * When the request started, RFC 3339 with an offset; kept to the millisecond (truncated). Fixed by the producer and repeated unchanged on every retry: never the time of receipt.
   */
  ts: string;
  /**
   * Who caused the call, in your own ids. Missing: `(none)`.
   */
  user_id?: string | null;
  /**
   * The product feature that made the call, for example `support.reply`. Missing: `(untagged)`.
   */
  feature?: string | null;
  /**
   * Hash of the prompt template (what the developer controls, never the rendered text), for example `p_890e018c7a95ad5b`. Missing: `(none)`.
   */
  prompt_id?: string | null;
  /**
   * Stable name of the prompt family whose versions are numbered 1, 2, 3 per feature in order of first arrival.
   */
  prompt_name?: string | null;
  /**
   * Who served the call: `openai`, `anthropic`, `google`, `aws`, `azure`, … (OpenTelemetry `gen_ai.provider.name` values are understood). Missing: `(none)`, and the call is unpriced.
   */
  provider?: string | null;
  /**
   * The model that answered (not the one asked for).
   */
  model: string;
  /**
   * Token counts in one inclusive shape. An object with a provider's own keys here is read as `usage_raw`.
   */
  usage?: {
    /**
     * All input tokens, cache reads and cache writes included.
     */
    input_tokens?: number | null;
    /**
     * All output tokens, reasoning included.
     */
    output_tokens?: number | null;
    /**
     * Part of `input_tokens` read from the provider's prompt cache.
     */
    cache_read_tokens?: number | null;
    /**
     * Part of `input_tokens` written to a cache of five minutes, or of the provider's only lifetime.
     */
    cache_write_5m_tokens?: number | null;
    /**
     * Part of `input_tokens` written to a cache of one hour.
     */
    cache_write_1h_tokens?: number | null;
    /**
     * Part of `output_tokens` spent on reasoning.
     */
    reasoning_tokens?: number | null;
    /**
     * Part of `input_tokens` that is audio.
     */
    audio_input_tokens?: number | null;
    /**
     * Part of `output_tokens` that is audio.
     */
    audio_output_tokens?: number | null;
    /**
     * Part of `input_tokens` that is images.
     */
    image_input_tokens?: number | null;
    /**
     * Web searches the provider ran and bills, in requests.
     */
    web_searches?: number | null;
    [k: string]: unknown;
  } | null;
  /**
   * The provider's own usage object, unchanged; ingest reads it, so other languages need no mapping. Wins over `usage`.
   */
  usage_raw?: {
    [k: string]: unknown;
  } | null;
  /**
   * Where the counts come from: the provider's answer, a part of it (an interrupted stream), or an estimate. Absent: `partial` when the call did not end ok and its input or output is not counted.
   */
  usage_source?: 'provider' | 'partial' | 'estimated' | null;
  /**
   * What the provider said this call cost, in US dollars, as a decimal string (exact) or a number. Normally absent: ingest prices the call.
   */
  cost_usd?: string | number | null;
  /**
   * Whether the provider's prompt cache was hit. Absent: true when `cache_read_tokens` is above zero.
   */
  cache_hit?: boolean | null;
  /**
   * The tier that served the call, as the response names it (never the requested one).
   */
  service_tier?: string | null;
  /**
   * Where the provider says that it served the call, in its own words, for example Anthropic's inference_geo. Not where the app runs.
   */
  region?: string | null;
  /**
   * Whether the call went through the provider's batch API.
   */
  batch?: boolean | null;
  /**
   * How the call ended. Absent: `ok`.
   */
  status?: 'ok' | 'error' | 'aborted' | 'timeout' | 'abandoned' | null;
  /**
   * Milliseconds from request start to the end of the response; fractions are rounded.
   */
  latency_ms?: number | null;
  /**
   * Milliseconds from request start to the first token.
   */
  ttft_ms?: number | null;
  /**
   * Whether the response was streamed.
   */
  stream?: boolean | null;
  /**
   * 1 for the first attempt, 2 for the first retry, …: each attempt is a call.
   */
  attempt?: number | null;
  /**
   * The provider's id of the response.
   */
  response_id?: string | null;
  /**
   * Trace this call belongs to.
   */
  trace_id?: string | null;
  /**
   * The user's plan, for example `free` or `pro`.
   */
  user_tier?: string | null;
  /**
   * Deployment environment, for example `production`.
   */
  environment?: string | null;
  /**
   * The service that made the call.
   */
  service?: string | null;
  /**
   * At most 10 short pairs of your own; more, or longer than 64 characters, are cut and flagged `tags_cut`.
   */
  tags?: {
    [k: string]: string | number | boolean | null;
  } | null;
  [k: string]: unknown;
}
