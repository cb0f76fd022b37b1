-- The least latency up to whose bucket half, and 95 %, of the day's calls are.
select day,
  min(latency_ms) filter (where calls_so_far >= 0.5 * calls_of_day) as p50_ms,
  min(latency_ms) filter (where calls_so_far >= 0.95 * calls_of_day) as p95_ms
from (
  select day, latency_ms,
    sum(sum(calls)) over (partition by day order by bucket) as calls_so_far,
    sum(sum(calls)) over (partition by day) as calls_of_day
  from reporting.latency_by_feature_day
  where {{window}} [[and {{environment}}]] [[and {{model}}]] [[and {{feature}}]]
  group by day, bucket, latency_ms
) as buckets
group by day
order by day
