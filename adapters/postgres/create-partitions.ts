/** Makes the monthly partitions of llm_calls that must exist, and retires those past retention. */
import type { ClientBase } from 'pg';
import { escapeIdentifier } from 'pg';
import { freezeRollups } from './roll-up-spend.ts';

export interface Partition {
  name: string;
  /** Inclusive. */
  startsAt: Date;
  /** Exclusive. */
  endsAt: Date;
}

/**
 * Creates the missing partitions from `monthsBack` before the month of `now` (UTC) to `monthsAhead` after it.
 *
 * @returns the names of the partitions created
 */
export async function ensurePartitions(
  client: ClientBase,
  now: Date,
  range: { monthsBack: number; monthsAhead: number },
): Promise<string[]> {
  return ensurePartitionsBetween(
    client,
    firstOfMonth(now, -range.monthsBack),
    firstOfMonth(now, range.monthsAhead),
  );
}

/** The same between two months, each given by its first day (`YYYY-MM-01`), both inclusive. */
export async function ensurePartitionsBetween(
  client: ClientBase,
  from: string,
  to: string,
): Promise<string[]> {
  const { rows } = await client.query<{ name: string }>(
    'select name from tricost.ensure_partitions($1::date, $2::date) as name',
    [from, to],
  );
  return rows.map((row) => row.name);
}

/** The attached partitions, oldest first. */
export async function listPartitions(client: ClientBase): Promise<Partition[]> {
  const { rows } = await client.query<Partition>(
    `select name, starts_at as "startsAt", ends_at as "endsAt"
     from tricost.llm_calls_partitions where not detach_pending order by starts_at`,
  );
  return rows;
}

/**
 * Drops the partitions that end before the month `retentionMonths` back from `now`. Detaching concurrently takes no
 * ACCESS EXCLUSIVE lock on the parent, so ingest and readers go on; it cannot run inside a transaction
 * (https://www.postgresql.org/docs/current/sql-altertable.html#SQL-ALTERTABLE-DETACH-PARTITION). What a run that died
 * left behind is finished: a month half detached, and one detached but not dropped.
 *
 * @returns the names of the partitions dropped
 */
export async function retirePartitions(
  client: ClientBase,
  now: Date,
  retentionMonths: number,
): Promise<string[]> {
  const oldestKept = firstOfMonth(now, -retentionMonths);
  const dropped = await detachedBefore(client, oldestKept);
  for (const name of dropped) await dropTable(client, name);
  const { rows } = await client.query<{ name: string; ends_at: Date; detach_pending: boolean }>(
    `select name, ends_at, detach_pending from tricost.llm_calls_partitions
     where detach_pending or ends_at <= ($1::date)::timestamp at time zone 'UTC' order by starts_at`,
    [oldestKept],
  );
  for (const { name, ends_at: endsAt, detach_pending: pending } of rows) {
    // One that somebody began to detach by hand says nothing of those before it.
    if (endsAt <= new Date(`${oldestKept}T00:00:00Z`)) await freezeRollups(client, endsAt);
    await client.query(
      `alter table tricost.llm_calls detach partition ${table(name)} ${pending ? 'finalize' : 'concurrently'}`,
    );
    await dropTable(client, name);
    dropped.push(name);
  }
  return dropped;
}

/** Months before a date that are no partition any more; only their names tell what they hold. */
async function detachedBefore(client: ClientBase, date: string): Promise<string[]> {
  const { rows } = await client.query<{ name: string }>(
    `select relname::text as name from pg_catalog.pg_class as c
     where relnamespace = 'tricost'::regnamespace and relkind = 'r'
       and relname ~ '^llm_calls_p[0-9]{4}_(0[1-9]|1[0-2])$'
       and relname < 'llm_calls_p' || to_char($1::date, 'YYYY_MM')
       and not exists (select from pg_catalog.pg_inherits where inhrelid = c.oid)
     order by relname`,
    [date],
  );
  return rows.map((row) => row.name);
}

async function dropTable(client: ClientBase, name: string): Promise<void> {
  await client.query(`drop table ${table(name)}`);
}

function table(name: string): string {
  return `tricost.${escapeIdentifier(name)}`;
}

/** How many whole months after the month of `now` (UTC) have a partition, without a gap; 0 when none, -1 when the current month has none. */
export function partitionsAhead(partitions: Partition[], now: Date): number {
  const starts = new Set(partitions.map((partition) => partition.startsAt.getTime()));
  let ahead = -1;
  while (starts.has(Date.parse(`${firstOfMonth(now, ahead + 1)}T00:00:00Z`))) ahead += 1;
  return ahead;
}

/** `YYYY-MM-01` of the month `offset` months from that of `now`, in UTC. */
function firstOfMonth(now: Date, offset: number): string {
  return new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() + offset, 1))
    .toISOString()
    .slice(0, 10);
}

/**
 * Start of the oldest partition: calls before it have no place.
 *
 * @throws Error when there is no partition at all
 */
export async function oldestPartitionStart(client: ClientBase): Promise<Date> {
  const { rows } = await client.query<{ oldest: Date | null }>(
    'select min(starts_at) as oldest from tricost.llm_calls_partitions where not detach_pending',
  );
  const oldest = rows[0]?.oldest ?? null;
  if (oldest === null) {
    throw new Error('llm_calls has no partition; run the create-partitions function');
  }
  return oldest;
}
