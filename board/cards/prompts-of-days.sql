select
  prompt_name,
  coalesce('v' || prompt_version, prompt_id) as version,
  feature,
  sum(cost_usd) as total_cost_usd,
  sum(calls) as calls,
  (sum(input_tokens) + sum(output_tokens)) / nullif(sum(calls), 0) as avg_tokens,
  sum(cost_usd) / nullif(sum(priced_calls), 0) as cost_per_call_usd,
  sum(cost_usd) / nullif(sum(previous_cost_usd), 0) - 1 as change
from reporting.prompt_windows
where window_days = :days [[and {{environment}}]] [[and {{model}}]] [[and {{feature}}]] [[and {{prompt}}]]
group by feature, prompt_name, prompt_version, prompt_id
having sum(calls) > 0
order by total_cost_usd desc nulls last, calls desc, feature, prompt_id
limit 50
