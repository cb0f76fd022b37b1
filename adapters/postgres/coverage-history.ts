/** What happened to alerts of lost tags, and what people say of those that are open. */
import type { ClientBase } from 'pg';
import type { LocalDate } from '../../domain/reporting-days.ts';
import type { AlertState } from '../../domain/spend-alert/state.ts';
import type { Environment, Tag } from '../../domain/spend-alert/tag-coverage.ts';
import type { Remark } from './alert-history.ts';
import { OPEN_COVERAGE } from './tag-coverage.ts';
import { inTransaction } from './transaction.ts';

/** An alert that has not ended. Shares are decimal text, 0 to 1. */
export interface OpenCoverageRow {
  /** Of the row that was told last. */
  id: string;
  environment: Environment;
  state: AlertState;
  /** Of the state. */
  since: LocalDate;
  openedOn: LocalDate;
  tag: Tag;
  share: string;
  usualShare: string;
  snoozedUntil: LocalDate | null;
  note: string | null;
}

/** Something that happened to one; without a tag and shares, a person said it. */
export interface CoverageRow {
  id: string;
  date: LocalDate;
  environment: Environment;
  transition: AlertState;
  tag: Tag | null;
  share: string | null;
  usualShare: string | null;
  snoozedUntil: LocalDate | null;
  note: string | null;
  createdAt: Date;
}

/** By environment, those that do not say last. */
export async function readOpenCoverageRows(client: ClientBase): Promise<OpenCoverageRow[]> {
  const { rows } = await client.query<OpenCoverageRow>(
    `select open.id, environment, state, since, "openedOn", tag, share, "usualShare", "snoozedUntil", noted.note
     from (${OPEN_COVERAGE}) as open
     left join lateral (
       select details ->> 'note' as note from reporting.tag_coverage_alerts as said
       where said.environment is not distinct from open.environment and said.id > open.opening_id and details ? 'note'
       order by said.id desc limit 1
     ) as noted on true
     order by environment`,
  );
  return rows;
}

/** Newest first. */
export async function readCoverageRows(
  client: ClientBase,
  asked: { from: LocalDate; transition?: AlertState | undefined },
): Promise<CoverageRow[]> {
  const { rows } = await client.query<CoverageRow>(
    `select id, local_date::text as date, environment, transition, tag, share, usual_share as "usualShare",
       snoozed_until::text as "snoozedUntil", details ->> 'note' as note, created_at as "createdAt"
     from reporting.tag_coverage_alerts
     where local_date >= $1::date and ($2::text is null or transition = $2)
     order by id desc`,
    [asked.from, asked.transition ?? null],
  );
  return rows;
}

/** @returns undefined: no such row */
export async function environmentOfAlert(
  client: ClientBase,
  id: string,
): Promise<{ environment: Environment } | undefined> {
  const { rows } = await client.query<{ environment: Environment }>(
    'select environment from reporting.tag_coverage_alerts where id = $1::numeric',
    [id],
  );
  return rows[0];
}

/**
 * Adds it to an open alert; the job's morning waits for it, and it for the job's.
 *
 * @returns the row's id; undefined: the environment has no open alert
 */
export function remarkOnCoverage(
  client: ClientBase,
  environment: Environment,
  { transition, date, snoozedUntil, note }: Omit<Remark, 'feature'>,
): Promise<string | undefined> {
  return inTransaction(client, async () => {
    await client.query('lock table tricost.tag_coverage_alerts in share row exclusive mode');
    const { rows } = await client.query<{ id: string }>(
      `insert into tricost.tag_coverage_alerts (local_date, environment, transition, snoozed_until, details)
       select $2::date, environment, $3, $4::date, $5::jsonb from (${OPEN_COVERAGE}) as open
       where environment is not distinct from $1
       returning id`,
      [
        ...[environment, date, transition, snoozedUntil],
        JSON.stringify(note === undefined ? {} : { note }),
      ],
    );
    return rows[0]?.id;
  });
}
