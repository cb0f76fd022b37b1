-- Two rows: as many days of the month before, or all of it where it is shorter; then this month until yesterday, on the first of it
-- nothing. Where nothing lacks a price, no cost is nothing spent.
select compared.last_day, coalesce(compared.usd, case when compared.unpriced_calls = 0 then 0 end) as cost_usd, compared.unpriced_calls
from (
  select
    sum(cost_usd) filter (where day < first_of_month) as previous_usd,
    coalesce(sum(unpriced_calls) filter (where day < first_of_month), 0) as previous_unpriced,
    sum(cost_usd) filter (where day >= first_of_month) as current_usd,
    coalesce(sum(unpriced_calls) filter (where day >= first_of_month), 0) as current_unpriced
  from reporting.spend_by_feature_day
  cross join (select date_trunc('month', today::timestamp)::date as first_of_month from reporting.reporting_day) as month
  where day >= (select (date_trunc('month', today::timestamp) - interval '1 month')::date from reporting.reporting_day)
    and day < (select today from reporting.reporting_day)
    and extract(day from day) < (select extract(day from today) from reporting.reporting_day)
    [[and {{environment}}]] [[and {{model}}]] [[and {{feature}}]]
) as spend
cross join reporting.reporting_day
cross join lateral (
  values
    (least((today - interval '1 month')::date, date_trunc('month', today::timestamp)::date) - 1, previous_usd, previous_unpriced),
    (today - 1, current_usd, current_unpriced)
) as compared (last_day, usd, unpriced_calls)
order by compared.last_day
