-- Objects of our schemas of a kind that dump-schema.sql does not print: the golden file must not be silent about one.
with ours as (
  select oid from pg_namespace where nspname in ('tricost', 'reporting')
)
select pg_describe_object('pg_class'::regclass, c.oid, 0) as object
from pg_class as c
where c.relnamespace in (select oid from ours)
  and not c.relkind in ('r', 'p', 'v', 'i', 'I')
  -- The sequence of an identity column is said at its column.
  and not (c.relkind = 'S' and exists (
    select from pg_depend as d where d.objid = c.oid and d.classid = 'pg_class'::regclass and d.deptype = 'i'
  ))
union all
select pg_describe_object('pg_type'::regclass, oid, 0) from pg_type
where typnamespace in (select oid from ours) and typtype in ('d', 'e', 'r')
union all
select pg_describe_object('pg_proc'::regclass, oid, 0) from pg_proc
where pronamespace in (select oid from ours) and prokind not in ('f', 'p')
union all
select pg_describe_object('pg_rewrite'::regclass, r.oid, 0) from pg_rewrite as r
join pg_class as c on c.oid = r.ev_class
where c.relnamespace in (select oid from ours) and r.rulename <> '_RETURN'
union all
select pg_describe_object('pg_policy'::regclass, p.oid, 0) from pg_policy as p
join pg_class as c on c.oid = p.polrelid
where c.relnamespace in (select oid from ours)
union all
select pg_describe_object('pg_statistic_ext'::regclass, oid, 0) from pg_statistic_ext
where stxnamespace in (select oid from ours)
union all
select pg_describe_object('pg_default_acl'::regclass, oid, 0) from pg_default_acl
union all
select pg_describe_object('pg_event_trigger'::regclass, oid, 0) from pg_event_trigger
union all
select pg_describe_object('pg_extension'::regclass, oid, 0) from pg_extension where extname <> 'plpgsql'
order by 1;
