-- What the month has cost until yesterday, and for each day from today on the mean of the last seven whole days, which have every
-- day of the week once; of fewer where the first call of all is younger. Unknown only where calls lack a price and none has one.
select
  month_to_date_usd
    + ((date_trunc('month', today::timestamp) + interval '1 month')::date - today) * last_days_usd / last_days as forecast_usd,
  last_days_usd / last_days as usd_per_day,
  unpriced_calls
from (
  select
    coalesce(sum(cost_usd) filter (where is_of_month), case when coalesce(sum(unpriced_calls) filter (where is_of_month), 0) = 0 then 0 end)
      as month_to_date_usd,
    coalesce(sum(cost_usd) filter (where is_of_last), case when coalesce(sum(unpriced_calls) filter (where is_of_last), 0) = 0 then 0 end)
      as last_days_usd,
    coalesce(sum(unpriced_calls), 0) as unpriced_calls
  from (
    select cost_usd, unpriced_calls,
      day >= (select date_trunc('month', today::timestamp)::date from reporting.reporting_day) as is_of_month,
      day >= (select today - 7 from reporting.reporting_day) as is_of_last
    from reporting.spend_by_feature_day
    where day >= (select least(today - 7, date_trunc('month', today::timestamp)::date) from reporting.reporting_day)
      and day < (select today from reporting.reporting_day)
      [[and {{environment}}]] [[and {{model}}]] [[and {{feature}}]]
  ) as days
) as spend
cross join (
  -- Whatever is filtered: a feature that began yesterday cost nothing in the days before.
  select case
    when exists (select from reporting.spend_by_feature_day where day < (select today - 7 from reporting.reporting_day)) then 7
    else coalesce(
      (
        select (select today from reporting.reporting_day) - min(day) from reporting.spend_by_feature_day
        where day >= (select today - 7 from reporting.reporting_day) and day < (select today from reporting.reporting_day)
      ),
      7
    )
  end as last_days
) as known
cross join reporting.reporting_day
