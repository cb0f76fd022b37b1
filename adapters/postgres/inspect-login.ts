/** What a login is and may do, and what the server says of itself. */
import type { ClientBase } from 'pg';
import type { ServerTraces } from '../../domain/doctor/database-host.ts';
import type { LoginFacts } from '../../domain/doctor/judge-login.ts';

export interface ServerFacts {
  /** `server_version_num` */
  versionNumber: number;
  now: Date;
  traces: ServerTraces;
}

export async function inspectServer(client: ClientBase): Promise<ServerFacts> {
  const { rows } = await client.query<ServerFacts & ServerTraces>(
    `select current_setting('server_version_num')::int as "versionNumber", clock_timestamp() as now,
       exists (select from pg_catalog.pg_proc where proname = 'aurora_version') as "auroraFunction",
       to_regrole('rds_superuser') is not null as "rdsRole",
       to_regrole('supabase_admin') is not null as "supabaseRole",
       to_regrole('neon_superuser') is not null as "neonRole"`,
  );
  const { versionNumber, now, ...traces } = only(rows);
  return { versionNumber, now, traces };
}

export async function inspectLogin(client: ClientBase): Promise<LoginFacts> {
  const { rows } = await client.query<Omit<LoginFacts, 'inIngest'> & { inIngest: boolean | null }>(
    `select rolname::text as user, rolsuper as superuser, rolcreaterole or rolsuper as "mayRole",
       has_database_privilege(current_database(), 'create') as "maySchema",
       pg_is_in_recovery() as "readOnly",
       pg_has_role(rolname, to_regrole('tricost_ingest'), 'usage') as "inIngest",
       array(
         select 'schema ' || nspname from pg_catalog.pg_namespace
         where nspname in ('tricost', 'reporting') and pg_has_role(rolname, nspowner, 'member')
         union all
         select c.oid::regclass::text from pg_catalog.pg_class as c
         join pg_catalog.pg_namespace as n on n.oid = relnamespace
         where nspname in ('tricost', 'reporting') and relkind in ('r', 'p', 'v') and not relispartition
           and pg_has_role(rolname, relowner, 'member')
       ) as owns
     from pg_catalog.pg_roles where rolname = current_user`,
  );
  const { inIngest, ...facts } = only(rows);
  return { ...facts, inIngest: inIngest ?? undefined };
}

function only<Row>(rows: Row[]): Row {
  const [row] = rows;
  if (row === undefined) throw new Error('the server did not answer what it was asked');
  return row;
}
