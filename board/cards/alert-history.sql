select day, feature, transition, rule, previous_usd, current_usd, change_ratio, detail
from reporting.alert_history
where true [[and {{feature}}]]
order by created_at desc, feature, detail
limit 50
