-- What happened to a feature's alert, one row each: it opened, got worse, somebody took it on or put it off, it ended.

alter table tricost.alerts
  add column id bigint generated always as identity,
  -- What the previous release writes are openings.
  add column transition text not null default 'opened'
    check (transition in ('opened', 'escalated', 'acknowledged', 'snoozed', 'resolved')),
  add column weekly_excess_usd numeric,
  add column snoozed_until date,
  add check ((transition = 'snoozed') = (snoozed_until is not null)),
  alter column rule drop not null,
  alter column current_usd drop not null,
  alter column outbox_id drop not null,
  drop constraint alerts_rule_check,
  add constraint alerts_rule_check check (rule in ('growth', 'new', 'spike', 'prompt', 'user')),
  add primary key (id);

-- The job says one thing a day of a feature; a person may say more.
drop index tricost.alerts_local_date_feature_key;
create unique index alerts_local_date_feature_key on tricost.alerts (local_date, md5(feature))
  where transition in ('opened', 'escalated', 'resolved');
create index alerts_feature_id_idx on tricost.alerts (md5(feature), id desc);

-- What alerted last some days ago is over, and nobody needs to be told; what did yesterday may still be.
insert into tricost.alerts (local_date, feature, transition, details)
select max(local_date) + 1, feature, 'resolved', '{}'
from tricost.alerts
group by feature
having max(local_date) < current_date - 1;

comment on table tricost.alerts is 'Everything that happened to the alert of a feature, with the numbers it was decided on. Rows are added, never changed.';
comment on column tricost.alerts.transition is 'opened, escalated and resolved: by the job. acknowledged and snoozed: by a person.';
comment on column tricost.alerts.rule is 'Of an opening and an escalation, the rule that it is headed by. NULL: none, at the end, or when a person said something.';
comment on column tricost.alerts.previous_usd is 'What the rule compares with. NULL: calls of unknown cost, or no rule.';
comment on column tricost.alerts.current_usd is 'What the rule compares: a week, a day or hours. At the end, the last seven days.';
comment on column tricost.alerts.weekly_excess_usd is 'What the feature spends more a week, or would with more such days.';
comment on column tricost.alerts.snoozed_until is 'The first day that it may be heard of again.';

create or replace view reporting.alerts as
select local_date, feature, rule, previous_usd, current_usd, change_ratio, details, created_at,
  id, transition, weekly_excess_usd, snoozed_until
from tricost.alerts;
comment on view reporting.alerts is 'Everything that happened to the alerts of features, with the numbers it was decided on.';

create view reporting.alert_states as
select feature, transition, local_date, opened_on, told_usd, snoozed_until
from (
  select feature,
    (array_agg(transition order by id desc))[1] as transition,
    (array_agg(local_date order by id desc))[1] as local_date,
    (array_agg(snoozed_until order by id desc))[1] as snoozed_until,
    max(local_date) filter (where transition = 'opened') as opened_on,
    -- The previous release wrote none.
    (array_agg(coalesce(weekly_excess_usd, current_usd - coalesce(previous_usd, 0)) order by id desc)
      filter (where transition in ('opened', 'escalated')))[1] as told_usd
  from tricost.alerts
  group by feature
) as latest
where transition <> 'resolved';
comment on view reporting.alert_states is 'The open alerts, one a feature, with the last thing that happened to each.';
comment on column reporting.alert_states.told_usd is 'What the feature spent more a week when that was last told of.';

grant select on reporting.alert_states to tricost_readonly, tricost_ingest;
-- What the rules read.
grant select on reporting.spend_by_feature_day, reporting.spend_by_feature_hour, reporting.spend_by_user_day,
  reporting.prompt_versions to tricost_ingest;
