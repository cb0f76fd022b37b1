-- prompt: the version that took over, as the series calls it.
select day,
  title || ' v' || previous_version || ' → v' || prompt_version || place as label,
  feature,
  string_agg(distinct environment, ', ') as environments,
  min(first_seen_at) as first_seen_at,
  title || ' v' || prompt_version || place as prompt
from (
  select day, feature, environment, first_seen_at, previous_version, prompt_version,
    coalesce(prompt_name, feature || ' (no name)') as title,
    case when feature <> prompt_name then ' · ' || feature else '' end as place
  from reporting.prompt_transitions
  where previous_version is not null and {{window}} [[and {{environment}}]] [[and {{feature}}]] [[and {{prompt}}]]
) as transitions
group by day, feature, title, place, previous_version, prompt_version
order by day desc, label, feature
limit 50
