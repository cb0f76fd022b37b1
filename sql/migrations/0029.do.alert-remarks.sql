-- What people say of alerts: of lost tags, too; and that a snooze is of what was told before it, and goes on when something else gets worse.

create or replace view reporting.alert_states as
select feature, transition, local_date, opened_on, told_usd, snoozed_until, opening_outbox_id, opening_id, opened_at, snoozed_rule, snoozed_name
from (
  select *,
    -- Something that got worse on its day or later was told of because it was over.
    case when transition <> 'escalated' or local_date < put_off_until then put_off_until end as snoozed_until
  from (
    select feature,
      (array_agg(transition order by id desc))[1] as transition,
      (array_agg(local_date order by id desc))[1] as local_date,
      max(local_date) filter (where transition = 'opened') as opened_on,
      -- Releases before 0024 wrote none.
      (array_agg(coalesce(weekly_excess_usd, current_usd - coalesce(previous_usd, 0)) order by id desc)
        filter (where transition in ('opened', 'escalated')))[1] as told_usd,
      (array_agg(outbox_id order by id desc) filter (where transition = 'opened'))[1] as opening_outbox_id,
      max(id) filter (where transition = 'opened') as opening_id,
      (array_agg(created_at order by id desc) filter (where transition = 'opened'))[1] as opened_at,
      -- Of the last row that is no escalation, which is a snooze or ends one.
      (array_agg(snoozed_until order by id desc) filter (where transition <> 'escalated'))[1] as put_off_until,
      (array_agg(id order by id desc) filter (where transition <> 'escalated'))[1] as put_off_id
    from tricost.alerts
    group by feature
  ) as latest
  where transition <> 'resolved'
) as open
left join lateral (
  select rule as snoozed_rule,
    case rule when 'prompt' then details -> 'prompt' ->> 'prompt_name' when 'user' then details -> 'user' ->> 'user_id' end as snoozed_name
  from tricost.alerts
  where md5(feature) = md5(open.feature) and feature = open.feature and id < put_off_id and transition in ('opened', 'escalated')
  order by id desc limit 1
) as told on snoozed_until is not null;
comment on column reporting.alert_states.snoozed_until is 'The first day that it may be heard of again, whatever else has got worse since. NULL: it is not snoozed.';
comment on column reporting.alert_states.snoozed_rule is 'The rule that it had been told of by when it was snoozed.';
comment on column reporting.alert_states.snoozed_name is 'Of the rules prompt and user: whose spend that was. NULL: the feature''s, or that of prompts without a name.';

alter table tricost.tag_coverage_alerts
  drop constraint tag_coverage_alerts_transition_check,
  add constraint tag_coverage_alerts_transition_check
    check (transition in ('opened', 'escalated', 'acknowledged', 'snoozed', 'resolved')),
  alter column tag drop not null,
  alter column calls drop not null,
  alter column share drop not null,
  alter column usual_share drop not null,
  alter column outbox_id drop not null,
  add column snoozed_until date,
  add column details jsonb not null default '{}',
  add check ((transition = 'snoozed') = (snoozed_until is not null)),
  -- What the job says has numbers and a message, what a person says has neither.
  add constraint tag_coverage_alerts_numbers_check
    check (num_nulls(tag, calls, share, usual_share, outbox_id) = case when transition in ('acknowledged', 'snoozed') then 5 else 0 end);
-- The job says one thing a day of an environment; a person may say more.
drop index tricost.tag_coverage_alerts_local_date_environment_key;
create unique index tag_coverage_alerts_local_date_environment_key
  on tricost.tag_coverage_alerts (local_date, md5(environment)) nulls not distinct
  where transition in ('opened', 'escalated', 'resolved');

comment on table tricost.tag_coverage_alerts is 'Everything that happened to the alert of an environment whose calls stopped naming their feature, user or prompt. Rows are added, never changed.';
comment on column tricost.tag_coverage_alerts.transition is 'opened, escalated and resolved: by the job. acknowledged and snoozed: by a person.';
comment on column tricost.tag_coverage_alerts.snoozed_until is 'The first day that it may be heard of again.';
comment on column tricost.tag_coverage_alerts.details is 'The note of a person.';

create or replace view reporting.tag_coverage_alerts as
select local_date, environment, transition, tag, calls, share, usual_share, created_at, id, snoozed_until, details
from tricost.tag_coverage_alerts;
comment on view reporting.tag_coverage_alerts is 'Everything that happened to the alerts of environments whose calls stopped naming their feature, user or prompt.';

create or replace view reporting.alert_history as
select created_at, local_date as day, feature, transition, rule, previous_usd, current_usd, change_ratio,
  case
    when transition = 'snoozed' then 'until ' || snoozed_until
    when rule = 'prompt' then 'prompt ' || coalesce(details -> 'prompt' ->> 'prompt_name', '(none)')
    when rule = 'user' then 'user ' || (details -> 'user' ->> 'user_id')
  end as detail
from tricost.alerts
union all
select created_at, local_date, null, transition, 'tags', null, null, null,
  case
    when transition = 'snoozed' then format('tags of %s, until %s', coalesce(environment, 'no environment'), snoozed_until)
    when transition = 'acknowledged' then format('tags of %s', coalesce(environment, 'no environment'))
    else format('%s %% of the calls of %s name feature, user and prompt, usually %s %%; %s is missing more often',
      round(100 * share, 1), coalesce(environment, 'no environment'), round(100 * usual_share, 1), tag)
  end
from tricost.tag_coverage_alerts
union all
select changed_at, (changed_at at time zone zone)::date, null, transition, 'unpriced', null, usd, null,
  concat_ws(' ', provider, model, nullif(detail, ''), case cause when 'usage' then '(counts that no price helps)' end)
from tricost.unpriced_models
cross join lateral (values
  ('opened', first_seen_at, null),
  ('resolved', resolved_at, repriced_usd)
) as changes (transition, changed_at, usd)
cross join reporting.reporting_day
where changed_at is not null;
