-- Runs that price stored calls again, so that one that was interrupted goes on, and anybody can see what changed history.

create table tricost.repricing_runs (
  id integer generated always as identity primary key,
  started_at timestamptz not null default now(),
  finished_at timestamptz,
  from_ts timestamptz not null,
  until_ts timestamptz not null,
  provider text,
  model text,
  price_list_version bigint not null,
  done_ts timestamptz,
  done_event_id uuid,
  calls_examined bigint not null default 0,
  calls_changed bigint not null default 0,
  usd_before numeric not null default 0,
  usd_after numeric not null default 0,
  check (from_ts < until_ts)
);
comment on table tricost.repricing_runs is 'Every run of `tricost reprice` that changed or may change calls. finished_at NULL: interrupted; the same command goes on.';
comment on column tricost.repricing_runs.provider is 'As events name it. NULL: any.';
comment on column tricost.repricing_runs.model is 'As events name it. NULL: any.';
comment on column tricost.repricing_runs.price_list_version is 'The list that the calls up to done_ts were priced by: when it has grown, a run that goes on begins anew.';
comment on column tricost.repricing_runs.done_ts is 'The last call that was examined; NULL: none yet.';
comment on column tricost.repricing_runs.usd_before is 'What the changed calls cost before, in US dollars; unpriced ones add nothing.';

create view reporting.repricing_runs as
select id, started_at, finished_at, from_ts, until_ts, provider, model, calls_examined, calls_changed, usd_before, usd_after
from tricost.repricing_runs;
comment on view reporting.repricing_runs is 'When stored calls were priced again, which, and what it changed. finished_at NULL: running, or interrupted.';
grant select on reporting.repricing_runs to tricost_readonly;
