select day,
  sum(calls_with_feature)::numeric / nullif(sum(calls), 0) as with_feature,
  sum(calls_with_user)::numeric / nullif(sum(calls), 0) as with_user,
  sum(calls_with_prompt)::numeric / nullif(sum(calls), 0) as with_prompt
from reporting.tag_coverage
where {{window}} [[and {{environment}}]] [[and {{model}}]]
group by day
order by day
