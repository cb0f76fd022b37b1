-- The whole days before today, and those before them.
select windows.last_day, windows.cost_usd
from (
  select
    sum(cost_usd) filter (where day < (select today from reporting.reporting_day) - 7) as previous_usd,
    sum(cost_usd) filter (where day >= (select today from reporting.reporting_day) - 7) as current_usd
  from reporting.spend_by_feature_day
  where day >= (select today from reporting.reporting_day) - 14 and day < (select today from reporting.reporting_day)
    [[and {{environment}}]] [[and {{model}}]] [[and {{feature}}]]
) as spend
cross join reporting.reporting_day
cross join lateral (values (today - 8, previous_usd), (today - 1, current_usd)) as windows (last_day, cost_usd)
order by windows.last_day
