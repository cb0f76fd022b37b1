/** What the catalogue says of tricost's schemas: version, owner, roles, every privilege, partitions. */
import type { ClientBase } from 'pg';
import type { Grant } from '../../domain/doctor/expected-grants.ts';
import type { PartitionFacts } from '../../domain/doctor/judge-partitions.ts';
import type { SchemaFacts } from '../../domain/doctor/judge-schema.ts';

/** @param client as the login that migrates */
export async function inspectSchema(client: ClientBase): Promise<SchemaFacts> {
  const { rows } = await client.query<{
    user: string;
    migrated: boolean;
    owner: string | null;
    mayActAs: boolean | null;
    rolesPresent: SchemaFacts['rolesPresent'];
    mayCreateRoles: boolean;
  }>(
    `select rolname::text as user, rolcreaterole or rolsuper as "mayCreateRoles",
       to_regclass('tricost.schema_migrations') is not null as migrated,
       (select nspowner::regrole::text from pg_catalog.pg_namespace where nspname = 'tricost') as owner,
       (select pg_has_role(rolname, nspowner, 'usage') from pg_catalog.pg_namespace where nspname = 'tricost') as "mayActAs",
       array(select r.rolname::text from pg_catalog.pg_roles as r
             where r.rolname in ('tricost_ingest', 'tricost_readonly')) as "rolesPresent"
     from pg_catalog.pg_roles where rolname = current_user`,
  );
  const [row] = rows;
  if (row === undefined) throw new Error('the server did not answer what it was asked');
  const { migrated, owner, mayActAs, ...facts } = row;
  return {
    ...facts,
    owner: owner === null ? undefined : { name: owner, mayActAs: mayActAs === true },
    version: migrated && mayActAs === true ? await schemaVersion(client) : undefined,
    grants: await readGrants(client),
  };
}

async function schemaVersion(client: ClientBase): Promise<number | undefined> {
  const { rows } = await client.query<{ version: string | null }>(
    'select max(version) as version from tricost.schema_migrations',
  );
  const version = rows[0]?.version ?? null;
  return version === null ? undefined : Number(version);
}

/** Of the two roles and of everybody (PUBLIC), on schemas, tables, columns and functions; defaults included. */
export async function readGrants(client: ClientBase): Promise<Grant[]> {
  const { rows } = await client.query<Grant>(
    `with schemas as (
       select oid, nspname, nspacl, nspowner from pg_catalog.pg_namespace where nspname in ('tricost', 'reporting')
     ),
     privileges (object, acl) as (
       select 'schema ' || nspname, aclexplode(coalesce(nspacl, acldefault('n', nspowner))) from schemas
       union all
       select format('%s %I.%I', case relkind when 'S' then 'sequence' else 'table' end, nspname, relname),
         aclexplode(coalesce(relacl, acldefault(case relkind when 'S' then 's' else 'r' end::"char", relowner)))
       from pg_catalog.pg_class join schemas on schemas.oid = relnamespace
       where relkind in ('r', 'p', 'v', 'm', 'f', 'S')
       union all
       select format('function %I.%I(%s)', nspname, proname, oidvectortypes(proargtypes)),
         aclexplode(coalesce(proacl, acldefault('f', proowner)))
       from pg_catalog.pg_proc join schemas on schemas.oid = pronamespace
     ),
     column_privileges (object, attname, acl) as (
       select format('table %I.%I', nspname, relname), attname, aclexplode(attacl)
       from pg_catalog.pg_attribute
       join pg_catalog.pg_class as c on c.oid = attrelid
       join schemas on schemas.oid = relnamespace
     ),
     granted as (
       select object, (acl).grantee, lower((acl).privilege_type) as privilege from privileges
       union all
       select object, (acl).grantee, format('%s (%I)', lower((acl).privilege_type), attname) from column_privileges
     )
     select case grantee when 0 then 'public' else pg_get_userbyid(grantee)::text end as role, privilege, object
     from granted
     where grantee in (0, coalesce(to_regrole('tricost_ingest')::oid, 0), coalesce(to_regrole('tricost_readonly')::oid, 0))
     order by role, object, privilege`,
  );
  return rows;
}

/** Undefined while there is no table. */
export async function inspectPartitions(client: ClientBase): Promise<PartitionFacts | undefined> {
  const { rows: tables } = await client.query<{ exists: boolean }>(
    `select to_regclass('tricost.llm_calls_partitions') is not null as exists`,
  );
  if (tables[0]?.exists !== true) return undefined;
  const { rows } = await client.query<{
    months: Date[];
    detachPending: string[];
    unattached: string[];
    defaultPartition: string | null;
  }>(
    `select
       array(select starts_at from tricost.llm_calls_partitions
             where starts_at is not null and not detach_pending order by 1) as months,
       array(select partition_oid::regclass::text from tricost.llm_calls_partitions
             where detach_pending order by starts_at) as "detachPending",
       array(select c.oid::regclass::text from pg_catalog.pg_class as c
             where relnamespace = 'tricost'::regnamespace and relkind = 'r'
               and relname ~ '^llm_calls_p[0-9]{4}_[0-9]{2}$'
               and not exists (select from pg_catalog.pg_inherits where inhrelid = c.oid)
             order by relname) as unattached,
       (select nullif(partdefid, 0)::regclass::text from pg_catalog.pg_partitioned_table
        where partrelid = 'tricost.llm_calls'::regclass) as "defaultPartition"`,
  );
  const [row] = rows;
  return row === undefined
    ? undefined
    : { ...row, defaultPartition: row.defaultPartition ?? undefined };
}
