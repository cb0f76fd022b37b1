/*
  Rollups that are exact at any instant: a statement that touches calls marks the quarters of an hour it touched; a fold computes
  the hours and days of the marks again from the calls; views read what is marked from the calls and the rest from the rollups.
  A fold that is late costs time, never truth.
*/

create table tricost.rollup_state (
  only_row boolean primary key default true check (only_row),
  zone text not null default 'UTC',
  raw_from timestamptz not null default '-infinity'
);
insert into tricost.rollup_state default values;
comment on table tricost.rollup_state is 'One row.';
comment on column tricost.rollup_state.zone is 'IANA zone whose hours and days the rollups have.';
comment on column tricost.rollup_state.raw_from is 'Calls before it may be gone: what the rollups say of them is never computed again.';

create table tricost.fold_lock ();
comment on table tricost.fold_lock is 'Empty. Who folds locks it: an advisory lock would take the snapshot before it has waited.';
-- What LOCK TABLE asks for: https://www.postgresql.org/docs/current/sql-lock.html
grant update on tricost.fold_lock to tricost_ingest;

-- Hours and days as ranges of instants, so that no query has to reckon with clocks that jump. Cut at the first instant of every
-- UTC month, too: a month's partition can go, and no hour or day is half gone.
create table tricost.reporting_hours (
  starts_at timestamptz primary key,
  ends_at timestamptz not null,
  local_day date not null,
  check (starts_at < ends_at)
);
comment on table tricost.reporting_hours is 'The hours of the reporting zone, half-open, as far as there are partitions.';

create table tricost.reporting_days (
  starts_at timestamptz primary key,
  ends_at timestamptz not null,
  local_day date not null,
  check (starts_at < ends_at)
);
comment on table tricost.reporting_days is 'The days of the reporting zone, half-open; one that holds the start of a UTC month is two rows.';

/*
  Makes the hours and days between two UTC months. A day begins at the first instant that has its date: where clocks go back over
  midnight, the evening that comes again belongs to the new day.
*/
create function tricost.make_reporting_hours(p_from timestamptz, p_until timestamptz)
returns void
language plpgsql
set search_path = ''
as $$
declare
  v_zone text := (select zone from tricost.rollup_state);
begin
  insert into tricost.reporting_hours (starts_at, ends_at, local_day)
  select min(q), min(q) + count(*) * interval '15 minutes', local_day
  from (
    select q, q at time zone v_zone as local_time,
      -- Two days before, so that the first day is right, too.
      max((q at time zone v_zone)::date) over (order by q) as local_day
    from generate_series(p_from - interval '2 days', p_until - interval '15 minutes', interval '15 minutes') as q
  ) as quarters
  where q >= p_from
  group by local_day, date_trunc('hour', local_time), local_time - (q at time zone 'UTC'), date_trunc('month', q, 'UTC')
  on conflict do nothing;

  insert into tricost.reporting_days (starts_at, ends_at, local_day)
  select min(starts_at), max(ends_at), local_day
  from tricost.reporting_hours
  where starts_at >= p_from and starts_at < p_until
  group by local_day, date_trunc('month', starts_at, 'UTC')
  on conflict do nothing;
end
$$;
comment on function tricost.make_reporting_hours is 'Makes the hours and days of the reporting zone between two UTC months, where they are missing.';
revoke execute on function tricost.make_reporting_hours from public;

create table tricost.rollup_dirty (quarter timestamptz not null);
comment on table tricost.rollup_dirty is 'Quarters of an hour with calls that changed since the rollups were computed. Without a key: one would lose marks when a fold takes them while others make them.';

create table tricost.feature_hours (
  starts_at timestamptz not null,
  local_day date not null,
  calls bigint not null,
  priced_calls bigint not null,
  unpriced_calls bigint not null,
  failed_calls bigint not null,
  cache_hits bigint not null,
  input_tokens bigint,
  output_tokens bigint,
  cache_read_tokens bigint,
  latency_calls bigint not null,
  latency_ms bigint,
  cost_usd numeric,
  environment text,
  feature text not null,
  provider text not null,
  model text not null
);
-- No key over the names: each row is made once, by a fold that has deleted its hour, and a key would be larger than the rows.
create index feature_hours_starts_at_idx on tricost.feature_hours (starts_at);
create index feature_hours_local_day_idx on tricost.feature_hours (local_day);
comment on table tricost.feature_hours is 'Sums of the calls of a reporting hour. Read reporting.spend_by_feature_hour, which knows what has changed since.';

create table tricost.feature_days (like tricost.feature_hours including comments);
create index feature_days_starts_at_idx on tricost.feature_days (starts_at);
create index feature_days_local_day_idx on tricost.feature_days (local_day);
comment on table tricost.feature_days is 'Sums of feature_hours over a reporting day. Read reporting.spend_by_feature_day, which knows what has changed since.';

create table tricost.prompt_days (
  starts_at timestamptz not null,
  local_day date not null,
  calls bigint not null,
  priced_calls bigint not null,
  unpriced_calls bigint not null,
  failed_calls bigint not null,
  cache_hits bigint not null,
  input_tokens bigint,
  output_tokens bigint,
  cache_read_tokens bigint,
  latency_calls bigint not null,
  latency_ms bigint,
  cost_usd numeric,
  prompt_version int,
  environment text,
  feature text not null,
  prompt_name text,
  prompt_id text not null,
  provider text not null,
  model text not null
);
create index prompt_days_starts_at_idx on tricost.prompt_days (starts_at);
create index prompt_days_local_day_idx on tricost.prompt_days (local_day);
comment on table tricost.prompt_days is 'Sums of the calls of a reporting day. Read reporting.spend_by_prompt_day, which knows what has changed since.';

/*
  Marks. On the table and on each partition, because a statement addressed to a partition does not fire the table's triggers; one
  addressed to the table does not fire the partitions', so nothing is marked twice.
*/
create function tricost.mark_calls() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
  if tg_op = 'INSERT' then
    insert into tricost.rollup_dirty
    select distinct date_bin('15 minutes', ts, '2000-01-01Z') from after_rows;
  elsif tg_op = 'DELETE' then
    insert into tricost.rollup_dirty
    select distinct date_bin('15 minutes', ts, '2000-01-01Z') from before_rows;
  elsif tg_op = 'UPDATE' then
    insert into tricost.rollup_dirty
    select date_bin('15 minutes', ts, '2000-01-01Z') from before_rows
    union
    select date_bin('15 minutes', ts, '2000-01-01Z') from after_rows;
  else
    -- TRUNCATE: whatever was computed may be gone.
    insert into tricost.rollup_dirty select distinct starts_at from tricost.feature_hours;
  end if;
  return null;
end
$$;
comment on function tricost.mark_calls is 'Trigger: notes which quarters of an hour have to be computed again.';
revoke execute on function tricost.mark_calls from public;

create function tricost.make_mark_triggers(p_table regclass)
returns boolean
language plpgsql
set search_path = ''
as $$
begin
  if exists (select from pg_catalog.pg_trigger where tgrelid = p_table and tgname = 'mark_truncated') then
    return false;
  end if;
  execute format('create trigger mark_inserted after insert on %s referencing new table as after_rows for each statement execute function tricost.mark_calls()', p_table);
  execute format('create trigger mark_updated after update on %s referencing old table as before_rows new table as after_rows for each statement execute function tricost.mark_calls()', p_table);
  execute format('create trigger mark_deleted after delete on %s referencing old table as before_rows for each statement execute function tricost.mark_calls()', p_table);
  execute format('create trigger mark_truncated after truncate on %s for each statement execute function tricost.mark_calls()', p_table);
  return true;
end
$$;
comment on function tricost.make_mark_triggers is 'Gives llm_calls, or a partition of it, the triggers that mark; returns whether it had none.';
revoke execute on function tricost.make_mark_triggers from public;

/*
  As before, and besides: a new partition gets its triggers before it can get calls, and its hours and days. One that somebody made
  or attached by hand gets them now, and its calls are marked.
*/
create or replace function tricost.ensure_partitions(from_month date, to_month date)
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
      if v_starts_at < (select raw_from from tricost.rollup_state) then
        raise exception 'the month % was dropped once, and its sums are kept as they were', to_char(v_month, 'YYYY-MM')
          using hint = 'Calls that come back into it would be in no report. Import from a later month on.';
      end if;
      perform tricost.make_reporting_hours(v_starts_at, v_ends_at);
      execute format('create table tricost.%I (like tricost.llm_calls including all)', v_name);
      perform tricost.make_mark_triggers(format('tricost.%I', v_name)::regclass);
      execute format('alter table tricost.llm_calls attach partition tricost.%I for values from (%L) to (%L)',
        v_name, v_starts_at, v_ends_at);
      return next v_name;
    end if;
    v_month := v_month + interval '1 month';
  end loop;
  for v_name, v_starts_at, v_ends_at in
    select p.name, p.starts_at, p.ends_at from tricost.llm_calls_partitions as p where not p.detach_pending
  loop
    if tricost.make_mark_triggers(format('tricost.%I', v_name)::regclass) then
      perform tricost.make_reporting_hours(v_starts_at, v_ends_at);
      execute format($mark$insert into tricost.rollup_dirty
        select distinct date_bin('15 minutes', ts, '2000-01-01Z') from tricost.%I$mark$, v_name);
    end if;
  end loop;
end
$$;

-- What was there before: its triggers and hours, and one mark for every quarter of an hour with calls.
select tricost.make_mark_triggers('tricost.llm_calls');
select tricost.make_mark_triggers(partition_oid::regclass), tricost.make_reporting_hours(starts_at, ends_at)
from tricost.llm_calls_partitions;
insert into tricost.rollup_dirty
select distinct date_bin('15 minutes', ts, '2000-01-01Z') from tricost.llm_calls;

create view tricost.dirty_hours as
select distinct h.starts_at, h.ends_at, h.local_day
from (select distinct quarter from tricost.rollup_dirty) as dirty
cross join lateral (
  select starts_at, ends_at, local_day from tricost.reporting_hours where starts_at <= quarter order by starts_at desc limit 1
) as h
where h.starts_at >= (select raw_from from tricost.rollup_state);
comment on view tricost.dirty_hours is 'Hours with calls that changed since the rollups were computed.';

create view tricost.dirty_days as
select distinct d.starts_at, d.ends_at, d.local_day
from tricost.dirty_hours as h
cross join lateral (
  select starts_at, ends_at, local_day from tricost.reporting_days where starts_at <= h.starts_at order by starts_at desc limit 1
) as d;
comment on view tricost.dirty_days is 'Days with calls that changed since the rollups were computed.';

/*
  Computes the newest days with marks before an instant again, and their marked hours: in a REPEATABLE READ transaction whose first
  statement has locked fold_lock, so that marks, calls and rollups are seen as of one instant, and by one fold at a time. By days,
  because a prompt's day is computed from all of its calls, whether one quarter of an hour is marked or all of them.
*/
create function tricost.fold_spend(p_days int, p_before timestamptz)
returns int
language plpgsql
security definer
set search_path = ''
set plan_cache_mode = force_custom_plan
as $$
declare
  v_raw_from timestamptz := (select raw_from from tricost.rollup_state);
  v_quarters timestamptz[];
  v_hours timestamptz[];
  v_days timestamptz[];
begin
  select array_agg(starts_at) into v_days
  from (
    select starts_at from tricost.dirty_days where starts_at < p_before order by starts_at desc limit p_days
  ) as newest;
  -- What lies before raw_from is never computed again.
  delete from tricost.rollup_dirty where quarter < v_raw_from;
  with taken as (
    delete from tricost.rollup_dirty
    using tricost.reporting_days as d
    where d.starts_at = any (v_days) and quarter >= d.starts_at and quarter < d.ends_at
    returning quarter
  )
  select array_agg(distinct quarter) into v_quarters from taken;

  -- Each hour, and each day, reads its own range of the calls and not what lies between.
  select array_agg(distinct h.starts_at) into v_hours
  from unnest(v_quarters) as q
  cross join lateral (
    select starts_at from tricost.reporting_hours where starts_at <= q order by starts_at desc limit 1
  ) as h
  where h.starts_at >= v_raw_from;
  delete from tricost.feature_hours where starts_at = any (v_hours);
  insert into tricost.feature_hours (
    starts_at, local_day, environment, feature, provider, model,
    calls, priced_calls, unpriced_calls, failed_calls, cache_hits,
    input_tokens, output_tokens, cache_read_tokens, latency_calls, latency_ms, cost_usd
  )
  select h.starts_at, h.local_day, sums.*
  from tricost.reporting_hours as h
  cross join lateral (
    select environment, feature, provider, model,
      count(*), count(cost_usd), count(*) filter (where price_status = 'unpriced'), count(*) filter (where status <> 'ok'),
      count(*) filter (where cache_hit), sum(input_tokens), sum(output_tokens), sum(cache_read_tokens),
      count(latency_ms), sum(latency_ms), sum(cost_usd)
    from tricost.llm_calls
    where ts >= h.starts_at and ts < h.ends_at
    group by environment, feature, provider, model
  ) as sums
  where h.starts_at = any (v_hours);

  -- A day of features is the sum of its hours: the work follows the calls of the marked hours, not those of the day.
  delete from tricost.feature_days where starts_at = any (v_days);
  insert into tricost.feature_days (
    starts_at, local_day, environment, feature, provider, model,
    calls, priced_calls, unpriced_calls, failed_calls, cache_hits,
    input_tokens, output_tokens, cache_read_tokens, latency_calls, latency_ms, cost_usd
  )
  select d.starts_at, d.local_day, sums.*
  from tricost.reporting_days as d
  cross join lateral (
    select environment, feature, provider, model,
      sum(calls), sum(priced_calls), sum(unpriced_calls), sum(failed_calls), sum(cache_hits),
      sum(input_tokens), sum(output_tokens), sum(cache_read_tokens), sum(latency_calls), sum(latency_ms), sum(cost_usd)
    from tricost.feature_hours
    where starts_at >= d.starts_at and starts_at < d.ends_at
    group by environment, feature, provider, model
  ) as sums
  where d.starts_at = any (v_days);

  delete from tricost.prompt_days where starts_at = any (v_days);
  insert into tricost.prompt_days (
    starts_at, local_day, environment, feature, prompt_name, prompt_id, prompt_version, provider, model,
    calls, priced_calls, unpriced_calls, failed_calls, cache_hits,
    input_tokens, output_tokens, cache_read_tokens, latency_calls, latency_ms, cost_usd
  )
  select d.starts_at, d.local_day, sums.*
  from tricost.reporting_days as d
  cross join lateral (
    select environment, feature, prompt_name, prompt_id, prompt_version, provider, model,
      count(*), count(cost_usd), count(*) filter (where price_status = 'unpriced'), count(*) filter (where status <> 'ok'),
      count(*) filter (where cache_hit), sum(input_tokens), sum(output_tokens), sum(cache_read_tokens),
      count(latency_ms), sum(latency_ms), sum(cost_usd)
    from tricost.llm_calls
    where ts >= d.starts_at and ts < d.ends_at
    group by environment, feature, prompt_name, prompt_id, prompt_version, provider, model
  ) as sums
  where d.starts_at = any (v_days);
  return coalesce(cardinality(v_days), 0);
end
$$;
comment on function tricost.fold_spend is 'Computes the newest days with marks again; returns how many. Only in a REPEATABLE READ transaction that has locked fold_lock first.';
revoke execute on function tricost.fold_spend from public;
grant execute on function tricost.fold_spend to tricost_ingest;

/*
  Gives the rollups the hours and days of another zone. Everything that can be computed again is marked: until it is folded, views
  read it from the calls, slowly and rightly. What is no longer kept call by call keeps the hours it has.
*/
create function tricost.set_reporting_zone(p_zone text)
returns boolean
language plpgsql
set search_path = ''
as $$
declare
  v_state tricost.rollup_state;
  v_from timestamptz;
  v_until timestamptz;
begin
  -- No month may be made meanwhile, with the hours of the zone that goes.
  perform pg_advisory_xact_lock(hashtextextended('tricost.ensure_partitions', 0));
  lock table tricost.fold_lock in exclusive mode;
  select * into v_state from tricost.rollup_state;
  if v_state.zone = p_zone then
    return false;
  end if;
  update tricost.rollup_state set zone = p_zone;
  delete from tricost.feature_hours where starts_at >= v_state.raw_from;
  delete from tricost.feature_days where starts_at >= v_state.raw_from;
  delete from tricost.prompt_days where starts_at >= v_state.raw_from;
  delete from tricost.reporting_hours where starts_at >= v_state.raw_from;
  delete from tricost.reporting_days where starts_at >= v_state.raw_from;
  select greatest(min(starts_at), v_state.raw_from), max(ends_at) into v_from, v_until
  from tricost.llm_calls_partitions;
  perform tricost.make_reporting_hours(v_from, v_until);
  insert into tricost.rollup_dirty
  select q from generate_series(
    date_bin('15 minutes', (select min(ts) from tricost.llm_calls where ts >= v_from), '2000-01-01Z'),
    (select max(ts) from tricost.llm_calls),
    interval '15 minutes'
  ) as q;
  return true;
end
$$;
comment on function tricost.set_reporting_zone is 'Gives the rollups the hours and days of another IANA zone; returns whether it was another.';
revoke execute on function tricost.set_reporting_zone from public;

create view reporting.spend_by_feature_hour as
with dirty as materialized (select starts_at, ends_at, local_day from tricost.dirty_hours)
select starts_at as hour, local_day as day, environment, feature, provider, model,
  calls, priced_calls, unpriced_calls, failed_calls, cache_hits,
  input_tokens, output_tokens, cache_read_tokens, latency_calls, latency_ms, cost_usd
from tricost.feature_hours
where starts_at not in (select starts_at from dirty)
union all
select dirty.starts_at, dirty.local_day, sums.*
from dirty
cross join lateral (
  select environment, feature, provider, model,
    count(*), count(cost_usd), count(*) filter (where price_status = 'unpriced'), count(*) filter (where status <> 'ok'),
    count(*) filter (where cache_hit), sum(input_tokens), sum(output_tokens), sum(cache_read_tokens),
    count(latency_ms), sum(latency_ms), sum(cost_usd)
  from tricost.llm_calls
  where ts >= dirty.starts_at and ts < dirty.ends_at
  group by environment, feature, provider, model
) as sums;
comment on view reporting.spend_by_feature_hour is 'Calls, tokens and US dollars per hour of the reporting zone, environment, feature, provider and model: exact at every instant. Sums leave out what is unknown, which is counted beside.';
comment on column reporting.spend_by_feature_hour.hour is 'When the hour began.';
comment on column reporting.spend_by_feature_hour.day is 'Its day in the reporting zone.';
comment on column reporting.spend_by_feature_hour.priced_calls is 'Calls of known cost: those that cost_usd sums.';
comment on column reporting.spend_by_feature_hour.unpriced_calls is 'Calls with usage and without a price.';
comment on column reporting.spend_by_feature_hour.failed_calls is 'Calls that did not end ok.';
comment on column reporting.spend_by_feature_hour.latency_calls is 'Calls of known latency: those that latency_ms sums.';
comment on column reporting.spend_by_feature_hour.cost_usd is 'NULL: no call has a known cost.';

create view reporting.spend_by_feature_day as
with dirty_days as materialized (select starts_at, ends_at, local_day from tricost.dirty_days),
dirty_hours as materialized (select starts_at, ends_at, local_day from tricost.dirty_hours),
live as (
  select local_day as day, environment, feature, provider, model,
    calls, priced_calls, unpriced_calls, failed_calls, cache_hits,
    input_tokens, output_tokens, cache_read_tokens, latency_calls, latency_ms, cost_usd
  from tricost.feature_days
  where starts_at not in (select starts_at from dirty_days)
  union all
  -- Of a day with changes, the hours without any …
  select d.local_day, environment, feature, provider, model,
    calls, priced_calls, unpriced_calls, failed_calls, cache_hits,
    input_tokens, output_tokens, cache_read_tokens, latency_calls, latency_ms, cost_usd
  from dirty_days as d
  join tricost.feature_hours as h on h.starts_at >= d.starts_at and h.starts_at < d.ends_at
  where h.starts_at not in (select starts_at from dirty_hours)
  union all
  -- … and the others from the calls.
  select h.local_day, sums.*
  from dirty_hours as h
  cross join lateral (
    select environment, feature, provider, model,
      count(*), count(cost_usd), count(*) filter (where price_status = 'unpriced'), count(*) filter (where status <> 'ok'),
      count(*) filter (where cache_hit), sum(input_tokens), sum(output_tokens), sum(cache_read_tokens),
      count(latency_ms), sum(latency_ms), sum(cost_usd)
    from tricost.llm_calls
    where ts >= h.starts_at and ts < h.ends_at
    group by environment, feature, provider, model
  ) as sums
)
select day, environment, feature, provider, model,
  sum(calls)::bigint as calls, sum(priced_calls)::bigint as priced_calls, sum(unpriced_calls)::bigint as unpriced_calls,
  sum(failed_calls)::bigint as failed_calls, sum(cache_hits)::bigint as cache_hits,
  sum(input_tokens)::bigint as input_tokens, sum(output_tokens)::bigint as output_tokens,
  sum(cache_read_tokens)::bigint as cache_read_tokens, sum(latency_calls)::bigint as latency_calls,
  sum(latency_ms)::bigint as latency_ms, sum(cost_usd) as cost_usd
from live
group by day, environment, feature, provider, model;
comment on view reporting.spend_by_feature_day is 'The same per day of the reporting zone.';

create view reporting.spend_by_prompt_day as
with dirty as materialized (select starts_at, ends_at, local_day from tricost.dirty_days),
live as (
  select local_day as day, environment, feature, prompt_name, prompt_id, prompt_version, provider, model,
    calls, priced_calls, unpriced_calls, failed_calls, cache_hits,
    input_tokens, output_tokens, cache_read_tokens, latency_calls, latency_ms, cost_usd
  from tricost.prompt_days
  where starts_at not in (select starts_at from dirty)
  union all
  select dirty.local_day, sums.*
  from dirty
  cross join lateral (
    select environment, feature, prompt_name, prompt_id, prompt_version, provider, model,
      count(*), count(cost_usd), count(*) filter (where price_status = 'unpriced'), count(*) filter (where status <> 'ok'),
      count(*) filter (where cache_hit), sum(input_tokens), sum(output_tokens), sum(cache_read_tokens),
      count(latency_ms), sum(latency_ms), sum(cost_usd)
    from tricost.llm_calls
    where ts >= dirty.starts_at and ts < dirty.ends_at
    group by environment, feature, prompt_name, prompt_id, prompt_version, provider, model
  ) as sums
)
-- A day that holds the start of a UTC month is in two parts.
select day, environment, feature, prompt_name, prompt_id, prompt_version, provider, model,
  sum(calls)::bigint as calls, sum(priced_calls)::bigint as priced_calls, sum(unpriced_calls)::bigint as unpriced_calls,
  sum(failed_calls)::bigint as failed_calls, sum(cache_hits)::bigint as cache_hits,
  sum(input_tokens)::bigint as input_tokens, sum(output_tokens)::bigint as output_tokens,
  sum(cache_read_tokens)::bigint as cache_read_tokens, sum(latency_calls)::bigint as latency_calls,
  sum(latency_ms)::bigint as latency_ms, sum(cost_usd) as cost_usd
from live
group by day, environment, feature, prompt_name, prompt_id, prompt_version, provider, model;
comment on view reporting.spend_by_prompt_day is 'Calls, tokens and US dollars per day of the reporting zone, environment, feature, prompt version, provider and model: exact at every instant.';

create view reporting.spend_by_user_day as
select d.local_day as day, environment, user_id, feature, provider, model,
  sum(sums.calls)::bigint as calls, sum(sums.priced_calls)::bigint as priced_calls,
  sum(sums.unpriced_calls)::bigint as unpriced_calls,
  sum(sums.input_tokens)::bigint as input_tokens, sum(sums.output_tokens)::bigint as output_tokens,
  sum(sums.cost_usd) as cost_usd
from tricost.reporting_days as d
cross join lateral (
  select environment, user_id, feature, provider, model,
    count(*) as calls, count(cost_usd) as priced_calls, count(*) filter (where price_status = 'unpriced') as unpriced_calls,
    sum(input_tokens) as input_tokens, sum(output_tokens) as output_tokens, sum(cost_usd) as cost_usd
  from tricost.llm_calls
  where ts >= d.starts_at and ts < d.ends_at
  group by environment, user_id, feature, provider, model
) as sums
group by d.local_day, environment, user_id, feature, provider, model;
comment on view reporting.spend_by_user_day is 'Calls, tokens and US dollars per day of the reporting zone, environment, user, feature, provider and model. Reads every call of the days asked for: ask for few. Only for months whose calls are kept one by one.';

create view reporting.reporting_day as
select zone, now() as now,
  (select local_day from tricost.reporting_days where starts_at <= now() order by starts_at desc limit 1) as today
from tricost.rollup_state;
comment on view reporting.reporting_day is 'One row: the reporting zone and the day that it is there.';

grant select on reporting.spend_by_feature_hour, reporting.spend_by_feature_day, reporting.spend_by_prompt_day,
  reporting.spend_by_user_day, reporting.reporting_day to tricost_readonly;
-- What the alert reads.
grant select on reporting.spend_by_prompt_day, reporting.reporting_day to tricost_ingest;
