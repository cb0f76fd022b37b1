select day,
  coalesce(prompt_name, feature) || ' v' || previous_version || ' → v' || prompt_version as label,
  feature,
  string_agg(distinct environment, ', ') as environments,
  min(first_seen_at) as first_seen_at
from reporting.prompt_transitions
where previous_version is not null and {{window}} [[and {{environment}}]] [[and {{feature}}]] [[and {{prompt}}]]
group by day, feature, prompt_name, previous_version, prompt_version
order by day desc, label, feature
limit 50
