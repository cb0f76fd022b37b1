-- Prices as rows: dated, never changed, so that the price of any call, however late, is the one of its day.

create table tricost.prices (
  id integer generated always as identity primary key,
  kind text not null check (kind in ('list', 'contracted')),
  provider text not null,
  model text not null,
  unit text not null check (unit in (
    'input', 'cache_read', 'cache_write_5m', 'cache_write_1h', 'audio_input', 'image_input',
    'output', 'reasoning', 'audio_output', 'image_output', 'web_search', 'request'
  )),
  service_tier text not null check (service_tier in ('standard', 'batch', 'flex', 'priority', 'fast')),
  region text not null default '',
  above_input_tokens integer not null default 0 check (above_input_tokens >= 0),
  from_minute smallint not null default 0 check (from_minute between 0 and 1439),
  until_minute smallint not null default 1440 check (until_minute between 1 and 1440),
  valid_from timestamptz not null,
  revision integer not null default 1 check (revision > 0),
  price_usd numeric check (price_usd >= 0),
  source text not null check (source <> ''),
  release text,
  created_at timestamptz not null default now(),
  check (from_minute < until_minute),
  unique (provider, model, unit, service_tier, region, above_input_tokens, from_minute, until_minute, kind, valid_from, revision)
);
comment on table tricost.prices is 'US dollars for a unit of a model, from an instant on. Rows are added, never changed: the end of one is the beginning of the next with the same key.';
comment on column tricost.prices.kind is 'list: the public price. contracted: a negotiated one, which takes its place.';
comment on column tricost.prices.region is 'Where the call was served, in the provider''s words. Empty: wherever no other row names the region.';
comment on column tricost.prices.above_input_tokens is 'The whole call has this price when its input is larger.';
comment on column tricost.prices.from_minute is 'Minute of the UTC day from which the price holds, until until_minute.';
comment on column tricost.prices.revision is 'Of rows with the same key and valid_from, the highest corrects the others.';
comment on column tricost.prices.price_usd is 'For a million tokens, or for a thousand searches or requests. NULL: without a price from here on.';
comment on column tricost.prices.source is 'Where the price was read: an address, a catalogue with its version, or who entered it.';
comment on column tricost.prices.release is 'The built-in list that brought the row, by its digest. NULL: an operator did; no release takes it back.';

create table tricost.model_names (
  id integer generated always as identity primary key,
  provider text not null,
  name text not null,
  match text not null check (match in ('exact', 'family')),
  model_provider text not null,
  model text not null,
  price_status text not null check (price_status in ('priced', 'inferred')),
  valid_from timestamptz not null,
  revision integer not null default 1 check (revision > 0),
  source text not null check (source <> ''),
  created_at timestamptz not null default now(),
  unique (provider, name, match, model_provider, valid_from, revision)
);
comment on table tricost.model_names is 'Under which other names a model answers, and whose prices hold for it. Rows are added, never changed.';
comment on column tricost.model_names.match is 'exact: this name. family: every name that begins so, with what follows put behind model.';
comment on column tricost.model_names.price_status is 'priced: the provider itself calls the model so. inferred: somebody says that its prices hold for this name.';

create table tricost.price_list_version (
  only_row boolean primary key default true check (only_row),
  version bigint not null default 0
);
insert into tricost.price_list_version default values;
comment on table tricost.price_list_version is 'One row. Its number grows with every addition to prices or model_names: who has read them knows when to read again.';

create table tricost.price_releases (
  digest text primary key,
  added_at timestamptz not null default now()
);
comment on table tricost.price_releases is 'The built-in price lists that were added, by the SHA-256 of their text: each is added once, so that a deploy never takes back what an operator added since.';

create function tricost.note_price_list_change() returns trigger
language plpgsql security definer set search_path to ''
as $function$
begin
  if exists (select from added) then
    update tricost.price_list_version set version = version + 1;
  end if;
  return null;
end
$function$;
revoke all on function tricost.note_price_list_change() from public;
comment on function tricost.note_price_list_change() is 'Trigger: counts additions to the price list, in the order of their commits.';

create function tricost.refuse_change() returns trigger
language plpgsql set search_path to ''
as $function$
begin
  raise exception 'rows of tricost.% are never changed or removed', tg_table_name
    using hint = 'Add a row: a later valid_from for a new price, a higher revision to correct one, a NULL price to end one.';
end
$function$;
revoke all on function tricost.refuse_change() from public;
comment on function tricost.refuse_change() is 'Trigger: what a call was priced with must stay as it was.';

create trigger prices_version after insert on tricost.prices referencing new table as added for each statement execute function tricost.note_price_list_change();
create trigger prices_append_only before update or delete or truncate on tricost.prices for each statement execute function tricost.refuse_change();
create trigger model_names_version after insert on tricost.model_names referencing new table as added for each statement execute function tricost.note_price_list_change();
create trigger model_names_append_only before update or delete or truncate on tricost.model_names for each statement execute function tricost.refuse_change();

grant select on tricost.prices, tricost.model_names, tricost.price_list_version to tricost_ingest;

-- What a call was priced with.

alter table tricost.llm_calls
  add column region text,
  add column computed_cost_usd numeric(20, 12),
  add column price_ids integer[];
comment on column tricost.llm_calls.region is 'Where the provider says it served the call. NULL: not said.';
comment on column tricost.llm_calls.computed_cost_usd is 'What the price list makes of a call whose cost the provider stated. NULL: nothing was stated, or there is no price.';
comment on column tricost.llm_calls.price_ids is 'The rows of tricost.prices that the cost, or the computed cost beside a stated one, was computed with.';

alter table tricost.llm_calls
  drop constraint llm_calls_check,
  drop constraint llm_calls_price_status_check,
  -- Not valid: stored calls satisfy them, and to look at every one would keep ingest out meanwhile.
  add constraint llm_calls_computed_cost_usd_check check (computed_cost_usd >= 0) not valid,
  add constraint llm_calls_price_status_check check (price_status in ('priced', 'inferred', 'provider', 'unpriced', 'no_usage')) not valid,
  add constraint llm_calls_check check ((cost_usd is not null) = (price_status in ('priced', 'inferred', 'provider'))) not valid;
comment on column tricost.llm_calls.price_status is 'priced: by the price list. inferred: by the prices of another name that somebody says hold for this one. provider: the cost the event stated. unpriced: usage known, no price. no_usage: a call that did not end ok and reported no usage.';

create or replace view reporting.llm_calls as
select
  ts, user_id, feature, prompt_id, prompt_version, prompt_name, provider, model,
  input_tokens, output_tokens, cost_usd, cache_hit, latency_ms,
  cache_read_tokens, cache_write_5m_tokens, cache_write_1h_tokens, reasoning_tokens,
  audio_input_tokens, audio_output_tokens, image_input_tokens, web_searches,
  status, price_status, usage_source, service_tier, batch, stream, attempt, ttft_ms,
  environment, service, user_tier, response_id, trace_id, tags, extra, flags, event_id, received_at,
  region, computed_cost_usd, price_ids
from tricost.llm_calls;
comment on column reporting.llm_calls.price_status is 'priced: by the price list. inferred: by the prices of another name that somebody says hold for this one. provider: the cost the event stated. unpriced: usage known, no price. no_usage: a call that did not end ok and reported no usage.';
comment on column reporting.llm_calls.region is 'Where the provider says it served the call. NULL: not said.';
comment on column reporting.llm_calls.computed_cost_usd is 'What the price list makes of a call whose cost the provider stated, in US dollars. NULL: nothing was stated, or there is no price.';
comment on column reporting.llm_calls.price_ids is 'The prices that the cost, or the computed cost beside a stated one, was computed with: ids of reporting.prices.';

create view reporting.prices as
select
  id, kind, provider, model, unit, service_tier, region, above_input_tokens, from_minute, until_minute,
  valid_from,
  lead(valid_from) over (
    partition by kind, provider, model, unit, service_tier, region, above_input_tokens, from_minute, until_minute
    order by valid_from, revision
  ) as valid_until,
  revision, price_usd, source, created_at
from tricost.prices;
comment on view reporting.prices is 'US dollars for a million tokens, or a thousand searches or requests, from valid_from until valid_until (NULL: still). Of two with the same valid_from, the first ended when it began: it was corrected.';

grant select on reporting.prices to tricost_readonly;
