-- Two group roles without login; your login roles are made members of them (docs/how-to/deploy.md).
-- Roles belong to the cluster, not to the database: another database's migration, or an administrator, may have made them.
-- Then they are taken as they are, because only who made a role may comment on it, and not every owner may make one.
do $$
declare
  v_role text;
  v_comment text;
begin
  for v_role, v_comment in
    select * from (values
      ('tricost_ingest', 'What the tricost functions may do at run time: write calls, alerts and notifications; read what they need.'),
      ('tricost_readonly', 'What a dashboard may do: read the views of schema reporting, nothing else.')
    ) as wanted (role, comment)
  loop
    continue when to_regrole(v_role) is not null;
    begin
      execute format('create role %I nologin', v_role);
      execute format('comment on role %I is %L', v_role, v_comment);
    exception
      -- A concurrent migration of another database was quicker.
      when duplicate_object or unique_violation then null;
      when insufficient_privilege then
        raise exception 'role % does not exist and % may not create it; have an administrator run once: create role tricost_ingest nologin; create role tricost_readonly nologin;',
          v_role, current_user using errcode = 'insufficient_privilege';
    end;
  end loop;
end
$$;

-- Private tables. The runner has made the schema already, for its own ledger.
create schema if not exists tricost;
comment on schema tricost is 'Private tables of tricost. Not an interface: read schema reporting instead.';

create schema reporting;
comment on schema reporting is 'The public surface of tricost: views only. Columns are added, never renamed or removed, within a major version.';

grant usage on schema tricost to tricost_ingest;
grant usage on schema reporting to tricost_readonly, tricost_ingest;
