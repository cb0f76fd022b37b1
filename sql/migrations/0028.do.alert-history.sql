-- Tags that calls no longer have, and one history of all that was told of.

create table tricost.tag_coverage_alerts (
  id bigint generated always as identity primary key,
  local_date date not null,
  environment text,
  transition text not null check (transition in ('opened', 'resolved')),
  tag text not null check (tag in ('feature', 'user', 'prompt')),
  calls bigint not null check (calls > 0),
  share numeric not null check (share between 0 and 1),
  usual_share numeric not null check (usual_share between 0 and 1),
  outbox_id bigint not null references tricost.outbox (id),
  created_at timestamptz not null default now()
);
-- Hashed: a name may be longer than an index entry. Not said is one environment, too.
create unique index tag_coverage_alerts_local_date_environment_key
  on tricost.tag_coverage_alerts (local_date, md5(environment)) nulls not distinct;
comment on table tricost.tag_coverage_alerts is 'Environments whose calls stopped naming their feature, user or prompt, and that it is over. Rows are added, never changed.';
comment on column tricost.tag_coverage_alerts.environment is 'NULL: the calls that do not say.';
comment on column tricost.tag_coverage_alerts.tag is 'Which of the three fewer calls name.';
comment on column tricost.tag_coverage_alerts.calls is 'Of the day before.';
comment on column tricost.tag_coverage_alerts.share is 'Of these calls, how many name all three: 0.992 is 99.2 %.';
comment on column tricost.tag_coverage_alerts.usual_share is 'The median of the weeks before.';

create view reporting.tag_coverage_alerts as
select local_date, environment, transition, tag, calls, share, usual_share, created_at from tricost.tag_coverage_alerts;
comment on view reporting.tag_coverage_alerts is 'When calls of an environment stopped naming their feature, user or prompt, and when that was over.';

create view reporting.alert_history as
select created_at, local_date as day, feature, transition, rule, previous_usd, current_usd, change_ratio,
  case
    when transition = 'snoozed' then 'until ' || snoozed_until
    when rule = 'prompt' then 'prompt ' || coalesce(details -> 'prompt' ->> 'prompt_name', '(none)')
    when rule = 'user' then 'user ' || (details -> 'user' ->> 'user_id')
  end as detail
from tricost.alerts
union all
select created_at, local_date, null, transition, 'tags', null, null, null,
  format('%s %% of the calls of %s name feature, user and prompt, usually %s %%; %s is missing more often',
    round(100 * share, 1), coalesce(environment, 'no environment'), round(100 * usual_share, 1), tag)
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
comment on view reporting.alert_history is 'Everything that was told of, and what people said of it: spend of features, tags that calls no longer have, models without a price.';
comment on column reporting.alert_history.feature is 'NULL: of no single one.';
comment on column reporting.alert_history.rule is 'growth, new, spike, prompt, user; tags; unpriced. NULL: the end of a feature''s alert, or a person.';
comment on column reporting.alert_history.previous_usd is 'What the rule compared with.';
comment on column reporting.alert_history.current_usd is 'What it compared; of a model that has its price now, what its calls cost.';

grant select on reporting.alert_history, reporting.tag_coverage_alerts to tricost_readonly;
grant insert on tricost.tag_coverage_alerts to tricost_ingest;
grant select on reporting.tag_coverage_alerts, reporting.tag_coverage to tricost_ingest;
