create view reporting.llm_calls as
select
  ts, user_id, feature, prompt_id, prompt_version, prompt_name, provider, model,
  input_tokens, output_tokens, cost_usd, cache_hit, latency_ms,
  cache_read_tokens, cache_write_5m_tokens, cache_write_1h_tokens, reasoning_tokens,
  audio_input_tokens, audio_output_tokens, image_input_tokens, web_searches,
  status, price_status, usage_source, service_tier, batch, stream, attempt, ttft_ms,
  environment, service, user_tier, response_id, trace_id, tags, extra, flags, event_id, received_at
from tricost.llm_calls;
comment on view reporting.llm_calls is 'One row per LLM call. cost_usd is NULL where the call could not be priced.';

create view reporting.prompt_versions as
select feature, nullif(prompt_name, '') as prompt_name, prompt_id, version, first_seen_at
from tricost.prompt_versions;
comment on view reporting.prompt_versions is 'Which prompt hash is which version of a feature''s prompt, and when it was first seen.';

create view reporting.rejected_calls as
select message_id, event_index, received_at, reason, detail
from tricost.rejected_calls;
comment on view reporting.rejected_calls is 'Events that ingest refused, with the reason, for 30 days. Bodies stay private: they may hold anything.';

-- Bounded, so that it stays cheap as history grows; by the newest call rather than the clock, so that imports count too.
create view reporting.reused_event_ids as
with recent as (
  select ts, event_id from tricost.llm_calls
  where ts > (select max(ts) from tricost.llm_calls) - interval '35 days'
)
select (ts at time zone 'UTC')::date as day, count(*) as calls
from recent as later
where exists (
  select from recent as earlier
  where earlier.event_id = later.event_id and earlier.ts < later.ts
)
group by 1;
comment on view reporting.reused_event_ids is 'Per UTC day, calls whose event_id an earlier call with another ts already used: a producer that changes ts on retry is counted twice. Both calls within the 35 days up to the newest call.';

create view reporting.alerts as
select local_date, feature, rule, previous_usd, current_usd, change_ratio, details, created_at
from tricost.alerts;
comment on view reporting.alerts is 'Every spend alert, with the numbers it was decided on.';

create view reporting.notifications as
select id, created_at, dedupe_key, attempts, last_attempt_at, next_attempt_at, last_error, delivered_at, failed_at,
  case
    when delivered_at is not null then 'delivered'
    when failed_at is not null then 'failed'
    else 'pending'
  end as state
from tricost.outbox;
comment on view reporting.notifications is 'Slack messages and whether they arrived.';

grant select on all tables in schema reporting to tricost_readonly, tricost_ingest;
