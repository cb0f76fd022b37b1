-- A run of `tricost forget-user` that has not ended: what lets an interrupted one go on with the same pseudonym. Its row is
-- deleted when everything is done, because afterwards nobody may be able to tell whose pseudonym it is.
create table tricost.forget_user_runs (
  pseudonym text primary key,
  salt bytea not null,
  digest bytea not null,
  started_at timestamptz not null
);
comment on table tricost.forget_user_runs is 'Runs of `tricost forget-user` that were interrupted: run the command again to end them. Empty otherwise.';
comment on column tricost.forget_user_runs.digest is 'SHA-256 of the salt and the user''s id: recognises the user of an interrupted run without naming them.';
