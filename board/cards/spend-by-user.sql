-- The eight dearest users of the last 30 days one by one, the others as one. Who they are: with nothing filtered the snapshot knows, else
-- every call of the 30 days is asked. What they cost: their own calls, found by an index. What the others cost: the rollups, less that.
-- Of many days fewer than eight, as in the series of features.
with narrowed as (
  -- True as soon as one is set, for which nothing is read, or when there is no snapshot of today.
  select not exists (select from reporting.user_windows where today = (select today from reporting.reporting_day))
    [[or (select count(*) = 0 from reporting.spend_by_feature_day where false and {{environment}})]]
    [[or (select count(*) = 0 from reporting.spend_by_feature_day where false and {{model}})]]
    [[or (select count(*) = 0 from reporting.spend_by_feature_day where false and {{feature}})]]
    as asks_calls
),
edge as materialized (
  select first_day, today, starts_at, ends_at from reporting.windows where window_days = 30
),
-- Filters name the columns of one view. What they leave in it of these days, they leave of the calls.
kinds as materialized (
  select distinct coalesce(environment, '') as environment, feature, model
  from reporting.spend_by_feature_day
  where day >= (select first_day from edge) and day < (select today from edge)
    [[and {{environment}}]] [[and {{model}}]] [[and {{feature}}]]
),
spend as materialized (
  select day, environment, feature, provider, model, calls, priced_calls, unpriced_calls, cost_usd
  from reporting.spend_by_feature_day
  where {{window}} [[and {{environment}}]] [[and {{model}}]] [[and {{feature}}]]
),
days as materialized (
  select day, sum(calls) as calls, sum(priced_calls) as priced_calls, sum(unpriced_calls) as unpriced_calls, sum(cost_usd) as cost_usd
  from spend
  group by day
),
dearest as materialized (
  select user_id, row_number() over (order by cost_usd desc nulls last, calls desc, user_id) as place
  from (
    select user_id, cost_usd, calls
    from reporting.user_windows
    where window_days = 30 and all_environments and rank <= 10 and not (select asks_calls from narrowed)
    union all
    select user_id, sum(cost_usd), count(*)
    from reporting.llm_calls
    where (select asks_calls from narrowed) and ts >= (select starts_at from edge) and ts < (select ends_at from edge)
      and coalesce(environment, '') in (select environment from kinds)
      and feature in (select feature from kinds) and model in (select model from kinds)
    group by user_id
  ) as spent
  -- Nobody, whose calls may be most of all; and a user called as the others are is among them.
  where user_id not in ('(none)', '(other)')
  order by place
  limit (select greatest(0, least(8, 2000 / greatest(count(*), 1) - 1)) from days)
),
of_users as (
  select used.day, used.user_id, sum(used.calls) as calls, sum(used.priced_calls) as priced_calls,
    sum(used.unpriced_calls) as unpriced_calls, sum(used.cost_usd) as cost_usd
  from reporting.spend_by_user_day as used
  join spend on spend.day = used.day and spend.feature = used.feature and spend.provider = used.provider and spend.model = used.model
    and spend.environment is not distinct from used.environment
  where used.user_id = any (array(select user_id from dearest))
    and used.day >= (select min(day) from days) and used.day <= (select max(day) from days)
  group by used.day, used.user_id
),
lines as materialized (
  select day, place, user_id, coalesce(calls, 0) as calls, coalesce(priced_calls, 0) as priced_calls,
    coalesce(unpriced_calls, 0) as unpriced_calls, cost_usd
  from (select day from days) as every_day
  cross join dearest
  left join of_users using (day, user_id)
)
-- NULL: no call has a price, or calls of that day are no longer kept one by one.
select day, user_id,
  case when day >= coalesce((select kept_from from reporting.reporting_day), day)
    then coalesce(cost_usd, case when unpriced_calls = 0 then 0 end)
  end as cost_usd
from (
  select day, place, user_id, unpriced_calls, cost_usd, sum(calls) over (partition by place) as calls_of_line from lines
  union all
  select day, 9, '(other)', unpriced_calls, case when priced_calls > 0 then cost_usd end, sum(calls) over ()
  from (
    select day, days.calls - coalesce(named.calls, 0) as calls, days.priced_calls - coalesce(named.priced_calls, 0) as priced_calls,
      days.unpriced_calls - coalesce(named.unpriced_calls, 0) as unpriced_calls, days.cost_usd - coalesce(named.cost_usd, 0) as cost_usd
    from days
    left join (
      select day, sum(calls) as calls, sum(priced_calls) as priced_calls, sum(unpriced_calls) as unpriced_calls, sum(cost_usd) as cost_usd
      from lines
      group by day
    ) as named using (day)
  ) as others
) as drawn
where calls_of_line > 0
order by place, day
