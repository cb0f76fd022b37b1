-- Two rows: the thirty days before, then those that end with yesterday.
select compared.last_day, compared.unpriced_calls
from (
  select coalesce(sum(previous_unpriced_calls), 0) as previous_unpriced, coalesce(sum(unpriced_calls), 0) as current_unpriced
  from reporting.feature_windows
  where window_days = 30 [[and {{environment}}]] [[and {{model}}]] [[and {{feature}}]]
) as calls
cross join reporting.reporting_day
cross join lateral (values (today - 31, previous_unpriced), (today - 1, current_unpriced)) as compared (last_day, unpriced_calls)
order by compared.last_day
