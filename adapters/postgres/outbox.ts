/** Messages to people, from the transaction that decides on them to the moment they are delivered. */
import type { ClientBase } from 'pg';
import type { DeliveryFacts } from '../../domain/alerts-test/progress.ts';
import type { ReplyState } from '../../domain/notify/reply-state.ts';
import type { SlackMessage } from '../../domain/slack/message.ts';
import type { Team } from '../../domain/teams/team.ts';
import type { SlackPosition } from '../http/post-result.ts';

export interface OutboxMessage {
  id: string;
  createdAt: Date;
  /** Names what it is about. */
  dedupeKey: string;
  team: string | null;
  payload: SlackMessage;
  /** How often it was posted already. */
  attempts: number;
  /** Not before then. */
  nextAttemptAt: Date | null;
  /** The message that this one goes on with. */
  replyTo: string | null;
  replyState: ReplyState | null;
  openingPayload: SlackMessage | null;
  /** Where Slack has the opening; null: it was not posted with a bot token. */
  openingSlack: SlackPosition | null;
}

/** Where messages wait for each other; those of another lane do not. */
export interface Lane {
  /** null: the webhook of the stack. */
  team: Pick<Team, 'name' | 'secret' | 'slackChannel'> | null;
}

/** What a message may have besides what it says. */
export interface OutboxOptions {
  team?: string | undefined;
  /** Absent: at once. */
  notBefore?: Date | undefined;
  reply?: { to: string; state: ReplyState };
}

const PENDING = 'delivered_at is null and failed_at is null';

/** What nobody in particular owns is owned by the owner of `*`. */
const laneOf = (message: string) =>
  `coalesce(${message}.team, (select team from tricost.feature_owners where feature = '*'))`;
const LANE = laneOf('outbox');

/** @returns the message's id; undefined when a message of that key was written before */
export async function addToOutbox(
  client: ClientBase,
  dedupeKey: string,
  payload: object,
  { team, notBefore, reply }: OutboxOptions = {},
): Promise<string | undefined> {
  const { rows } = await client.query<{ id: string }>(
    `insert into tricost.outbox (dedupe_key, payload, team, next_attempt_at, reply_to, reply_state)
     values ($1, $2::jsonb, $3, $4, $5, $6)
     on conflict (dedupe_key) do nothing returning id`,
    [dedupeKey, JSON.stringify(payload), team, notBefore, reply?.to, reply?.state],
  );
  return rows[0]?.id;
}

/** The lanes in which something waits, the oldest first. */
export async function pendingLanes(client: ClientBase): Promise<Lane[]> {
  const { rows } = await client.query<Lane>(
    `select case when team.name is null then null else json_build_object(
       'name', team.name, 'secret', team.secret, 'slackChannel', team.slack_channel) end as team
     from (select ${LANE} as name, min(id) as oldest from tricost.outbox where ${PENDING} group by 1) as lane
     left join tricost.teams as team using (name) order by oldest`,
  );
  return rows;
}

/**
 * The oldest message of a lane that waits, locked: a concurrent caller waits here, and then finds what this one has left.
 *
 * @param client in a transaction, which must end with one of the three verdicts below
 */
export async function lockOldestPending(
  client: ClientBase,
  { team }: Lane,
): Promise<OutboxMessage | undefined> {
  const { rows } = await client.query<OutboxMessage>(
    `select outbox.id, outbox.created_at as "createdAt", outbox.dedupe_key as "dedupeKey", outbox.payload,
       outbox.attempts, outbox.next_attempt_at as "nextAttemptAt", ${LANE} as team,
       outbox.reply_to as "replyTo", outbox.reply_state as "replyState", opening.payload as "openingPayload",
       case when opening.slack_ts is not null
         then json_build_object('channel', opening.slack_channel, 'ts', opening.slack_ts) end as "openingSlack"
     from tricost.outbox left join tricost.outbox as opening on opening.id = outbox.reply_to
     where outbox.delivered_at is null and outbox.failed_at is null and ${LANE} is not distinct from $1
     order by outbox.id limit 1 for update of outbox`,
    [team?.name ?? null],
  );
  return rows[0];
}

/** @param slack by which Slack knows it, when it was posted with a bot token */
export async function markDelivered(
  client: ClientBase,
  id: string,
  now: Date,
  slack?: SlackPosition,
): Promise<void> {
  await client.query(
    `update tricost.outbox
     set delivered_at = $2, last_attempt_at = $2, next_attempt_at = null, last_error = null, attempts = attempts + 1,
       slack_channel = $3, slack_ts = $4
     where id = $1`,
    [id, now, slack?.channel, slack?.ts],
  );
}

/** It will never be delivered as it is: a person must look. */
export async function markFailed(
  client: ClientBase,
  id: string,
  now: Date,
  error: string,
): Promise<void> {
  await client.query(
    `update tricost.outbox
     set failed_at = $2, last_attempt_at = $2, next_attempt_at = null, last_error = $3, attempts = attempts + 1
     where id = $1`,
    [id, now, error],
  );
}

export async function postpone(
  client: ClientBase,
  id: string,
  now: Date,
  nextAttemptAt: Date,
  error: string,
): Promise<void> {
  await client.query(
    `update tricost.outbox
     set next_attempt_at = $3, last_attempt_at = $2, last_error = $4, attempts = attempts + 1
     where id = $1`,
    [id, now, nextAttemptAt, error],
  );
}

export async function countPending(client: ClientBase): Promise<number> {
  const { rows } = await client.query<{ pending: string }>(
    `select count(*) as pending from tricost.outbox where ${PENDING}`,
  );
  return Number(rows[0]?.pending ?? 0);
}

/** @throws Error when there is no such message */
export async function readDelivery(client: ClientBase, id: string): Promise<DeliveryFacts> {
  const { rows } = await client.query<DeliveryFacts>(
    `select attempts, delivered_at as "deliveredAt", failed_at as "failedAt", next_attempt_at as "nextAttemptAt",
       last_error as "lastError",
       (select count(*)::int from tricost.outbox as other where other.delivered_at is null and other.failed_at is null
         and other.id < outbox.id and ${laneOf('other')} is not distinct from ${LANE}) as before
     from tricost.outbox where id = $1`,
    [id],
  );
  const [row] = rows;
  if (row === undefined) throw new Error(`message ${id} is no longer in the outbox`);
  return row;
}
