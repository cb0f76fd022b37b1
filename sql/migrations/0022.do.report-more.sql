/*
  More of the same rollups: how long calls took, which version of a prompt answers, and who is named. And one text for the sums of
  calls, which folds and views both read.
*/

-- Counts of an hour or a day fit into four bytes, which makes the rollups a tenth smaller. Their views are made again below.
drop view reporting.spend_by_feature_hour, reporting.spend_by_feature_day, reporting.spend_by_prompt_day;
alter table tricost.feature_hours
  alter calls type int, alter priced_calls type int, alter unpriced_calls type int, alter failed_calls type int,
  alter cache_hits type int, alter latency_calls type int;
alter table tricost.feature_days
  alter calls type int, alter priced_calls type int, alter unpriced_calls type int, alter failed_calls type int,
  alter cache_hits type int, alter latency_calls type int;
alter table tricost.prompt_days
  alter calls type int, alter priced_calls type int, alter unpriced_calls type int, alter failed_calls type int,
  alter cache_hits type int, alter latency_calls type int;

-- Known when the day was computed since: NULL for months that were dropped before.
alter table tricost.prompt_days
  add column calls_with_user int,
  add column cost_usd_with_user numeric;

/*
  Buckets of latencies, each so narrow that latency_ms is at most 5 % from every latency in it: the next one begins where
  to_ms would be more than 21/19 of from_ms. Below ten milliseconds each is a bucket of its own.
*/
create table tricost.latency_buckets (
  bucket smallint primary key,
  from_ms int not null,
  to_ms int not null,
  latency_ms numeric not null,
  check (from_ms <= latency_ms and latency_ms <= to_ms)
);
comment on table tricost.latency_buckets is 'Milliseconds from and to, both inclusive, and the one that stands for them: at most 5 % from each.';
with recursive bounds (bucket, from_ms, to_ms) as (
  select 1, 0::bigint, 0::bigint
  union all
  select bucket + 1, to_ms + 1, least((to_ms + 1) * 21 / 19, 2147483647)
  from bounds
  where to_ms < 2147483647
)
insert into tricost.latency_buckets (bucket, from_ms, to_ms, latency_ms)
-- The harmonic mean is as far from the one as from the other, in proportion.
select bucket, from_ms, to_ms, case when to_ms = 0 then 0 else round(2.0 * from_ms * to_ms / (from_ms + to_ms), 6) end
from bounds;

create table tricost.latency_days (
  starts_at timestamptz not null,
  local_day date not null,
  environment text,
  feature text not null,
  provider text not null,
  model text not null,
  buckets smallint[] not null,
  calls int[] not null
);
create index latency_days_starts_at_idx on tricost.latency_days (starts_at);
create index latency_days_local_day_idx on tricost.latency_days (local_day);
comment on table tricost.latency_days is 'How many calls of a reporting day are in which bucket of latency. Read reporting.latency_by_feature_day, which knows what has changed since.';

create table tricost.prompt_majorities (
  local_day date not null,
  environment text,
  feature text not null,
  prompt_name text,
  prompt_id text not null,
  prompt_version int not null
);
create index prompt_majorities_local_day_idx on tricost.prompt_majorities (local_day);
comment on table tricost.prompt_majorities is 'The version of a prompt that has more than half of its calls of a reporting day, where one has. Read reporting.prompt_transitions, which knows what has changed since.';

/*
  What the rollups are computed from, one text for folds and views. Functions, because a planner that sees the calls reckons each
  hour with a share of every month: beyond a million calls its estimate starts the JIT compiler where the server has one, which
  takes seconds for what takes milliseconds.
*/
create function tricost.feature_sums(p_from timestamptz, p_until timestamptz)
returns table (
  environment text, feature text, provider text, model text,
  calls int, priced_calls int, unpriced_calls int, failed_calls int, cache_hits int,
  input_tokens bigint, output_tokens bigint, cache_read_tokens bigint, latency_calls int, latency_ms bigint, cost_usd numeric
)
language sql
stable
parallel safe
rows 200
security definer
set search_path = ''
set jit = off
as $$
  select environment, feature, provider, model,
    count(*)::int, count(cost_usd)::int, (count(*) filter (where price_status = 'unpriced'))::int,
    (count(*) filter (where status <> 'ok'))::int, (count(*) filter (where cache_hit))::int,
    sum(input_tokens), sum(output_tokens), sum(cache_read_tokens), count(latency_ms)::int, sum(latency_ms), sum(cost_usd)
  from tricost.llm_calls
  where ts >= p_from and ts < p_until
  group by environment, feature, provider, model
$$;
comment on function tricost.feature_sums is 'What feature_hours has to say of a range, from the calls.';

create function tricost.prompt_sums(p_from timestamptz, p_until timestamptz)
returns table (
  environment text, feature text, prompt_name text, prompt_id text, prompt_version int, provider text, model text,
  calls int, priced_calls int, unpriced_calls int, failed_calls int, cache_hits int,
  input_tokens bigint, output_tokens bigint, cache_read_tokens bigint, latency_calls int, latency_ms bigint, cost_usd numeric,
  calls_with_user int, cost_usd_with_user numeric
)
language sql
stable
parallel safe
rows 1000
security definer
set search_path = ''
set jit = off
as $$
  select environment, feature, prompt_name, prompt_id, prompt_version, provider, model,
    count(*)::int, count(cost_usd)::int, (count(*) filter (where price_status = 'unpriced'))::int,
    (count(*) filter (where status <> 'ok'))::int, (count(*) filter (where cache_hit))::int,
    sum(input_tokens), sum(output_tokens), sum(cache_read_tokens), count(latency_ms)::int, sum(latency_ms), sum(cost_usd),
    (count(*) filter (where user_id <> '(none)'))::int, sum(cost_usd) filter (where user_id <> '(none)')
  from tricost.llm_calls
  where ts >= p_from and ts < p_until
  group by environment, feature, prompt_name, prompt_id, prompt_version, provider, model
$$;
comment on function tricost.prompt_sums is 'What prompt_days has to say of a range, from the calls.';

create function tricost.latency_histograms(p_from timestamptz, p_until timestamptz)
returns table (environment text, feature text, provider text, model text, buckets smallint[], calls int[])
language sql
stable
parallel safe
rows 200
security definer
set search_path = ''
set jit = off
as $$
  select environment, feature, provider, model, array_agg(bucket order by bucket), array_agg(calls order by bucket)
  from (
    select environment, feature, provider, model,
      width_bucket(latency_ms, (select array_agg(from_ms order by from_ms) from tricost.latency_buckets))::smallint as bucket,
      count(*)::int as calls
    from tricost.llm_calls
    where ts >= p_from and ts < p_until and latency_ms is not null
    group by 1, 2, 3, 4, 5
  ) as counted
  group by environment, feature, provider, model
$$;
comment on function tricost.latency_histograms is 'What latency_days has to say of a range, from the calls.';

-- A view calls them as who asks. They say nothing that reporting.llm_calls does not.
revoke execute on function tricost.feature_sums, tricost.prompt_sums, tricost.latency_histograms from public;
grant execute on function tricost.feature_sums, tricost.prompt_sums, tricost.latency_histograms to tricost_readonly;
-- What the alert reads.
grant execute on function tricost.feature_sums, tricost.prompt_sums to tricost_ingest;

-- As before, with the day of each: a view finds the hours of the marks once, and their days from them.
create or replace view tricost.dirty_hours as
select h.starts_at, h.ends_at, h.local_day, d.starts_at as day_starts_at, d.ends_at as day_ends_at
from (
  select distinct h.starts_at, h.ends_at, h.local_day
  from (select distinct quarter from tricost.rollup_dirty) as dirty
  cross join lateral (
    select starts_at, ends_at, local_day from tricost.reporting_hours where starts_at <= quarter order by starts_at desc limit 1
  ) as h
  where h.starts_at >= (select raw_from from tricost.rollup_state)
) as h
cross join lateral (
  select starts_at, ends_at from tricost.reporting_days where starts_at <= h.starts_at order by starts_at desc limit 1
) as d;

create or replace view tricost.dirty_days as
select distinct day_starts_at as starts_at, day_ends_at as ends_at, local_day from tricost.dirty_hours;

create view tricost.days_of_two_months as
select local_day from tricost.reporting_days group by local_day having count(*) > 1;
comment on view tricost.days_of_two_months is 'Days that hold the start of a UTC month, and so are two rows of the rollups.';

-- What there is of each day now: clean parts from the rollups, the others from the calls. A day may be in several parts.
create view tricost.feature_day_parts as
with dirty_hours as materialized (select starts_at, ends_at, local_day, day_starts_at, day_ends_at from tricost.dirty_hours),
dirty_days as materialized (select distinct day_starts_at as starts_at, day_ends_at as ends_at, local_day from dirty_hours)
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
select local_day, sums.*
from dirty_hours
cross join lateral tricost.feature_sums(starts_at, ends_at) as sums;
comment on view tricost.feature_day_parts is 'Parts whose sums reporting.spend_by_feature_day has.';

create view tricost.prompt_day_parts as
with dirty_days as materialized (select starts_at, ends_at, local_day from tricost.dirty_days)
select local_day as day, environment, feature, prompt_name, prompt_id, prompt_version, provider, model,
  calls, priced_calls, unpriced_calls, failed_calls, cache_hits,
  input_tokens, output_tokens, cache_read_tokens, latency_calls, latency_ms, cost_usd,
  calls_with_user, cost_usd_with_user
from tricost.prompt_days
where starts_at not in (select starts_at from dirty_days)
union all
select local_day, sums.*
from dirty_days
cross join lateral tricost.prompt_sums(starts_at, ends_at) as sums;
comment on view tricost.prompt_day_parts is 'Parts whose sums reporting.spend_by_prompt_day has.';

create view tricost.majorities_of_days as
select day, environment, feature, prompt_name, prompt_id, prompt_version
from (
  select day, environment, feature, prompt_name, prompt_id, prompt_version, sum(calls) as calls,
    sum(sum(calls)) over (partition by day, environment, feature, prompt_name) as calls_of_all
  from tricost.prompt_day_parts
  where prompt_version is not null
  group by day, environment, feature, prompt_name, prompt_id, prompt_version
) as versions
where 2 * calls > calls_of_all;
comment on view tricost.majorities_of_days is 'What prompt_majorities has to say, from the parts of the days. Ask for few.';

/*
  As before, and besides: latencies and majorities of the days, and how often something was computed again that is not of today,
  which tells whether a snapshot of the last days is still right.
*/
alter table tricost.rollup_state add column past_folds bigint not null default 0;
comment on column tricost.rollup_state.past_folds is 'Grows when days before today are computed again.';

create or replace function tricost.fold_spend(p_days int, p_before timestamptz)
returns int
language plpgsql
security definer
set search_path = ''
set plan_cache_mode = force_custom_plan
set jit = off
as $$
declare
  v_raw_from timestamptz := (select raw_from from tricost.rollup_state);
  v_quarters timestamptz[];
  v_hours timestamptz[];
  v_days timestamptz[];
  v_local_days date[];
begin
  select array_agg(starts_at), array_agg(distinct local_day) into v_days, v_local_days
  from (
    select starts_at, local_day from tricost.dirty_days where starts_at < p_before order by starts_at desc limit p_days
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
  select starts_at, local_day, sums.*
  from tricost.reporting_hours
  cross join lateral tricost.feature_sums(starts_at, ends_at) as sums
  where starts_at = any (v_hours);

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
    input_tokens, output_tokens, cache_read_tokens, latency_calls, latency_ms, cost_usd, calls_with_user, cost_usd_with_user
  )
  select starts_at, local_day, sums.*
  from tricost.reporting_days
  cross join lateral tricost.prompt_sums(starts_at, ends_at) as sums
  where starts_at = any (v_days);

  delete from tricost.latency_days where starts_at = any (v_days);
  insert into tricost.latency_days (starts_at, local_day, environment, feature, provider, model, buckets, calls)
  select starts_at, local_day, histograms.*
  from tricost.reporting_days
  cross join lateral tricost.latency_histograms(starts_at, ends_at) as histograms
  where starts_at = any (v_days);

  delete from tricost.prompt_majorities where local_day = any (v_local_days);
  insert into tricost.prompt_majorities (local_day, environment, feature, prompt_name, prompt_id, prompt_version)
  select day, environment, feature, prompt_name, prompt_id, prompt_version
  from tricost.majorities_of_days
  where day = any (v_local_days);

  update tricost.rollup_state set past_folds = past_folds + 1
  where exists (select from unnest(v_local_days) as day where day < (select today from reporting.reporting_day));
  return coalesce(cardinality(v_days), 0);
end
$$;

-- As before, and the new rollups with the others.
create or replace function tricost.set_reporting_zone(p_zone text)
returns boolean
language plpgsql
set search_path = ''
as $$
declare
  v_state tricost.rollup_state;
  v_from timestamptz;
  v_until timestamptz;
  v_cut_day date;
begin
  -- No month may be made meanwhile, with the hours of the zone that goes.
  perform pg_advisory_xact_lock(hashtextextended('tricost.ensure_partitions', 0));
  lock table tricost.fold_lock in exclusive mode;
  select * into v_state from tricost.rollup_state;
  if v_state.zone = p_zone then
    return false;
  end if;
  update tricost.rollup_state set zone = p_zone, past_folds = past_folds + 1;
  delete from tricost.feature_hours where starts_at >= v_state.raw_from;
  delete from tricost.feature_days where starts_at >= v_state.raw_from;
  delete from tricost.prompt_days where starts_at >= v_state.raw_from;
  delete from tricost.latency_days where starts_at >= v_state.raw_from;
  delete from tricost.reporting_hours where starts_at >= v_state.raw_from;
  delete from tricost.reporting_days where starts_at >= v_state.raw_from;
  -- Of the day of which a part is kept and a part goes, what is kept decides, until its calls are folded.
  select max(local_day) into v_cut_day from tricost.reporting_days;
  delete from tricost.prompt_majorities where v_cut_day is null or local_day >= v_cut_day;
  insert into tricost.prompt_majorities (local_day, environment, feature, prompt_name, prompt_id, prompt_version)
  select day, environment, feature, prompt_name, prompt_id, prompt_version
  from tricost.majorities_of_days
  where day = v_cut_day;
  select greatest(min(starts_at), v_state.raw_from), max(ends_at) into v_from, v_until
  from tricost.llm_calls_partitions;
  perform tricost.make_reporting_hours(v_from, v_until);
  -- A mark an hour says the same as its four quarters, and views have less to go through.
  insert into tricost.rollup_dirty
  select starts_at from tricost.reporting_hours
  where starts_at >= v_from and ends_at > (select min(ts) from tricost.llm_calls where ts >= v_from)
    and starts_at <= (select max(ts) from tricost.llm_calls);
  return true;
end
$$;

-- As before, of the same text as the folds.
create view reporting.spend_by_feature_hour as
with dirty as materialized (select starts_at, ends_at, local_day from tricost.dirty_hours)
select starts_at as hour, local_day as day, environment, feature, provider, model,
  calls::bigint, priced_calls::bigint, unpriced_calls::bigint, failed_calls::bigint, cache_hits::bigint,
  input_tokens, output_tokens, cache_read_tokens, latency_calls::bigint, latency_ms, cost_usd
from tricost.feature_hours
where starts_at not in (select starts_at from dirty)
union all
select starts_at, local_day, environment, feature, provider, model,
  calls::bigint, priced_calls::bigint, unpriced_calls::bigint, failed_calls::bigint, cache_hits::bigint,
  input_tokens, output_tokens, cache_read_tokens, latency_calls::bigint, latency_ms, cost_usd
from dirty
cross join lateral tricost.feature_sums(starts_at, ends_at) as sums;
comment on view reporting.spend_by_feature_hour is 'Calls, tokens and US dollars per hour of the reporting zone, environment, feature, provider and model: exact at every instant. Sums leave out what is unknown, which is counted beside.';
comment on column reporting.spend_by_feature_hour.hour is 'When the hour began.';
comment on column reporting.spend_by_feature_hour.day is 'Its day in the reporting zone.';
comment on column reporting.spend_by_feature_hour.priced_calls is 'Calls of known cost: those that cost_usd sums.';
comment on column reporting.spend_by_feature_hour.unpriced_calls is 'Calls with usage and without a price.';
comment on column reporting.spend_by_feature_hour.failed_calls is 'Calls that did not end ok.';
comment on column reporting.spend_by_feature_hour.latency_calls is 'Calls of known latency: those that latency_ms sums.';
comment on column reporting.spend_by_feature_hour.cost_usd is 'NULL: no call has a known cost.';

-- A day of one part that has not changed is passed on as it is: adding up what is one row is most of the work of a long series.
create view reporting.spend_by_feature_day as
with dirty_hours as materialized (select starts_at, ends_at, local_day, day_starts_at, day_ends_at from tricost.dirty_hours),
dirty_days as materialized (select distinct day_starts_at as starts_at, day_ends_at as ends_at, local_day from dirty_hours),
parted as materialized (
  select local_day from dirty_days
  union
  select local_day from tricost.days_of_two_months
)
select local_day as day, environment, feature, provider, model,
  calls::bigint, priced_calls::bigint, unpriced_calls::bigint, failed_calls::bigint, cache_hits::bigint,
  input_tokens, output_tokens, cache_read_tokens, latency_calls::bigint, latency_ms, cost_usd
from tricost.feature_days
where local_day not in (select local_day from parted)
union all
select day, environment, feature, provider, model,
  sum(calls)::bigint, sum(priced_calls)::bigint, sum(unpriced_calls)::bigint, sum(failed_calls)::bigint, sum(cache_hits)::bigint,
  sum(input_tokens)::bigint, sum(output_tokens)::bigint, sum(cache_read_tokens)::bigint, sum(latency_calls)::bigint,
  sum(latency_ms)::bigint, sum(cost_usd)
from (
  select local_day as day, environment, feature, provider, model,
    calls, priced_calls, unpriced_calls, failed_calls, cache_hits,
    input_tokens, output_tokens, cache_read_tokens, latency_calls, latency_ms, cost_usd
  from parted
  join tricost.feature_days using (local_day)
  where starts_at not in (select starts_at from dirty_days)
  union all
  -- As in feature_day_parts.
  select d.local_day, environment, feature, provider, model,
    calls, priced_calls, unpriced_calls, failed_calls, cache_hits,
    input_tokens, output_tokens, cache_read_tokens, latency_calls, latency_ms, cost_usd
  from dirty_days as d
  join tricost.feature_hours as h on h.starts_at >= d.starts_at and h.starts_at < d.ends_at
  where h.starts_at not in (select starts_at from dirty_hours)
  union all
  select local_day, sums.*
  from dirty_hours
  cross join lateral tricost.feature_sums(starts_at, ends_at) as sums
) as parts
group by day, environment, feature, provider, model;
comment on view reporting.spend_by_feature_day is 'The same per day of the reporting zone.';

create view reporting.spend_by_prompt_day as
with dirty_days as materialized (select starts_at, ends_at, local_day from tricost.dirty_days),
parted as materialized (
  select local_day from dirty_days
  union
  select local_day from tricost.days_of_two_months
)
select local_day as day, environment, feature, prompt_name, prompt_id, prompt_version, provider, model,
  calls::bigint, priced_calls::bigint, unpriced_calls::bigint, failed_calls::bigint, cache_hits::bigint,
  input_tokens, output_tokens, cache_read_tokens, latency_calls::bigint, latency_ms, cost_usd
from tricost.prompt_days
where local_day not in (select local_day from parted)
union all
select day, environment, feature, prompt_name, prompt_id, prompt_version, provider, model,
  sum(calls)::bigint, sum(priced_calls)::bigint, sum(unpriced_calls)::bigint, sum(failed_calls)::bigint, sum(cache_hits)::bigint,
  sum(input_tokens)::bigint, sum(output_tokens)::bigint, sum(cache_read_tokens)::bigint, sum(latency_calls)::bigint,
  sum(latency_ms)::bigint, sum(cost_usd)
from (
  select local_day as day, environment, feature, prompt_name, prompt_id, prompt_version, provider, model,
    calls, priced_calls, unpriced_calls, failed_calls, cache_hits,
    input_tokens, output_tokens, cache_read_tokens, latency_calls, latency_ms, cost_usd
  from parted
  join tricost.prompt_days using (local_day)
  where starts_at not in (select starts_at from dirty_days)
  union all
  select local_day, environment, feature, prompt_name, prompt_id, prompt_version, provider, model,
    calls, priced_calls, unpriced_calls, failed_calls, cache_hits,
    input_tokens, output_tokens, cache_read_tokens, latency_calls, latency_ms, cost_usd
  from dirty_days
  cross join lateral tricost.prompt_sums(starts_at, ends_at) as sums
) as parts
group by day, environment, feature, prompt_name, prompt_id, prompt_version, provider, model;
comment on view reporting.spend_by_prompt_day is 'Calls, tokens and US dollars per day of the reporting zone, environment, feature, prompt version, provider and model: exact at every instant.';

create view reporting.latency_by_feature_day as
with dirty as materialized (select starts_at, ends_at, local_day from tricost.dirty_days),
histograms as (
  select local_day, environment, feature, provider, model, buckets, calls
  from tricost.latency_days
  where starts_at not in (select starts_at from dirty)
  union all
  select local_day, counted.*
  from dirty
  cross join lateral tricost.latency_histograms(starts_at, ends_at) as counted
)
select h.local_day as day, h.environment, h.feature, h.provider, h.model, counted.bucket, b.from_ms, b.to_ms, b.latency_ms,
  counted.calls
from histograms as h
cross join lateral unnest(h.buckets, h.calls) as counted (bucket, calls)
join tricost.latency_buckets as b on b.bucket = counted.bucket;
comment on view reporting.latency_by_feature_day is 'How many calls took how long, per day of the reporting zone, environment, feature, provider and model: exact at every instant. The 95th percentile is the least latency_ms up to whose bucket 95 % of the calls are: within 5 % of the call''s own. A day that holds the start of a UTC month has two rows per bucket: sum calls.';
comment on column reporting.latency_by_feature_day.latency_ms is 'Stands for the calls of the bucket: at most 5 % from each.';
comment on column reporting.latency_by_feature_day.from_ms is 'The shortest latency of the bucket, inclusive.';
comment on column reporting.latency_by_feature_day.to_ms is 'The longest latency of the bucket, inclusive.';
comment on column reporting.latency_by_feature_day.calls is 'Calls of known latency.';

create view reporting.prompt_transitions as
with dirty as materialized (select distinct local_day from tricost.dirty_days),
majorities as (
  select local_day as day, environment, feature, prompt_name, prompt_id, prompt_version
  from tricost.prompt_majorities
  where local_day not in (select local_day from dirty)
  union all
  select majority.*
  from dirty
  -- Offset: else all days would be computed, and joined.
  cross join lateral (select * from tricost.majorities_of_days where day = dirty.local_day offset 0) as majority
),
in_order as (
  select day, environment, feature, prompt_name, prompt_id, prompt_version,
    lag(prompt_version) over (partition by environment, feature, prompt_name order by day) as previous_version
  from majorities
)
select t.day, t.environment, t.feature, t.prompt_name, t.prompt_id, t.prompt_version, t.previous_version, v.first_seen_at
from in_order as t
left join tricost.prompt_versions as v
  on v.feature = t.feature and v.prompt_name = coalesce(t.prompt_name, '') and v.prompt_id = t.prompt_id
where t.previous_version is distinct from t.prompt_version;
comment on view reporting.prompt_transitions is 'When another version of a prompt took over: the first day on which it has more than half of the prompt''s calls in the environment. A day without such a version changes nothing.';
comment on column reporting.prompt_transitions.previous_version is 'NULL: the first one, as far as sums are kept.';
comment on column reporting.prompt_transitions.first_seen_at is 'When ingest saw the version for the first time, in whatever environment.';

-- As before, from the rollups, of the days of the reporting zone, and by what the board filters.
drop view reporting.tag_coverage;
create view reporting.tag_coverage as
with parts as (
  select *, feature <> '(untagged)' as has_feature, prompt_id <> '(none)' as has_prompt,
    -- Not known of a day that was computed before users were counted.
    bool_and(calls_with_user is not null) over (partition by day, environment, provider, model) as knows_users
  from tricost.prompt_day_parts
)
select
  day, environment, provider, model,
  sum(calls)::bigint as calls,
  coalesce(sum(calls) filter (where has_feature), 0)::bigint as calls_with_feature,
  case when knows_users then sum(calls_with_user)::bigint end as calls_with_user,
  coalesce(sum(calls) filter (where has_prompt), 0)::bigint as calls_with_prompt,
  case when knows_users then coalesce(sum(calls_with_user) filter (where has_feature and has_prompt), 0)::bigint end as calls_with_all,
  sum(cost_usd) as cost_usd,
  sum(cost_usd) filter (where has_feature) as cost_usd_with_feature,
  case when knows_users then sum(cost_usd_with_user) end as cost_usd_with_user,
  sum(cost_usd) filter (where has_prompt) as cost_usd_with_prompt,
  case when knows_users then sum(cost_usd_with_user) filter (where has_feature and has_prompt) end as cost_usd_with_all
from parts
group by day, environment, provider, model, knows_users;
comment on view reporting.tag_coverage is 'Per day of the reporting zone, environment, provider and model, how many calls and how much of the spend name their feature, user and prompt: exact at every instant. NULL: not known of a month that was dropped before it was counted, or no call has a known cost.';

grant select on reporting.spend_by_feature_hour, reporting.spend_by_feature_day, reporting.spend_by_prompt_day,
  reporting.latency_by_feature_day, reporting.prompt_transitions, reporting.tag_coverage to tricost_readonly;
-- What the alert reads.
grant select on reporting.spend_by_prompt_day to tricost_ingest;

-- What was computed before lacks the rest.
insert into tricost.rollup_dirty
select distinct starts_at from tricost.feature_hours where starts_at >= (select raw_from from tricost.rollup_state);
