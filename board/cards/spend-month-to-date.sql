-- Two rows: as many days of the month before, or all of it where it is shorter; then this month until yesterday.
select compared.last_day, compared.cost_usd
from (
  select
    sum(cost_usd) filter (where day < (select date_trunc('month', today::timestamp)::date from reporting.reporting_day)) as previous_usd,
    sum(cost_usd) filter (where day >= (select date_trunc('month', today::timestamp)::date from reporting.reporting_day)) as current_usd
  from reporting.spend_by_feature_day
  where day >= (select (date_trunc('month', today::timestamp) - interval '1 month')::date from reporting.reporting_day)
    and day < (select today from reporting.reporting_day)
    and extract(day from day) < (select extract(day from today) from reporting.reporting_day)
    [[and {{environment}}]] [[and {{model}}]] [[and {{feature}}]]
) as spend
cross join reporting.reporting_day
cross join lateral (
  values
    (least((today - interval '1 month')::date, date_trunc('month', today::timestamp)::date) - 1, previous_usd),
    (today - 1, current_usd)
) as compared (last_day, cost_usd)
order by compared.last_day
