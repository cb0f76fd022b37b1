select model, provider,
  sum(unpriced_calls) as unpriced_calls,
  sum(unpriced_calls) / nullif(sum(calls), 0) as share,
  min(day) filter (where unpriced_calls > 0) as first_day,
  max(day) filter (where unpriced_calls > 0) as last_day
from reporting.spend_by_feature_day
where {{window}} [[and {{environment}}]] [[and {{model}}]] [[and {{feature}}]]
group by model, provider
having sum(unpriced_calls) > 0
order by unpriced_calls desc, provider, model
limit 50
