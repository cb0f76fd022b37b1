/** Finds a call by its id alone, which the key (ts, event_id) does not lead to: only a stretch of time makes it cheap. */
import type { ClientBase } from 'pg';
import type { CallRow } from '../../domain/ingest-calls/call-row.ts';
import type { StoredCall } from '../../domain/pricing/stored-call.ts';

export type FoundCall = StoredCall & { received_at: Date } & Pick<
    CallRow,
    | 'event_id'
    | 'feature'
    | 'user_id'
    | 'prompt_id'
    | 'prompt_name'
    | 'prompt_version'
    | 'status'
    | 'usage_source'
    | 'response_id'
    | 'trace_id'
  >;

export interface Stretch {
  /** Inclusive. */
  from: Date;
  /** Exclusive. */
  until: Date;
}

/** Every call of that id that began in the stretch, newest first. */
export async function findCalls(
  client: ClientBase,
  eventId: string,
  { from, until }: Stretch,
): Promise<FoundCall[]> {
  const { rows } = await client.query<FoundCall>(
    `select ts, received_at, event_id, feature, user_id, prompt_id, prompt_name, prompt_version, provider, model, status,
       input_tokens, output_tokens, cache_read_tokens, cache_write_5m_tokens, cache_write_1h_tokens, reasoning_tokens,
       audio_input_tokens, audio_output_tokens, image_input_tokens, web_searches,
       cost_usd, computed_cost_usd, price_status, price_ids, usage_source, usage_raw, coalesce(flags, '{}') as flags,
       service_tier, region, batch, response_id, trace_id
     from tricost.llm_calls
     where event_id = $1 and ts >= $2 and ts < $3
     order by ts desc`,
    [eventId, from, until],
  );
  return rows;
}
