select max(lag_ms_p95) as worst_lag_ms_p95, max(lag_ms_max) as lag_ms_max, sum(calls) as calls
from reporting.ingest_by_hour
where hour > now() - interval '24 hours'
