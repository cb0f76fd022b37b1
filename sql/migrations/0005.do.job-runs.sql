-- A daily job's claim on a local date: a lease, done only on success, so that an outage or five concurrent runs change nothing.
create table tricost.job_runs (
  job text not null,
  local_date date not null,
  lease_token uuid not null,
  lease_expires_at timestamptz not null,
  attempts int not null default 1,
  started_at timestamptz not null,
  finished_at timestamptz,
  outcome jsonb,
  primary key (job, local_date)
);

comment on table tricost.job_runs is 'One row per job and local date: who holds it, until when, and whether it is done.';
grant insert, select, update on tricost.job_runs to tricost_ingest;
