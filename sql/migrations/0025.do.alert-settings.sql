-- What a feature's alert has of its own; rows of a person, read every morning.
create table tricost.alert_settings (
  feature text not null,
  growth_ratio numeric check (growth_ratio >= 0),
  spike_ratio numeric check (spike_ratio >= 0),
  minimum_spend_usd numeric check (minimum_spend_usd >= 0)
);
-- Hashed: a feature's name may be longer than an index entry.
create unique index alert_settings_feature_key on tricost.alert_settings (md5(feature));

comment on table tricost.alert_settings is 'One row for each feature whose alert has thresholds of its own. NULL: as for all.';
comment on column tricost.alert_settings.growth_ratio is '0.3: a week must be more than 30 % above the one before.';
comment on column tricost.alert_settings.spike_ratio is '0.6: a day must be more than 60 % above its usual; of a prompt and a user, twice as much.';
comment on column tricost.alert_settings.minimum_spend_usd is 'What a week must cost, or such a day more in a week, in US dollars.';

grant select on tricost.alert_settings to tricost_ingest;
