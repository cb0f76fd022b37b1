-- One history of all that was told of.

create view reporting.alert_history as
select created_at, local_date as day, feature, transition, rule, previous_usd, current_usd, change_ratio,
  case
    when transition = 'snoozed' then 'until ' || snoozed_until
    when rule = 'prompt' then 'prompt ' || coalesce(details -> 'prompt' ->> 'prompt_name', '(none)')
    when rule = 'user' then 'user ' || (details -> 'user' ->> 'user_id')
  end as detail
from tricost.alerts
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
comment on view reporting.alert_history is 'Everything that was told of, and what people said of it: spend of features, and models without a price.';
comment on column reporting.alert_history.feature is 'NULL: of no single one.';
comment on column reporting.alert_history.rule is 'growth, new, spike, prompt, user; unpriced. NULL: the end of a feature''s alert, or a person.';
comment on column reporting.alert_history.previous_usd is 'What the rule compared with.';
comment on column reporting.alert_history.current_usd is 'What it compared; of a model that has its price now, what its calls cost.';

grant select on reporting.alert_history to tricost_readonly;
