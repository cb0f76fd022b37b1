-- Every arrival of a numbered envelope is a row, with what became of its events: what a producer sent can be added up.

-- An envelope that comes in a second message is a retry of its producer, or another envelope under the same number. The one is
-- harmless and the other hides a loss, so both are kept: the message joins the key.
alter table tricost.deliveries
  drop constraint deliveries_pkey,
  add primary key (producer_id, sequence, message_id),
  add column rejected integer;
comment on table tricost.deliveries is 'One row per message that held a numbered envelope and of which every event was stored or rejected, for 35 days; of a producer''s older ones, the last number stays while it sends.';
comment on column tricost.deliveries.rejected is 'How many of the events were rejected. NULL: not known, as it came before this was counted.';

-- Ingest counts what it rejected of a message, in however many steps it did that.
grant select (message_id, event_index) on tricost.rejected_calls to tricost_ingest;

create view tricost.arrived_envelopes as
with contents as (
  -- Of the same content: a message sent again, by its producer or by `tricost dlq redrive`.
  select
    producer_id, sequence, events, first_ts, last_ts,
    count(*) as arrivals,
    min(received_at) as first_received_at,
    max(received_at) as last_received_at,
    min(rejected) as rejected,
    max(dropped) as dropped
  from tricost.deliveries
  -- Its losses have an alarm of their own, and are no calls.
  where producer_id <> 'tricost-canary'
  group by producer_id, sequence, events, first_ts, last_ts
), numbers as (
  select
    producer_id, sequence,
    sum(arrivals) as arrivals,
    count(*) as contents,
    min(first_received_at) as first_received_at,
    max(last_received_at) as last_received_at,
    sum(events) as events,
    case when count(*) = count(rejected) then sum(rejected) end as rejected,
    sum(dropped) as dropped
  from contents
  group by producer_id, sequence
), producers as (
  select
    producer_id,
    -- Numbers up to here are forgotten, not missing. Else they begin with 1, or with 0 where that one came.
    coalesce(
      max(sequence) filter (where first_received_at < now() - interval '35 days'),
      least(min(sequence), 1) - 1
    ) as before_first
  from numbers
  group by producer_id
)
select
  producer_id, sequence, before_first, arrivals, contents, first_received_at, last_received_at, events, rejected, dropped,
  lag(sequence, 1, before_first) over (partition by producer_id order by sequence) as previous_sequence,
  -- Since then the numbers below are overdue, however late one between them comes.
  min(first_received_at) over (
    partition by producer_id order by sequence rows between current row and unbounded following
  ) as passed_at
from numbers
join producers using (producer_id)
where sequence > before_first;
comment on view tricost.arrived_envelopes is 'One row per number that arrived of a producer. contents above 1: different envelopes came under that number.';

create or replace view reporting.delivery_gaps as
select
  producer_id,
  date_trunc('hour', passed_at at time zone 'UTC') at time zone 'UTC' as hour,
  previous_sequence + 1 as first_sequence,
  sequence - 1 as last_sequence,
  sequence - 1 - previous_sequence as missing_envelopes
from tricost.arrived_envelopes
where sequence - 1 > previous_sequence
  -- Until then they may be parked in the queue, waiting for a retry.
  and passed_at < now() - interval '24 hours';
comment on view reporting.delivery_gaps is 'Envelopes that a producer numbered and that did not arrive within 24 hours of a later one, for the 35 days that deliveries are kept. hour: when the first later one arrived, UTC. What was lost after a producer''s last envelope has no gap. `npx tricost deliveries` says which of them are dead letters and how many may still be parked in the queue; when they are stored the gap closes.';

create view reporting.deliveries as
select
  producer_id,
  min(first_received_at) as first_received_at,
  max(last_received_at) as last_received_at,
  max(sequence) as last_sequence,
  max(sequence) - min(before_first) as envelopes_sent,
  count(*) as envelopes_arrived,
  max(sequence) - min(before_first) - count(*) as envelopes_missing,
  sum(arrivals - contents)::bigint as envelopes_repeated,
  count(*) filter (where contents > 1) as numbers_used_twice,
  sum(events)::bigint as events,
  case when count(*) = count(rejected) then sum(events - rejected)::bigint end as events_stored,
  case when count(*) = count(rejected) then sum(rejected)::bigint end as events_rejected,
  sum(dropped)::bigint as calls_dropped
from tricost.arrived_envelopes
group by producer_id;
comment on view reporting.deliveries is 'Per producer that numbers its envelopes, what it sent by its last number that arrived and what became of that, for the 35 days that deliveries are kept. envelopes_sent = envelopes_arrived + envelopes_missing, and events = events_stored + events_rejected: what arrived, once, however often it came. NULL: came before rejected events were counted.';
comment on column reporting.deliveries.envelopes_missing is 'On the way, parked, a dead letter, or lost: reporting.delivery_gaps has those that are late by a day.';
comment on column reporting.deliveries.envelopes_repeated is 'Arrived more than once, which changes nothing: a retry of the producer or a redrive.';
comment on column reporting.deliveries.numbers_used_twice is 'Different envelopes under one number: two processes share the id, and a missing envelope of one may hide behind the other''s.';
comment on column reporting.deliveries.events_stored is 'As a call of its own, or as one that was there already.';
comment on column reporting.deliveries.events_rejected is 'When they arrived; `tricost dlq requeue` sends them again outside of any producer''s numbers.';
comment on column reporting.deliveries.calls_dropped is 'As the producers say: calls that they could not send.';

grant select on reporting.deliveries to tricost_readonly;
