select coalesce(sum(calls), 0) as calls from reporting.reused_event_ids
