create table tricost.alerts (
  local_date date not null,
  feature text not null,
  rule text not null check (rule in ('growth', 'new')),
  previous_usd numeric,
  current_usd numeric not null,
  change_ratio numeric,
  details jsonb not null,
  outbox_id bigint not null references tricost.outbox (id),
  created_at timestamptz not null default now()
);
-- At most one alert per feature and day. Hashed: a feature's name may be longer than an index entry.
create unique index alerts_local_date_feature_key on tricost.alerts (local_date, md5(feature));

comment on table tricost.alerts is 'Every spend alert, with the numbers it was decided on.';
comment on column tricost.alerts.local_date is 'The day of the alert in the reporting zone; its windows end where this day starts.';
comment on column tricost.alerts.previous_usd is 'NULL: the feature had calls in the previous window, and none of known cost.';
comment on column tricost.alerts.change_ratio is '0.62 is +62 %. NULL: nothing to compare with (a new feature, or one that cost nothing before).';

grant insert, select on tricost.alerts to tricost_ingest;
