-- Two rows: the window before, then the one that ends with yesterday. A call without a price is in neither sum.
select compared.last_day, compared.cost_per_1000_calls_usd
from (
  select
    1000 * sum(previous_cost_usd) / nullif(sum(previous_priced_calls), 0) as previous_usd,
    1000 * sum(cost_usd) / nullif(sum(priced_calls), 0) as current_usd
  from reporting.feature_windows
  where window_days = 7 [[and {{environment}}]] [[and {{model}}]] [[and {{feature}}]]
) as spend
cross join reporting.reporting_day
cross join lateral (values (today - 8, previous_usd), (today - 1, current_usd)) as compared (last_day, cost_per_1000_calls_usd)
order by compared.last_day
