-- With which message an alert opened: what is said of it later goes on from there.
create or replace view reporting.alert_states as
select feature, transition, local_date, opened_on, told_usd, snoozed_until, opening_outbox_id, opening_id, opened_at
from (
  select feature,
    (array_agg(transition order by id desc))[1] as transition,
    (array_agg(local_date order by id desc))[1] as local_date,
    (array_agg(snoozed_until order by id desc))[1] as snoozed_until,
    max(local_date) filter (where transition = 'opened') as opened_on,
    -- The previous release wrote none.
    (array_agg(coalesce(weekly_excess_usd, current_usd - coalesce(previous_usd, 0)) order by id desc)
      filter (where transition in ('opened', 'escalated')))[1] as told_usd,
    (array_agg(outbox_id order by id desc) filter (where transition = 'opened'))[1] as opening_outbox_id,
    max(id) filter (where transition = 'opened') as opening_id,
    (array_agg(created_at order by id desc) filter (where transition = 'opened'))[1] as opened_at
  from tricost.alerts
  group by feature
) as latest
where transition <> 'resolved';
comment on column reporting.alert_states.opening_outbox_id is 'The message that it opened with; several alerts may have opened with the same one.';
comment on column reporting.alert_states.opening_id is 'Of the row of reporting.alerts with which it opened.';
