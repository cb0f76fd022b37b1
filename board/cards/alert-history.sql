select local_date, feature, rule, previous_usd, current_usd, change_ratio
from reporting.alerts
where true [[and {{feature}}]]
order by local_date desc, current_usd desc, feature
limit 50
