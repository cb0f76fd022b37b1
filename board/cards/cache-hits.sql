select day,
  sum(cache_hits)::numeric / nullif(sum(calls), 0) as cache_hit_share,
  sum(cache_read_tokens)::numeric / nullif(sum(input_tokens), 0) as cached_input_share
from reporting.spend_by_feature_day
where {{window}} [[and {{environment}}]] [[and {{model}}]] [[and {{feature}}]]
group by day
order by day
