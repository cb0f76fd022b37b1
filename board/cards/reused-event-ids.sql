-- One id at two times is a retry gone wrong; one response under two ids was seen by two meters. Of a week: further back, every call
-- would be read each time.
select
  reused.calls + twice.calls as calls,
  reused.calls as reused_ids,
  twice.calls as seen_by_two,
  coalesce(reused.surplus_usd, 0) + coalesce(twice.surplus_usd, 0) as surplus_usd
from (
  select coalesce(sum(times - 1), 0) as calls, sum(usd - dearest_usd) as surplus_usd
  from (
    select count(*) as times, sum(cost_usd) as usd, max(cost_usd) as dearest_usd
    from reporting.llm_calls
    where ts > now() - interval '7 days'
    group by event_id
    having count(*) > 1
  ) as repeated
) as reused
cross join (select coalesce(sum(calls - 1), 0) as calls, sum(surplus_usd) as surplus_usd from reporting.calls_seen_twice) as twice
