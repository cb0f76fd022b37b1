select reason, count(*) as events, max(received_at) as last_received_at
from reporting.rejected_calls
group by reason
order by events desc, reason
