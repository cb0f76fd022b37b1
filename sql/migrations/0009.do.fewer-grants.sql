-- What the functions never used: they write calls, rejected events, deliveries and alerts without reading them back, get
-- prompt versions from assign_prompt_versions, and of the reports read the calls alone. A test holds the rest to be needed.
revoke select on tricost.llm_calls, tricost.rejected_calls, tricost.deliveries, tricost.prompt_features,
  tricost.prompt_versions, tricost.alerts
from tricost_ingest;
revoke select on reporting.prompt_versions, reporting.rejected_calls, reporting.reused_event_ids, reporting.alerts,
  reporting.notifications
from tricost_ingest;
