-- From the end of a call, or its start where its latency is not known. An hour later it was imported, or could not be stored before:
-- those are counted apart, else one import would be the lag of a day.
select
  percentile_disc(0.95) within group (order by lag_ms) filter (where lag_ms < 3600000) as lag_ms_p95,
  max(lag_ms) filter (where lag_ms < 3600000) as lag_ms_max,
  count(*) filter (where lag_ms < 3600000) as calls,
  count(*) filter (where lag_ms >= 3600000) as later_calls
from (
  select round(extract(epoch from received_at - ts) * 1000)::bigint - coalesce(latency_ms, 0) as lag_ms
  from reporting.llm_calls
  where ts > now() - interval '24 hours'
) as lags
