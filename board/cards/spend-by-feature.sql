-- The eight dearest features of the days asked for one by one, the others as one. Of many days fewer, so that there are no more than
-- 2,000 rows: Metabase drops what comes after.
select day, case when place <= shown then feature else '(other)' end as feature, sum(cost_usd) as cost_usd
from (
  select day, feature, cost_usd, dense_rank() over (order by total_usd desc nulls last, feature) as place,
    least(8, 2000 / (max(day) over () - min(day) over () + 1) - 1) as shown
  from (
    select day, feature, sum(cost_usd) as cost_usd, sum(sum(cost_usd)) over (partition by feature) as total_usd
    from reporting.spend_by_feature_day
    where {{window}} [[and {{environment}}]] [[and {{model}}]]
    group by day, feature
  ) as days
) as placed
group by 1, 2
order by min(place), 2, 1
