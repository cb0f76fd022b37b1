-- When each canary was sent, by the clock that stamps its arrival in tricost.deliveries: a difference of one clock is a lag.
create table tricost.canaries (
  sequence bigint primary key,
  sent_at timestamptz not null default clock_timestamp()
);

comment on table tricost.canaries is 'Canary envelopes sent through the calls queue, for 35 days. Their arrival is a row of tricost.deliveries, producer tricost-canary.';
comment on column tricost.canaries.sequence is 'Quarters of an hour from the epoch to the moment the run was due.';

grant insert, select, delete on tricost.canaries to tricost_ingest;
-- A canary looks whether the one before it has arrived.
grant select (producer_id, sequence, received_at) on tricost.deliveries to tricost_ingest;
