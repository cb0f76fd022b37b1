-- Messages to people, committed together with what they are about; notify delivers them in order of id.
create table tricost.outbox (
  id bigint generated always as identity primary key,
  created_at timestamptz not null default now(),
  -- Says what the message is about: writing it twice is refused, so a job that runs again adds nothing.
  dedupe_key text not null unique,
  payload jsonb not null,
  attempts int not null default 0,
  last_attempt_at timestamptz,
  -- Set when Slack asked for patience: whoever is woken before then leaves the message alone.
  next_attempt_at timestamptz,
  last_error text,
  delivered_at timestamptz,
  failed_at timestamptz,
  check (delivered_at is null or failed_at is null)
);
create index outbox_pending_idx on tricost.outbox (id) where delivered_at is null and failed_at is null;

comment on table tricost.outbox is 'Slack messages to deliver. failed_at: Slack refused it for good; a person must act.';
grant insert, select, update on tricost.outbox to tricost_ingest;
