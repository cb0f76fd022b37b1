-- What is missing, and what is not known, where somebody sees it.

create view reporting.unpriced_calls as
select
  provider, model, service_tier, coalesce(batch, false) as batch,
  count(*) as calls,
  sum(input_tokens)::bigint as input_tokens,
  sum(output_tokens)::bigint as output_tokens,
  count(*) filter (where flags && array['usage_mismatch', 'usage_unread_keys']) as calls_with_doubtful_usage,
  min(ts) as first_ts,
  max(ts) as last_ts
from tricost.llm_calls
where price_status = 'unpriced'
group by provider, model, service_tier, coalesce(batch, false);
comment on view reporting.unpriced_calls is 'Calls without a cost, which is not zero, by what would need a price. calls_with_doubtful_usage: no price helps, because their counts contradict themselves or hold something that nobody reads.';

create view reporting.tag_coverage as
select
  (ts at time zone 'UTC')::date as day,
  count(*) as calls,
  count(*) filter (where feature <> '(untagged)') as calls_with_feature,
  count(*) filter (where user_id <> '(none)') as calls_with_user,
  count(*) filter (where prompt_id <> '(none)') as calls_with_prompt,
  count(*) filter (where feature <> '(untagged)' and user_id <> '(none)' and prompt_id <> '(none)') as calls_with_all,
  sum(cost_usd) as cost_usd,
  sum(cost_usd) filter (where feature <> '(untagged)') as cost_usd_with_feature,
  sum(cost_usd) filter (where user_id <> '(none)') as cost_usd_with_user,
  sum(cost_usd) filter (where prompt_id <> '(none)') as cost_usd_with_prompt,
  sum(cost_usd) filter (where feature <> '(untagged)' and user_id <> '(none)' and prompt_id <> '(none)') as cost_usd_with_all
from tricost.llm_calls
group by 1;
comment on view reporting.tag_coverage is 'Per UTC day, how many calls and how much of the spend name their feature, user and prompt. Reads every call of the days asked for: ask for few.';

create view reporting.delivery_gaps as
with envelopes as (
  select
    producer_id, sequence, received_at,
    lag(sequence) over by_sequence as previous_sequence
  from tricost.deliveries
  -- Its losses have an alarm of their own, and are no calls.
  where producer_id <> 'tricost-canary'
  window by_sequence as (partition by producer_id order by sequence)
)
select
  producer_id,
  date_trunc('hour', received_at at time zone 'UTC') at time zone 'UTC' as hour,
  coalesce(previous_sequence, 0) + 1 as first_sequence,
  sequence - 1 as last_sequence,
  sequence - 1 - coalesce(previous_sequence, 0) as missing_envelopes
from envelopes
where sequence - 1 > coalesce(previous_sequence, 0)
  -- Of a producer that has run for longer than deliveries are kept, what came before is forgotten, not missing.
  and (previous_sequence is not null or received_at > now() - interval '34 days')
  -- Until then they may be parked in the queue, waiting for a retry.
  and received_at < now() - interval '24 hours';
comment on view reporting.delivery_gaps is 'Envelopes that a producer numbered and that did not arrive within 24 hours of the next one, for the 35 days that deliveries are kept. hour: when the next one arrived, UTC. What is parked longer, or lies in the dead-letter queue, is still in AWS: `tricost doctor` counts it, `tricost dlq` brings it back, and the gap closes.';

grant select on reporting.unpriced_calls, reporting.tag_coverage, reporting.delivery_gaps to tricost_readonly;
