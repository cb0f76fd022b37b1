-- From which day on calls are kept one by one: who reads users by day must tell a day without calls from one whose calls were dropped.

create or replace view reporting.reporting_day as
select zone, now() as now,
  (select local_day from tricost.reporting_days where starts_at <= now() order by starts_at desc limit 1) as today,
  (select local_day + 1 from tricost.reporting_days where starts_at < raw_from order by starts_at desc limit 1) as kept_from
from tricost.rollup_state;
comment on column reporting.reporting_day.kept_from is 'The first day of which every call is kept one by one. NULL: none was dropped.';
