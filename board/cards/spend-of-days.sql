-- Two rows: the window before, then the one that ends with yesterday. Where nothing lacks a price, no cost is nothing spent.
select compared.last_day, compared.cost_usd, compared.unpriced_calls
from (
  select
    coalesce(sum(previous_unpriced_calls), 0) as previous_unpriced,
    coalesce(sum(previous_cost_usd), case when coalesce(sum(previous_unpriced_calls), 0) = 0 then 0 end) as previous_usd,
    coalesce(sum(unpriced_calls), 0) as current_unpriced,
    coalesce(sum(cost_usd), case when coalesce(sum(unpriced_calls), 0) = 0 then 0 end) as current_usd
  from reporting.feature_windows
  where window_days = :days [[and {{environment}}]] [[and {{model}}]] [[and {{feature}}]]
) as spend
cross join reporting.reporting_day
cross join lateral (
  values (today - :days - 1, previous_usd, previous_unpriced), (today - 1, current_usd, current_unpriced)
) as compared (last_day, cost_usd, unpriced_calls)
order by compared.last_day
