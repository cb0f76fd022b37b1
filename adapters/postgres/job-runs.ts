/** A daily job's claim on a local date: a lease, so that whoever dies holding it is replaced, and no two do the work. */
import { randomUUID } from 'node:crypto';
import type { ClientBase } from 'pg';
import type { JobHistory } from '../../domain/due-dates.ts';
import type { LocalDate } from '../../domain/reporting-days.ts';

export interface Lease {
  job: string;
  localDate: LocalDate;
  token: string;
}

export type Claim =
  | { state: 'claimed'; lease: Lease }
  /** Another run is at it. */
  | { state: 'held' }
  | { state: 'finished' };

/** Longer than any run may last: the functions' timeouts stay below it. */
const LEASE_MS = 5 * 60_000;

/**
 * What the job has done up to a date, and the latest that it has done.
 *
 * @param now later dates have not come, whatever a wrong clock has written
 */
export async function readJobHistory(
  client: ClientBase,
  job: string,
  upTo: LocalDate,
  now: LocalDate,
): Promise<JobHistory> {
  const { rows } = await client.query<{
    finished: string | null;
    started: string | null;
    unfinished: string[] | null;
    latest: string | null;
  }>(
    `select max(local_date) filter (where is_past and is_done)::text as finished, min(local_date) filter (where is_past)::text as started,
       array_agg(local_date::text) filter (where is_past and not is_done) as unfinished,
       max(local_date) filter (where has_come and is_done)::text as latest
     from (
       select local_date, local_date <= $2::date as is_past, local_date <= $3::date as has_come, finished_at is not null as is_done
       from tricost.job_runs where job = $1
     ) as run`,
    [job, upTo, now],
  );
  return {
    lastFinished: rows[0]?.finished ?? undefined,
    firstStarted: rows[0]?.started ?? undefined,
    unfinished: rows[0]?.unfinished ?? [],
    latestFinished: rows[0]?.latest ?? undefined,
  };
}

/** Takes a date that nobody has begun, or whose lease has run out before it was done. */
export async function claimDate(
  client: ClientBase,
  job: string,
  localDate: LocalDate,
  now: Date,
): Promise<Claim> {
  const token = randomUUID();
  const { rowCount } = await client.query(
    `insert into tricost.job_runs as run (job, local_date, lease_token, lease_expires_at, started_at)
     values ($1, $2::date, $3, $4, $5)
     on conflict (job, local_date) do update
     set lease_token = excluded.lease_token, lease_expires_at = excluded.lease_expires_at,
       started_at = excluded.started_at, attempts = run.attempts + 1
     where run.finished_at is null and run.lease_expires_at <= excluded.started_at`,
    [job, localDate, token, new Date(now.getTime() + LEASE_MS), now],
  );
  if (rowCount === 1) return { state: 'claimed', lease: { job, localDate, token } };
  const { rows } = await client.query<{ finished: boolean }>(
    `select finished_at is not null as finished from tricost.job_runs where job = $1 and local_date = $2::date`,
    [job, localDate],
  );
  return { state: rows[0]?.finished === true ? 'finished' : 'held' };
}

/**
 * Notes that the date is done. In the transaction of the work itself, first: its row lock keeps everybody else out until
 * the commit.
 *
 * @throws Error when the lease was lost, which rolls the work back: it belongs to whoever holds the lease now
 */
export async function finishDate(
  client: ClientBase,
  lease: Lease,
  now: Date,
  outcome: object,
): Promise<void> {
  const { rowCount } = await client.query(
    `update tricost.job_runs set finished_at = $4, outcome = $5::jsonb
     where job = $1 and local_date = $2::date and lease_token = $3 and finished_at is null`,
    [lease.job, lease.localDate, lease.token, now, JSON.stringify(outcome)],
  );
  if (rowCount !== 1) {
    throw new Error(
      `lost the lease on ${lease.job} ${lease.localDate}; another run has taken over`,
    );
  }
}

/** Gives a date back after an error, so that the next run need not wait for the lease to run out. */
export async function releaseDate(client: ClientBase, lease: Lease, now: Date): Promise<void> {
  await client.query(
    `update tricost.job_runs set lease_expires_at = $4
     where job = $1 and local_date = $2::date and lease_token = $3 and finished_at is null`,
    [lease.job, lease.localDate, lease.token, now],
  );
}
