-- Two group roles without login; your login roles are made members of them (docs/how-to/deploy.md).
-- Roles belong to the cluster, not to the database, so another database's migration may have made them already.
do $$
begin
  create role tricost_ingest nologin;
exception
  when duplicate_object or unique_violation then null;
end
$$;

do $$
begin
  create role tricost_readonly nologin;
exception
  when duplicate_object or unique_violation then null;
end
$$;

comment on role tricost_ingest is 'What the tricost functions may do at run time: write calls, alerts and notifications; read what they need.';
comment on role tricost_readonly is 'What a dashboard may do: read the views of schema reporting, nothing else.';

-- Private tables. The runner has made the schema already, for its own ledger.
create schema if not exists tricost;
comment on schema tricost is 'Private tables of tricost. Not an interface: read schema reporting instead.';

create schema reporting;
comment on schema reporting is 'The public surface of tricost: views only. Columns are added, never renamed or removed, within a major version.';

grant usage on schema tricost to tricost_ingest;
grant usage on schema reporting to tricost_readonly, tricost_ingest;
