-- Nothing filtered: the snapshot that is made at most once an hour. Anything filtered, no snapshot yet, or one of another day: every
-- call of the window, now, and of the fifty dearest users the calls before. No change is said where calls of the window before are gone.
-- The edge is materialized: else it is computed for each call.
with edge as materialized (
  select previous_starts_at, starts_at, ends_at from reporting.windows where window_days = :days
),
dearest as materialized (
  select user_id, sum(cost_usd) as cost_usd, count(*) as calls, count(*) filter (where price_status = 'unpriced') as unpriced_calls
  from reporting.llm_calls
  where ts >= (select starts_at from edge) and ts < (select ends_at from edge)
    and (
      not exists (select from reporting.user_windows where today = (select today from reporting.reporting_day))
      [[or {{environment}}]] [[or {{model}}]] [[or {{feature}}]]
    )
    [[and {{environment}}]] [[and {{model}}]] [[and {{feature}}]]
  group by user_id
  order by 2 desc nulls last, calls desc, user_id
  limit 50
),
-- Found by the index on users.
details as (
  select user_id,
    count(distinct feature) filter (where ts >= (select starts_at from edge)) as features_touched,
    sum(cost_usd) filter (where ts < (select starts_at from edge)) as previous_cost_usd
  from reporting.llm_calls
  where user_id = any (array(select user_id from dearest))
    and ts >= (select previous_starts_at from edge) and ts < (select ends_at from edge)
    [[and {{environment}}]] [[and {{model}}]] [[and {{feature}}]]
  group by user_id
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
  from dearest
  join details using (user_id)
) as spent
order by total_cost_usd desc nulls last, calls desc, user_id
