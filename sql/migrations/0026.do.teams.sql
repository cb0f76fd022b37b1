-- Teams and what they own: who gets which message, where, and from which hour on. Rows, so that nobody deploys to change them.
-- Addresses and tokens are secrets; they stay in the parameter store, and only their names are here.
create table tricost.teams (
  name text primary key check (name ~ '^[a-z0-9][a-z0-9._-]{0,62}$'),
  secret text not null check (secret ~ '^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$'),
  slack_channel text check (slack_channel ~ '^[CGD][A-Z0-9]{6,30}$'),
  time_zone text not null,
  hour smallint not null check (hour between 0 and 23)
);
comment on table tricost.teams is 'Who gets messages, and where.';
comment on column tricost.teams.secret is 'Last part of the name of the SSM parameter that holds the webhook or the bot token, below the prefix of the stack.';
comment on column tricost.teams.slack_channel is 'Id of the channel that the bot token posts to. NULL: the secret is a webhook, which has its own.';
comment on column tricost.teams.time_zone is 'IANA name; the hour is one of this zone.';
comment on column tricost.teams.hour is 'From which hour of a day on its messages are sent.';

create table tricost.feature_owners (
  -- Bounded, because an index entry is.
  feature text primary key check (length(feature) between 1 and 500),
  team text not null references tricost.teams on delete cascade
);
comment on table tricost.feature_owners is 'Which team gets the messages about which features. Features without an owner go to the webhook of the stack.';
comment on column tricost.feature_owners.feature is 'A feature, or the beginning of features and *. The longest that fits decides; a name in full goes before all others.';

alter table tricost.outbox
  add column team text references tricost.teams on delete set null,
  add column reply_to bigint references tricost.outbox,
  add column reply_state text check (reply_state in ('worse', 'growing', 'resolved')),
  add column slack_channel text,
  add column slack_ts text,
  add constraint outbox_reply_check check ((reply_to is null) = (reply_state is null));
comment on table tricost.outbox is 'Messages to deliver. failed_at: refused for good; a person must act.';
comment on column tricost.outbox.team is 'Whom it is for. NULL: the owner of *, else the webhook of the stack.';
comment on column tricost.outbox.reply_to is 'The message that it goes on with: with a bot token it is posted into that one''s thread.';
comment on column tricost.outbox.reply_state is 'What the message that it replies to is marked with, where it can be.';
comment on column tricost.outbox.slack_ts is 'With slack_channel, what Slack calls the message. NULL: not posted with a bot token.';

create or replace view reporting.notifications as
select id, created_at, dedupe_key, attempts, last_attempt_at, next_attempt_at, last_error, delivered_at, failed_at,
  case
    when delivered_at is not null then 'delivered'
    when failed_at is not null then 'failed'
    else 'pending'
  end as state,
  team, reply_to
from tricost.outbox;
comment on view reporting.notifications is 'Messages to teams and whether they arrived.';

grant select on tricost.teams, tricost.feature_owners to tricost_ingest;
