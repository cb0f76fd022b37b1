-- An alert is the feature's, of all of its calls, whatever is filtered.
select spend.feature, total_cost_usd, share, calls, cost_per_call_usd, change, unpriced_calls, alert
from (
  select feature,
    coalesce(sum(cost_usd), case when sum(unpriced_calls) = 0 then 0 end) as total_cost_usd,
    sum(cost_usd) / nullif(sum(sum(cost_usd)) over (), 0) as share,
    sum(calls) as calls,
    sum(cost_usd) / nullif(sum(priced_calls), 0) as cost_per_call_usd,
    coalesce(sum(cost_usd), case when sum(unpriced_calls) = 0 then 0 end) / nullif(sum(previous_cost_usd), 0) - 1 as change,
    sum(unpriced_calls) as unpriced_calls
  from reporting.feature_windows
  where window_days = :days [[and {{environment}}]] [[and {{model}}]]
  group by feature
  having sum(calls) > 0
) as spend
left join (
  select feature, concat_ws(', ',
    (select rule from reporting.alerts where feature = states.feature and rule is not null order by id desc limit 1),
    'since ' || to_char(opened_on, 'FMDD Mon'),
    case transition
      when 'escalated' then 'worse'
      when 'acknowledged' then 'acknowledged'
      when 'snoozed' then 'snoozed until ' || to_char(snoozed_until, 'FMDD Mon')
    end
  ) as alert
  from reporting.alert_states as states
) as open using (feature)
order by total_cost_usd desc nulls last, spend.feature
limit 50
