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
-- Here and not only on the table: a view does not inherit comments, and its readers cannot see the table's.
comment on column reporting.llm_calls.ts is 'When the request started, fixed by the producer, to the millisecond.';
comment on column reporting.llm_calls.user_id is 'Who caused the call, in the app''s own ids. (none): the event named nobody.';
comment on column reporting.llm_calls.feature is 'The product feature that made the call. (untagged): the event named none.';
comment on column reporting.llm_calls.prompt_id is 'Hash of the prompt template. (none): the event had none. (many): the feature has more than 1,000.';
comment on column reporting.llm_calls.prompt_version is '1, 2, 3 and so on per feature and prompt_name, in order of first arrival. NULL: prompt_id is (none) or (many).';
comment on column reporting.llm_calls.prompt_name is 'The prompt''s name, the same in all its versions. NULL: not named.';
comment on column reporting.llm_calls.provider is 'Who served the call: openai, anthropic, google, aws, azure and others. (none): the event named nobody.';
comment on column reporting.llm_calls.model is 'The model that answered, which may be another than the one asked for.';
comment on column reporting.llm_calls.input_tokens is 'All input tokens, cache reads and writes included. NULL: unknown.';
comment on column reporting.llm_calls.output_tokens is 'All output tokens, reasoning included. NULL: unknown.';
comment on column reporting.llm_calls.cost_usd is 'US dollars, exact to 12 decimals. NULL: not priced, which is not zero; price_status says why.';
comment on column reporting.llm_calls.cache_hit is 'Whether the provider''s prompt cache was hit. NULL: unknown.';
comment on column reporting.llm_calls.latency_ms is 'Milliseconds from the start of the request to the end of the response. NULL: unknown.';
comment on column reporting.llm_calls.cache_read_tokens is 'Part of input_tokens read from the provider''s prompt cache. NULL: unknown.';
comment on column reporting.llm_calls.cache_write_5m_tokens is 'Part of input_tokens written to a cache of five minutes, or of the provider''s only lifetime. NULL: unknown.';
comment on column reporting.llm_calls.cache_write_1h_tokens is 'Part of input_tokens written to a cache of one hour. NULL: unknown.';
comment on column reporting.llm_calls.reasoning_tokens is 'Part of output_tokens spent on reasoning. NULL: unknown.';
comment on column reporting.llm_calls.audio_input_tokens is 'Part of input_tokens that is audio. NULL: unknown.';
comment on column reporting.llm_calls.audio_output_tokens is 'Part of output_tokens that is audio. NULL: unknown.';
comment on column reporting.llm_calls.image_input_tokens is 'Part of input_tokens that is images. NULL: unknown.';
comment on column reporting.llm_calls.web_searches is 'Web searches that the provider ran and bills, in requests. NULL: unknown.';
comment on column reporting.llm_calls.status is 'How the call ended: ok, error, aborted, timeout or abandoned.';
comment on column reporting.llm_calls.price_status is 'priced: from the price catalogue. provider: the cost the event stated. unpriced: usage known, no price. no_usage: a call that did not end ok and reported no usage.';
comment on column reporting.llm_calls.usage_source is 'Where the counts come from: provider, partial (an interrupted stream) or estimated. NULL: not said.';
comment on column reporting.llm_calls.service_tier is 'The tier that served the call, as the response named it. NULL: not said, priced as standard.';
comment on column reporting.llm_calls.batch is 'Whether the call went through the provider''s batch API. NULL: not said, priced as no.';
comment on column reporting.llm_calls.stream is 'Whether the response was streamed. NULL: unknown.';
comment on column reporting.llm_calls.attempt is '1 for the first attempt, 2 for the first retry: each attempt is a row. NULL: unknown.';
comment on column reporting.llm_calls.ttft_ms is 'Milliseconds from the start of the request to the first token. NULL: unknown.';
comment on column reporting.llm_calls.environment is 'Deployment environment, for example production. NULL: not said.';
comment on column reporting.llm_calls.service is 'The service that made the call. NULL: not said.';
comment on column reporting.llm_calls.user_tier is 'The user''s plan, for example free or pro. NULL: not said.';
comment on column reporting.llm_calls.response_id is 'The provider''s id of the response. NULL: not said.';
comment on column reporting.llm_calls.trace_id is 'The trace that the call belongs to. NULL: not said.';
comment on column reporting.llm_calls.tags is 'The producer''s own pairs, at most ten short ones. NULL: none.';
comment on column reporting.llm_calls.extra is 'Fields of the event that the contract does not know, up to 2 kB. NULL: none.';
comment on column reporting.llm_calls.flags is 'What ingest had to do to keep the call; each flag is explained in docs/reference/rejections.md.';
comment on column reporting.llm_calls.event_id is 'The call''s id. With ts it is the key: the same pair delivered twice is one row.';
comment on column reporting.llm_calls.received_at is 'When the row was written.';

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
