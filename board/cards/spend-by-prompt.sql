-- The eight dearest prompt versions of the days asked for one by one, the others as one; of many days fewer, as the series of features.
-- Features may have prompts of the same name.
select day, case when place <= shown then prompt else '(other)' end as prompt, sum(cost_usd) as cost_usd
from (
  select day, cost_usd,
    title || version || case when feature <> title and prompt_name is not null then ' · ' || feature else '' end as prompt,
    dense_rank() over (order by total_usd desc nulls last, feature, title, version) as place,
    least(8, 2000 / (max(day) over () - min(day) over () + 1) - 1) as shown
  from (
    select day, feature, prompt_name, title, version,
      sum(cost_usd) as cost_usd, sum(sum(cost_usd)) over (partition by feature, prompt_name, title, version) as total_usd
    from (
      select day, feature, prompt_name, cost_usd,
        coalesce(prompt_name, feature || case when prompt_id = '(none)' then ' (no prompt)' else ' (no name)' end) as title,
        coalesce(' v' || prompt_version, case when prompt_id = '(none)' then '' else ' ' || left(prompt_id, 12) end) as version
      from reporting.spend_by_prompt_day
      where {{window}} [[and {{environment}}]] [[and {{model}}]] [[and {{feature}}]] [[and {{prompt}}]]
    ) as named
    group by day, feature, prompt_name, title, version
  ) as days
) as placed
group by 1, 2
order by min(place), 2, 1
