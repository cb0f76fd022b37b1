/** Messages to people, from the transaction that decides on them to the moment they are delivered. */
import type { ClientBase } from 'pg';
import type { DeliveryFacts } from '../../domain/alerts-test/progress.ts';

export interface OutboxMessage {
  id: string;
  payload: object;
  /** How often it was posted already. */
  attempts: number;
  /** Not before then. */
  nextAttemptAt: Date | null;
}

const PENDING = 'delivered_at is null and failed_at is null';

/** @returns the message's id; undefined when a message of that key was written before */
export async function addToOutbox(
  client: ClientBase,
  dedupeKey: string,
  payload: object,
): Promise<string | undefined> {
  const { rows } = await client.query<{ id: string }>(
    `insert into tricost.outbox (dedupe_key, payload) values ($1, $2::jsonb)
     on conflict (dedupe_key) do nothing returning id`,
    [dedupeKey, JSON.stringify(payload)],
  );
  return rows[0]?.id;
}

/**
 * The oldest message that waits, locked: a concurrent caller waits here, and then finds what this one has left.
 *
 * @param client in a transaction, which must end with one of the three verdicts below
 */
export async function lockOldestPending(client: ClientBase): Promise<OutboxMessage | undefined> {
  const { rows } = await client.query<OutboxMessage>(
    `select id, payload, attempts, next_attempt_at as "nextAttemptAt" from tricost.outbox
     where ${PENDING} order by id limit 1 for update`,
  );
  return rows[0];
}

export async function markDelivered(client: ClientBase, id: string, now: Date): Promise<void> {
  await client.query(
    `update tricost.outbox
     set delivered_at = $2, last_attempt_at = $2, next_attempt_at = null, last_error = null, attempts = attempts + 1
     where id = $1`,
    [id, now],
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
       (select count(*)::int from tricost.outbox where ${PENDING} and id < $1) as before
     from tricost.outbox where id = $1`,
    [id],
  );
  const [row] = rows;
  if (row === undefined) throw new Error(`message ${id} is no longer in the outbox`);
  return row;
}
