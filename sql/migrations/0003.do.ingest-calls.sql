-- Whatever cannot be a call waits here, whole and with a reason, until it is replayed or 30 days old.
create table tricost.rejected_calls (
  message_id text not null,
  event_index int not null,
  received_at timestamptz not null default now(),
  reason text not null,
  detail text not null,
  body bytea not null,
  primary key (message_id, event_index)
);
create index rejected_calls_received_at_idx on tricost.rejected_calls (received_at);

comment on table tricost.rejected_calls is 'Events that ingest refused. Unique by message and position, so redelivery adds nothing.';
comment on column tricost.rejected_calls.event_index is 'Position of the event in its message, from 0; -1: the message as a whole.';
comment on column tricost.rejected_calls.reason is 'Stable code; every code has a row in docs/reference/rejections.md.';
comment on column tricost.rejected_calls.body is 'The event as received (UTF-8). Never jsonb: what could not be parsed must survive too.';

grant insert, select on tricost.rejected_calls to tricost_ingest;

-- What producers said about their own deliveries: a missing sequence is a lost message, `dropped` a loss they know of.
create table tricost.deliveries (
  producer_id text not null,
  sequence bigint not null,
  message_id text not null,
  received_at timestamptz not null default now(),
  events int not null,
  dropped int not null,
  first_ts timestamptz,
  last_ts timestamptz,
  primary key (producer_id, sequence)
);
create index deliveries_received_at_idx on tricost.deliveries (received_at);

comment on table tricost.deliveries is 'One row per numbered envelope of a producer, for 35 days.';
comment on column tricost.deliveries.dropped is 'Calls the producer says it had to drop since its previous envelope.';

grant insert, select on tricost.deliveries to tricost_ingest;

-- Prompt versions: a new prompt_id of a family gets the next number, once and for ever.
create table tricost.prompt_features (
  feature text primary key,
  versions int not null default 0,
  overflowed_at timestamptz
);

comment on table tricost.prompt_features is 'One row per feature; its lock orders the assignment of prompt versions.';
comment on column tricost.prompt_features.overflowed_at is 'When the feature asked for more than 1,000 versions: it hashes rendered prompts, and its further calls go to prompt (many).';

create table tricost.prompt_versions (
  feature text not null,
  prompt_name text not null,
  prompt_id text not null,
  version int not null check (version > 0),
  first_seen_at timestamptz not null default now(),
  primary key (feature, prompt_name, prompt_id),
  unique (feature, prompt_name, version)
);

comment on table tricost.prompt_versions is 'Versions per (feature, prompt_name), numbered in order of first arrival, never renumbered.';
comment on column tricost.prompt_versions.prompt_name is 'Empty where events carry no prompt_name: the feature''s unnamed family.';

grant select on tricost.prompt_features, tricost.prompt_versions to tricost_ingest;

/*
  Returns the version of every prompt given, making the missing ones in array order. A NULL version means that the
  feature has more than max_versions prompts. The caller's role may not write the tables itself: this is the only way in.
  Features are locked in sorted order, so concurrent callers cannot deadlock; each statement after the lock sees what the
  previous holder committed (READ COMMITTED), so a prompt gets one version however many writers race.
*/
create function tricost.assign_prompt_versions(
  p_features text[], p_prompt_names text[], p_prompt_ids text[], p_max_versions int
)
returns table (feature text, prompt_name text, prompt_id text, version int)
language plpgsql
security definer
set search_path = ''
as $$
#variable_conflict use_column
begin
  insert into tricost.prompt_features (feature)
  select distinct f from unnest(p_features) as f order by f
  on conflict do nothing;

  perform 1 from tricost.prompt_features as pf
  where pf.feature = any (p_features)
  order by pf.feature
  for update;

  with wanted as (
    select f, n, i, min(ordinal) as ordinal
    from unnest(p_features, p_prompt_names, p_prompt_ids) with ordinality as t (f, n, i, ordinal)
    group by f, n, i
  ),
  missing as (
    select f, n, i,
      row_number() over (partition by f order by ordinal) as nth_of_feature,
      row_number() over (partition by f, n order by ordinal) as nth_of_family
    from wanted
    where not exists (
      select from tricost.prompt_versions as pv
      where pv.feature = f and pv.prompt_name = n and pv.prompt_id = i
    )
  ),
  inserted as (
    insert into tricost.prompt_versions (feature, prompt_name, prompt_id, version)
    select f, n, i, nth_of_family + coalesce((
      select max(pv.version) from tricost.prompt_versions as pv
      where pv.feature = f and pv.prompt_name = n
    ), 0)
    from missing
    join tricost.prompt_features as pf on pf.feature = f
    where pf.versions + nth_of_feature <= p_max_versions
    returning prompt_versions.feature
  ),
  counted as (
    select f, count(*) as asked,
      (select count(*) from inserted where inserted.feature = f) as made
    from missing
    group by f
  )
  update tricost.prompt_features as pf
  set versions = pf.versions + counted.made,
    overflowed_at = case when counted.made < counted.asked then coalesce(pf.overflowed_at, now()) else pf.overflowed_at end
  from counted
  where pf.feature = counted.f;

  return query
  select w.f, w.n, w.i, pv.version
  from (select distinct f, n, i from unnest(p_features, p_prompt_names, p_prompt_ids) as t (f, n, i)) as w
  left join tricost.prompt_versions as pv
    on pv.feature = w.f and pv.prompt_name = w.n and pv.prompt_id = w.i;
end
$$;

comment on function tricost.assign_prompt_versions is 'The version of every prompt given; missing ones are numbered in array order. NULL: the feature has too many prompts.';
revoke execute on function tricost.assign_prompt_versions from public;
grant execute on function tricost.assign_prompt_versions to tricost_ingest;
