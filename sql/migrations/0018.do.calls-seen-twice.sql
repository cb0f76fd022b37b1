-- One call that two meters published, each with an id of its own: both are stored, both are billed.

create view reporting.calls_seen_twice as
with recent as (
  select ts, event_id, response_id, provider, service, cost_usd from tricost.llm_calls
  -- As far back as a mistake of this week, by the newest call rather than the clock, so that imports count too.
  where ts > (select max(ts) from tricost.llm_calls) - interval '7 days'
    and response_id is not null
), repeated as (
  select response_id
  from recent
  group by response_id
  -- An id that comes again for days is one that a server of one's own makes up, the same for every answer.
  having count(*) > 1 and max(ts) - min(ts) < interval '1 day'
)
select
  (min(ts) at time zone 'UTC')::date as day,
  response_id,
  count(*) as calls,
  array_agg(distinct event_id) as event_ids,
  array_agg(distinct provider) as providers,
  array_agg(distinct service) filter (where service is not null) as services,
  sum(cost_usd) as cost_usd,
  sum(cost_usd) - max(cost_usd) as surplus_usd
from recent
join repeated using (response_id)
group by response_id
-- One id at two times is a retry gone wrong: reporting.reused_event_ids.
having count(distinct event_id) > 1;
comment on view reporting.calls_seen_twice is 'Calls of one response of the provider under several ids, within a day: two meters saw it, for example a metered client and its OpenTelemetry spans, and it is counted twice. Of the 7 days up to the newest call. surplus_usd: what remains when only the dearest of them counts. NULL: no cost is known.';

grant select on reporting.calls_seen_twice to tricost_readonly;
