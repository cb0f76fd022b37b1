-- One row per LLM call. Fixed-width columns first: no padding between them.
create table tricost.llm_calls (
  ts timestamptz not null,
  received_at timestamptz not null default now(),
  event_id uuid not null,
  cost_usd numeric(20, 12) check (cost_usd >= 0),
  input_tokens int check (input_tokens >= 0),
  output_tokens int check (output_tokens >= 0),
  cache_read_tokens int check (cache_read_tokens >= 0),
  cache_write_5m_tokens int check (cache_write_5m_tokens >= 0),
  cache_write_1h_tokens int check (cache_write_1h_tokens >= 0),
  reasoning_tokens int check (reasoning_tokens >= 0),
  audio_input_tokens int check (audio_input_tokens >= 0),
  audio_output_tokens int check (audio_output_tokens >= 0),
  image_input_tokens int check (image_input_tokens >= 0),
  web_searches int check (web_searches >= 0),
  prompt_version int check (prompt_version > 0),
  latency_ms int check (latency_ms >= 0),
  ttft_ms int check (ttft_ms >= 0),
  attempt smallint check (attempt > 0),
  cache_hit boolean,
  batch boolean,
  stream boolean,
  user_id text not null,
  feature text not null,
  prompt_id text not null,
  prompt_name text,
  provider text not null,
  model text not null,
  status text not null check (status in ('ok', 'error', 'aborted', 'timeout', 'abandoned')),
  price_status text not null check (price_status in ('priced', 'provider', 'unpriced', 'no_usage')),
  usage_source text check (usage_source in ('provider', 'partial', 'estimated')),
  service_tier text,
  response_id text,
  trace_id text,
  user_tier text,
  environment text,
  service text,
  tags jsonb,
  extra jsonb,
  usage_raw jsonb,
  flags text[],
  -- ts first: it is the partition key, the time index, and gives every kind of id locality.
  primary key (ts, event_id),
  -- A cost exists exactly when somebody priced the call: unknown is NULL, never 0.
  check ((cost_usd is not null) = (price_status in ('priced', 'provider')))
) partition by range (ts);

create index llm_calls_user_id_ts_idx on tricost.llm_calls (user_id, ts);

comment on table tricost.llm_calls is 'One row per LLM call, one partition per UTC month. No DEFAULT partition: one row in it blocks creating its month.';
comment on column tricost.llm_calls.ts is 'When the request started, fixed by the producer, to the millisecond.';
comment on column tricost.llm_calls.received_at is 'When the row was written.';
comment on column tricost.llm_calls.cost_usd is 'US dollars, exact to 12 decimals. NULL: not priced, which is not zero.';
comment on column tricost.llm_calls.input_tokens is 'All input tokens, cache reads and writes included. NULL: unknown.';
comment on column tricost.llm_calls.output_tokens is 'All output tokens, reasoning included. NULL: unknown.';
comment on column tricost.llm_calls.price_status is 'priced: from the price catalogue. provider: the cost the event stated. unpriced: usage known, no price. no_usage: a call that did not end ok and reported no usage.';
comment on column tricost.llm_calls.usage_raw is 'The provider''s usage object, kept only where it contradicts itself (flag usage_mismatch).';
comment on column tricost.llm_calls.flags is 'What ingest had to do to keep the call; see docs/reference/event-contract.md.';

grant insert, select on tricost.llm_calls to tricost_ingest;

-- The bounds are read back from the catalogue, so that no second list can disagree with it.
create view tricost.llm_calls_partitions as
select
  child.oid as partition_oid,
  child.relname::text as name,
  substring(pg_get_expr(child.relpartbound, child.oid) from $re$FROM \('([^']+)'\)$re$)::timestamptz as starts_at,
  substring(pg_get_expr(child.relpartbound, child.oid) from $re$TO \('([^']+)'\)$re$)::timestamptz as ends_at,
  inhdetachpending as detach_pending
from pg_catalog.pg_inherits
join pg_catalog.pg_class as child on child.oid = inhrelid
where inhparent = 'tricost.llm_calls'::regclass;

comment on view tricost.llm_calls_partitions is 'The attached partitions of llm_calls: half-open [starts_at, ends_at).';
grant select on tricost.llm_calls_partitions to tricost_ingest;
