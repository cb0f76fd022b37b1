-- Tokens a call: of calls whose usage is known. Embeddings have no output.
select
  coalesce(prompt_name, left(prompt_id, 12)) as prompt,
  'v' || prompt_version as version,
  feature,
  coalesce(sum(cost_usd), case when sum(unpriced_calls) = 0 then 0 end) as total_cost_usd,
  sum(calls) as calls,
  (sum(input_tokens) + coalesce(sum(output_tokens), 0)) / nullif(sum(priced_calls + unpriced_calls), 0) as avg_tokens,
  sum(cost_usd) / nullif(sum(priced_calls), 0) as cost_per_call_usd,
  coalesce(sum(cost_usd), case when sum(unpriced_calls) = 0 then 0 end) / nullif(sum(previous_cost_usd), 0) - 1 as change,
  sum(unpriced_calls) as unpriced_calls,
  prompt_name
from reporting.prompt_windows
where window_days = :days [[and {{environment}}]] [[and {{model}}]] [[and {{feature}}]] [[and {{prompt}}]]
group by feature, prompt_name, prompt_version, prompt_id
having sum(calls) > 0
order by total_cost_usd desc nulls last, calls desc, feature, prompt_id
limit 50
