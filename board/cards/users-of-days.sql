-- Nothing filtered: the snapshot that is made at most once an hour. Anything filtered, no snapshot yet, or one of another day: every
-- call of the window, now. No change is said where calls of the window before are gone.
-- Materialized: else the window's edge is computed for each call.
with edge as materialized (
  select previous_starts_at, starts_at, ends_at from reporting.windows where window_days = :days
)
select user_id, total_cost_usd, features_touched, calls, change, unpriced_calls, as_of
from (
  select user_id, cost_usd as total_cost_usd, features_touched, calls,
    cost_usd / nullif(previous_cost_usd, 0) - 1 as change, unpriced_calls, as_of
  from reporting.user_windows
  where window_days = :days and all_environments and rank <= 50
    and today = (select today from reporting.reporting_day)
    -- False as soon as one is set; nothing is read for it.
    [[and exists (select from reporting.llm_calls where false and {{environment}})]]
    [[and exists (select from reporting.llm_calls where false and {{model}})]]
    [[and exists (select from reporting.llm_calls where false and {{feature}})]]
  union all
  select user_id, cost_usd, features_touched, calls,
    case when not exists (select from reporting.user_windows where window_days = :days and previous_calls is null)
      then cost_usd / nullif(previous_cost_usd, 0) - 1 end,
    unpriced_calls, now()
  from (
    select user_id,
      sum(cost_usd) filter (where ts >= (select starts_at from edge)) as cost_usd,
      count(distinct feature) filter (where ts >= (select starts_at from edge)) as features_touched,
      count(*) filter (where ts >= (select starts_at from edge)) as calls,
      count(*) filter (where ts >= (select starts_at from edge) and price_status = 'unpriced') as unpriced_calls,
      sum(cost_usd) filter (where ts < (select starts_at from edge)) as previous_cost_usd
    from reporting.llm_calls
    where ts >= (select previous_starts_at from edge) and ts < (select ends_at from edge)
      and (
        not exists (select from reporting.user_windows where today = (select today from reporting.reporting_day))
        [[or {{environment}}]] [[or {{model}}]] [[or {{feature}}]]
      )
      [[and {{environment}}]] [[and {{model}}]] [[and {{feature}}]]
    group by user_id
  ) as now_filtered
  where calls > 0
) as spent
order by total_cost_usd desc nulls last, calls desc, user_id
limit 50
