-- Models that calls came from without a price: somebody is told once, and once more when every call of theirs has a cost.

create table tricost.unpriced_models (
  id bigint generated always as identity primary key,
  provider text not null,
  model text not null,
  cause text not null check (cause in ('price', 'usage')),
  detail text not null default '',
  first_seen_at timestamptz not null default now(),
  resolved_at timestamptz,
  repriced_calls bigint not null default 0,
  repriced_usd numeric not null default 0,
  check (first_seen_at <= resolved_at)
);
-- Seen again after it was resolved, a model is told of again.
create unique index unpriced_models_open_key on tricost.unpriced_models (provider, model, cause, detail) where resolved_at is null;

comment on table tricost.unpriced_models is 'One row from the first call of a model without a price until none is left, for each thing that it has no price for.';
comment on column tricost.unpriced_models.provider is 'As events name it.';
comment on column tricost.unpriced_models.model is 'As events name it.';
comment on column tricost.unpriced_models.cause is 'price: the list has none for the model, its tier or a unit. usage: the counts contradict themselves or say too little, so that no price helps.';
comment on column tricost.unpriced_models.detail is 'Of a price, what it is missing for: tier:scale, region:us, unit:audio_input. Empty: the model itself, or its counts.';
comment on column tricost.unpriced_models.resolved_at is 'When no stored call of the model was without a price any more. NULL: some are.';
comment on column tricost.unpriced_models.repriced_calls is 'Calls that got their cost since.';
comment on column tricost.unpriced_models.repriced_usd is 'What these cost, in US dollars.';

grant insert, select on tricost.unpriced_models to tricost_ingest;

create view reporting.unpriced_models as
select provider, model, cause, detail, first_seen_at, resolved_at, repriced_calls, repriced_usd
from tricost.unpriced_models;
comment on view reporting.unpriced_models is 'Models whose calls had no price, from the first such call until every one had a cost. How many there are now: reporting.unpriced_calls.';
grant select on reporting.unpriced_models to tricost_readonly;

-- Few calls are in it, so it costs ingest nothing, and whoever looks for them need not read all the others. Building it reads
-- every stored call once; ingest waits meanwhile, and SQS keeps what is published.
create index llm_calls_unpriced_idx on tricost.llm_calls (ts, event_id) where price_status = 'unpriced';

alter table tricost.repricing_runs add column only_unpriced boolean not null default false;
comment on column tricost.repricing_runs.only_unpriced is 'Whether calls that had a cost were left alone, as when new prices arrive.';
comment on table tricost.repricing_runs is 'Every run of `tricost reprice` that changed or may change calls, and every run by itself that changed some. finished_at NULL: running, or interrupted; the same command goes on.';
comment on column tricost.repricing_runs.calls_changed is 'A call that a run changed twice, because the list grew while it was interrupted, counts twice.';

create or replace view reporting.repricing_runs as
select id, started_at, finished_at, from_ts, until_ts, provider, model, calls_examined, calls_changed, usd_before, usd_after, only_unpriced
from tricost.repricing_runs;
