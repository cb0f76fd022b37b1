-- The eight dearest prompt versions of the days asked for one by one, the others as one.
select day, case when place <= 8 then prompt else '(other)' end as prompt, sum(cost_usd) as cost_usd
from (
  select day, prompt, cost_usd, dense_rank() over (order by total_usd desc nulls last, prompt) as place
  from (
    select day,
      coalesce(coalesce(prompt_name, feature) || ' v' || prompt_version, feature || ' ' || prompt_id) as prompt,
      sum(cost_usd) as cost_usd,
      sum(sum(cost_usd)) over (
        partition by coalesce(coalesce(prompt_name, feature) || ' v' || prompt_version, feature || ' ' || prompt_id)
      ) as total_usd
    from reporting.spend_by_prompt_day
    where {{window}} [[and {{environment}}]] [[and {{model}}]] [[and {{feature}}]] [[and {{prompt}}]]
    group by 1, 2
  ) as days
) as placed
group by 1, 2
order by min(place), 2, 1
