-- Seven and thirty days, each beside the ones before: whole days before today, as the spend alert compares them.

create view reporting.windows as
select window_days, today, today - 2 * window_days as previous_day, today - window_days as first_day,
  (select min(starts_at) from tricost.reporting_days where local_day >= today - 2 * window_days) as previous_starts_at,
  (select min(starts_at) from tricost.reporting_days where local_day >= today - window_days) as starts_at,
  (select min(starts_at) from tricost.reporting_days where local_day >= today) as ends_at
from reporting.reporting_day
cross join (values (7), (30)) as lengths (window_days);
comment on view reporting.windows is 'The windows of 7 and 30 whole days before today in the reporting zone, and the ones before: [first_day, today) and [previous_day, first_day), which are [starts_at, ends_at) and [previous_starts_at, starts_at).';

create view reporting.feature_windows as
select w.window_days, sums.*
from reporting.windows as w
cross join lateral (
  select environment, feature, provider, model,
    coalesce(sum(calls) filter (where day >= w.first_day), 0)::bigint as calls,
    coalesce(sum(priced_calls) filter (where day >= w.first_day), 0)::bigint as priced_calls,
    coalesce(sum(unpriced_calls) filter (where day >= w.first_day), 0)::bigint as unpriced_calls,
    coalesce(sum(failed_calls) filter (where day >= w.first_day), 0)::bigint as failed_calls,
    (sum(input_tokens) filter (where day >= w.first_day))::bigint as input_tokens,
    (sum(output_tokens) filter (where day >= w.first_day))::bigint as output_tokens,
    sum(cost_usd) filter (where day >= w.first_day) as cost_usd,
    coalesce(sum(calls) filter (where day < w.first_day), 0)::bigint as previous_calls,
    coalesce(sum(priced_calls) filter (where day < w.first_day), 0)::bigint as previous_priced_calls,
    coalesce(sum(unpriced_calls) filter (where day < w.first_day), 0)::bigint as previous_unpriced_calls,
    coalesce(sum(failed_calls) filter (where day < w.first_day), 0)::bigint as previous_failed_calls,
    (sum(input_tokens) filter (where day < w.first_day))::bigint as previous_input_tokens,
    (sum(output_tokens) filter (where day < w.first_day))::bigint as previous_output_tokens,
    sum(cost_usd) filter (where day < w.first_day) as previous_cost_usd
  from tricost.feature_day_parts
  where day >= w.previous_day and day < w.today
  group by environment, feature, provider, model
) as sums;
comment on view reporting.feature_windows is 'Calls, tokens and US dollars of the last 7 and 30 whole days (window_days) and of as many days before, per environment, feature, provider and model: exact at every instant. Ask for one window_days, and sum.';
comment on column reporting.feature_windows.cost_usd is 'NULL: no call of the window has a known cost.';
comment on column reporting.feature_windows.previous_cost_usd is 'NULL: no call of the window before has a known cost.';

create view reporting.prompt_windows as
select w.window_days, sums.*
from reporting.windows as w
cross join lateral (
  select environment, feature, prompt_name, prompt_id, prompt_version, provider, model,
    coalesce(sum(calls) filter (where day >= w.first_day), 0)::bigint as calls,
    coalesce(sum(priced_calls) filter (where day >= w.first_day), 0)::bigint as priced_calls,
    coalesce(sum(unpriced_calls) filter (where day >= w.first_day), 0)::bigint as unpriced_calls,
    coalesce(sum(failed_calls) filter (where day >= w.first_day), 0)::bigint as failed_calls,
    (sum(input_tokens) filter (where day >= w.first_day))::bigint as input_tokens,
    (sum(output_tokens) filter (where day >= w.first_day))::bigint as output_tokens,
    sum(cost_usd) filter (where day >= w.first_day) as cost_usd,
    coalesce(sum(calls) filter (where day < w.first_day), 0)::bigint as previous_calls,
    coalesce(sum(priced_calls) filter (where day < w.first_day), 0)::bigint as previous_priced_calls,
    coalesce(sum(unpriced_calls) filter (where day < w.first_day), 0)::bigint as previous_unpriced_calls,
    coalesce(sum(failed_calls) filter (where day < w.first_day), 0)::bigint as previous_failed_calls,
    (sum(input_tokens) filter (where day < w.first_day))::bigint as previous_input_tokens,
    (sum(output_tokens) filter (where day < w.first_day))::bigint as previous_output_tokens,
    sum(cost_usd) filter (where day < w.first_day) as previous_cost_usd
  from tricost.prompt_day_parts
  where day >= w.previous_day and day < w.today
  group by environment, feature, prompt_name, prompt_id, prompt_version, provider, model
) as sums;
comment on view reporting.prompt_windows is 'The same per environment, feature, prompt version, provider and model.';

/*
  Users are too many for a rollup by day, which would be two thirds as many rows as calls are. So the costliest of each window are kept as of
  some instant, which is shown, with whether anything has changed since.
*/
create table tricost.user_windows (
  window_days int not null,
  all_environments boolean not null,
  environment text,
  rank int not null,
  user_id text not null,
  calls bigint not null,
  priced_calls bigint not null,
  unpriced_calls bigint not null,
  features_touched int not null,
  cost_usd numeric,
  previous_calls bigint,
  previous_cost_usd numeric
);
comment on table tricost.user_windows is 'The costliest thousand users of each window. Read reporting.user_windows, which knows whether anything has changed since.';

create table tricost.user_windows_state (
  only_row boolean primary key default true check (only_row),
  today date,
  as_of timestamptz,
  past_folds bigint
);
insert into tricost.user_windows_state default values;
comment on table tricost.user_windows_state is 'One row: when user_windows was made, and of which days. NULL: never.';

create view tricost.user_windows_age as
select s.today, s.as_of,
  s.as_of is not null
    and s.today = r.today
    and s.past_folds = (select past_folds from tricost.rollup_state)
    and not exists (select from tricost.dirty_days where local_day < r.today)
    -- Late calls of months that are about to go mark nothing.
    and (select raw_from from tricost.rollup_state) <= (select min(starts_at) from reporting.windows) as is_exact
from tricost.user_windows_state as s
cross join reporting.reporting_day as r;
comment on view tricost.user_windows_age is 'One row: as of when user_windows is, and whether the calls still say the same.';

create function tricost.refresh_user_windows(p_at_most_every interval)
returns boolean
language plpgsql
security definer
set search_path = ''
set plan_cache_mode = force_custom_plan
set jit = off
as $$
declare
  v_today date;
  v_raw_from timestamptz := (select raw_from from tricost.rollup_state);
  v_previous_30 timestamptz;
  v_30 timestamptz;
  v_previous_7 timestamptz;
  v_7 timestamptz;
  v_end timestamptz;
begin
  lock table tricost.user_windows in share row exclusive mode nowait;
  if exists (select from tricost.user_windows_age where is_exact or as_of > now() - p_at_most_every) then
    return false;
  end if;
  select today, previous_starts_at, starts_at, ends_at into v_today, v_previous_30, v_30, v_end
  from reporting.windows where window_days = 30;
  select previous_starts_at, starts_at into v_previous_7, v_7 from reporting.windows where window_days = 7;

  delete from tricost.user_windows;
  -- One statement, so as of one instant.
  with state as (
    update tricost.user_windows_state as s
    set today = v_today, as_of = clock_timestamp(), past_folds = r.past_folds
    from tricost.rollup_state as r
  ),
  spent as materialized (
    select user_id, environment,
      count(*) filter (where ts >= v_7) as calls_7, sum(cost_usd) filter (where ts >= v_7) as cost_7,
      count(*) as calls_30, sum(cost_usd) as cost_30
    from tricost.llm_calls
    where ts >= v_30 and ts < v_end
    group by user_id, environment
  ),
  ranked as (
    select *, row_number() over (
      partition by window_days, all_environments, environment order by cost_usd desc nulls last, calls desc, user_id
    ) as rank
    from (
      select w.window_days, false as all_environments, environment, user_id,
        case window_days when 7 then calls_7 else calls_30 end as calls,
        case window_days when 7 then cost_7 else cost_30 end as cost_usd
      from spent cross join (values (7), (30)) as w (window_days)
      union all
      select window_days, true, null, user_id,
        case window_days when 7 then sum(calls_7) else sum(calls_30) end,
        case window_days when 7 then sum(cost_7) else sum(cost_30) end
      from spent cross join (values (7), (30)) as w (window_days)
      group by window_days, user_id
    ) as windows
    where calls > 0
  ),
  chosen as materialized (
    select window_days, all_environments, environment, user_id, rank from ranked where rank <= 1000
  ),
  details as materialized (
    select user_id, environment, feature,
      count(*) filter (where ts >= v_7) as calls_7,
      count(cost_usd) filter (where ts >= v_7) as priced_7,
      count(*) filter (where ts >= v_7 and price_status = 'unpriced') as unpriced_7,
      sum(cost_usd) filter (where ts >= v_7) as cost_7,
      count(*) filter (where ts >= v_previous_7 and ts < v_7) as previous_calls_7,
      sum(cost_usd) filter (where ts >= v_previous_7 and ts < v_7) as previous_cost_7,
      count(*) filter (where ts >= v_30) as calls_30,
      count(cost_usd) filter (where ts >= v_30) as priced_30,
      count(*) filter (where ts >= v_30 and price_status = 'unpriced') as unpriced_30,
      sum(cost_usd) filter (where ts >= v_30) as cost_30,
      count(*) filter (where ts < v_30) as previous_calls_30,
      sum(cost_usd) filter (where ts < v_30) as previous_cost_30
    from tricost.llm_calls
    where ts >= v_previous_30 and ts < v_end and user_id in (select user_id from chosen)
    group by user_id, environment, feature
  )
  insert into tricost.user_windows (
    window_days, all_environments, environment, rank, user_id, calls, priced_calls, unpriced_calls, features_touched, cost_usd,
    previous_calls, previous_cost_usd
  )
  select c.window_days, c.all_environments, c.environment, c.rank, c.user_id,
    sum(case c.window_days when 7 then d.calls_7 else d.calls_30 end),
    sum(case c.window_days when 7 then d.priced_7 else d.priced_30 end),
    sum(case c.window_days when 7 then d.unpriced_7 else d.unpriced_30 end),
    count(distinct d.feature) filter (where case c.window_days when 7 then d.calls_7 else d.calls_30 end > 0),
    sum(case c.window_days when 7 then d.cost_7 else d.cost_30 end),
    case when v_raw_from <= case c.window_days when 7 then v_previous_7 else v_previous_30 end
      then sum(case c.window_days when 7 then d.previous_calls_7 else d.previous_calls_30 end) end,
    case when v_raw_from <= case c.window_days when 7 then v_previous_7 else v_previous_30 end
      then sum(case c.window_days when 7 then d.previous_cost_7 else d.previous_cost_30 end) end
  from chosen as c
  join details as d on d.user_id = c.user_id and (c.all_environments or d.environment is not distinct from c.environment)
  group by c.window_days, c.all_environments, c.environment, c.rank, c.user_id;
  return true;
end
$$;
comment on function tricost.refresh_user_windows is 'Makes the snapshot of the costliest users again, unless it is still exact or younger than the interval; returns whether it did. Fails with 55P03 when another is at it. In a READ COMMITTED transaction.';
revoke execute on function tricost.refresh_user_windows from public;
grant execute on function tricost.refresh_user_windows to tricost_ingest;

create view reporting.user_windows as
select w.window_days, w.all_environments, w.environment, w.rank, w.user_id,
  w.calls, w.priced_calls, w.unpriced_calls, w.features_touched, w.cost_usd, w.previous_calls, w.previous_cost_usd,
  a.today, a.as_of, a.is_exact
from tricost.user_windows as w
cross join tricost.user_windows_age as a;
comment on view reporting.user_windows is 'The thousand costliest users of the 7 and 30 whole days before today (window_days), with as many days before: over all environments, and of each by itself. As of as_of; other filters, and other users, are for reporting.llm_calls between the instants of reporting.windows.';
comment on column reporting.user_windows.all_environments is 'Whether the row counts every environment; then environment is NULL. Ask for the ones or the others.';
comment on column reporting.user_windows.environment is 'NULL where all_environments is false: not said.';
comment on column reporting.user_windows.previous_calls is 'NULL: not every call of the window before is kept one by one.';
comment on column reporting.user_windows.features_touched is 'Different features in the window.';
comment on column reporting.user_windows.cost_usd is 'NULL: no call of the window has a known cost.';
comment on column reporting.user_windows.today is 'The windows end where this day of the reporting zone begins.';
comment on column reporting.user_windows.as_of is 'When it was computed: at most hourly while calls come in, and before the spend alert.';
comment on column reporting.user_windows.is_exact is 'Whether no call before today has changed since, and today is still the same day.';

create view reporting.ingest_by_hour as
select h.starts_at as hour, h.local_day as day, stored.calls, stored.lag_ms_p50, stored.lag_ms_p95, stored.lag_ms_max,
  rejected.events as rejected_events
from tricost.reporting_hours as h
cross join lateral (
  select count(*) as calls,
    percentile_disc(0.5) within group (order by lag_ms) as lag_ms_p50,
    percentile_disc(0.95) within group (order by lag_ms) as lag_ms_p95,
    max(lag_ms) as lag_ms_max
  from (
    select round(extract(epoch from received_at - ts) * 1000)::bigint - coalesce(latency_ms, 0) as lag_ms
    from tricost.llm_calls
    where ts >= h.starts_at and ts < h.ends_at
  ) as lags
) as stored
cross join lateral (
  select count(*) as events from tricost.rejected_calls where received_at >= h.starts_at and received_at < h.ends_at
) as rejected
where h.starts_at <= now();
comment on view reporting.ingest_by_hour is 'Per hour of the reporting zone: calls that began in it and how long after their end they were stored, and events that were rejected in it, which are kept for 30 days. Reads every call of the hours asked for: ask for few.';
comment on column reporting.ingest_by_hour.lag_ms_p95 is 'Milliseconds from the end of the call, or from its start where its latency is not known, until it was stored; 95 % took no longer. NULL: no calls.';

grant select on reporting.windows, reporting.feature_windows, reporting.prompt_windows, reporting.user_windows, reporting.ingest_by_hour to tricost_readonly;

-- Autovacuum does not look at tables of one row, and a planner takes a table that nobody has looked at for a thousand rows.
analyze tricost.rollup_state, tricost.user_windows_state;
