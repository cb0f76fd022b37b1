-- Two rows: the window before, then the one that ends with yesterday. A call without a price is in neither sum.
select compared.last_day, compared.cost_per_1000_calls_usd, compared.unpriced_calls
from (
  select
    1000 * sum(previous_cost_usd) / nullif(sum(previous_priced_calls), 0) as previous_usd,
    coalesce(sum(previous_unpriced_calls), 0) as previous_unpriced,
    1000 * sum(cost_usd) / nullif(sum(priced_calls), 0) as current_usd,
    coalesce(sum(unpriced_calls), 0) as current_unpriced
  from reporting.feature_windows
  where window_days = 7 [[and {{environment}}]] [[and {{model}}]] [[and {{feature}}]]
) as spend
cross join reporting.reporting_day
cross join lateral (values (today - 8, previous_usd, previous_unpriced), (today - 1, current_usd, current_unpriced))
  as compared (last_day, cost_per_1000_calls_usd, unpriced_calls)
order by compared.last_day
