-- The eight dearest features of the days asked for one by one, the others as one.
select day, case when place <= 8 then feature else '(other)' end as feature, sum(cost_usd) as cost_usd
from (
  select day, feature, cost_usd, dense_rank() over (order by total_usd desc nulls last, feature) as place
  from (
    select day, feature, sum(cost_usd) as cost_usd, sum(sum(cost_usd)) over (partition by feature) as total_usd
    from reporting.spend_by_feature_day
    where {{window}} [[and {{environment}}]] [[and {{model}}]]
    group by day, feature
  ) as days
) as placed
group by 1, 2
order by min(place), 2, 1
