-- What the month has cost until yesterday, and for each day from today on the mean of the last seven whole days, which have every
-- day of the week once; of fewer where the first call of all is younger.
select
  coalesce(month_to_date_usd, 0)
    + ((date_trunc('month', today::timestamp) + interval '1 month')::date - today) * last_days_usd / last_days as forecast_usd,
  last_days_usd / last_days as usd_per_day
from (
  select
    sum(cost_usd) filter (where day >= (select date_trunc('month', today::timestamp)::date from reporting.reporting_day)) as month_to_date_usd,
    sum(cost_usd) filter (where day >= (select today - 7 from reporting.reporting_day)) as last_days_usd
  from reporting.spend_by_feature_day
  where day >= (select least(today - 7, date_trunc('month', today::timestamp)::date) from reporting.reporting_day)
    and day < (select today from reporting.reporting_day)
    [[and {{environment}}]] [[and {{model}}]] [[and {{feature}}]]
) as spend
cross join (
  select least((select today from reporting.reporting_day) - min(day), 7) as last_days
  from reporting.spend_by_feature_day
  where day >= (select today - 14 from reporting.reporting_day) and day < (select today from reporting.reporting_day)
) as known
cross join reporting.reporting_day
