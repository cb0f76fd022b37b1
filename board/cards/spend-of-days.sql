-- Two rows: the window before, then the one that ends with yesterday.
select compared.last_day, compared.cost_usd
from (
  select sum(previous_cost_usd) as previous_usd, sum(cost_usd) as current_usd
  from reporting.feature_windows
  where window_days = :days [[and {{environment}}]] [[and {{model}}]] [[and {{feature}}]]
) as spend
cross join reporting.reporting_day
cross join lateral (values (today - :days - 1, previous_usd), (today - 1, current_usd)) as compared (last_day, cost_usd)
order by compared.last_day
