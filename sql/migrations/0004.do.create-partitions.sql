/*
  Creates the missing monthly partitions of llm_calls from the month of from_month to that of to_month, inclusive, and
  returns their names. CREATE TABLE … LIKE then ATTACH takes SHARE UPDATE EXCLUSIVE on the parent, not the ACCESS
  EXCLUSIVE lock of CREATE … PARTITION OF: ingest goes on (https://www.postgresql.org/docs/current/ddl-partitioning.html).
  Months between the range and the partitions there are, are made too: a hole would swallow the calls that fall into it.
*/
create function tricost.ensure_partitions(from_month date, to_month date)
returns setof text
language plpgsql
set search_path = ''
as $$
declare
  v_month date := date_trunc('month', from_month);
  v_last date := date_trunc('month', to_month);
  v_oldest date;
  v_newest date;
  v_starts_at timestamptz;
  v_ends_at timestamptz;
  v_name text;
begin
  -- Two concurrent runs must not both find a month missing. Transaction-level, so it works behind a pooler.
  perform pg_advisory_xact_lock(hashtextextended('tricost.ensure_partitions', 0));
  select min(starts_at at time zone 'UTC')::date, max(starts_at at time zone 'UTC')::date
  into v_oldest, v_newest
  from tricost.llm_calls_partitions;
  v_month := least(v_month, v_newest);
  v_last := greatest(v_last, v_oldest);
  while v_month <= v_last loop
    v_starts_at := v_month::timestamp at time zone 'UTC';
    v_ends_at := (v_month + interval '1 month') at time zone 'UTC';
    v_name := 'llm_calls_p' || to_char(v_month, 'YYYY_MM');
    if not exists (select from tricost.llm_calls_partitions as p where p.name = v_name) then
      -- A table of that name that is not attached is a retired month: putting it back is an operator's decision.
      if to_regclass('tricost.' || v_name) is not null then
        raise exception 'table tricost.% exists but is not attached to llm_calls', v_name
          using hint = 'It is a retired month. Drop it, or attach it again by hand, then run this again.';
      end if;
      execute format('create table tricost.%I (like tricost.llm_calls including all)', v_name);
      execute format('alter table tricost.llm_calls attach partition tricost.%I for values from (%L) to (%L)',
        v_name, v_starts_at, v_ends_at);
      return next v_name;
    end if;
    v_month := v_month + interval '1 month';
  end loop;
end
$$;

comment on function tricost.ensure_partitions is 'Creates the missing monthly partitions between two months, inclusive; returns their names.';
revoke execute on function tricost.ensure_partitions from public;
