/** Reads how many calls name what they are for, and writes where that fell and where it is over. */
import type { ClientBase } from 'pg';
import { addDays, type LocalDate } from '../../domain/reporting-days.ts';
import type { AlertState } from '../../domain/spend-alert/state.ts';
import {
  COVERAGE_DAYS,
  type CoverageAlert,
  type CoverageDay,
  type Environment,
  type OpenCoverage,
} from '../../domain/spend-alert/tag-coverage.ts';

/**
 * Of each environment with calls, its days before `date` that have some, oldest first; days on which it is not known who named a user are left out.
 *
 * @param client in the transaction that reads the spend
 */
export async function readTagCoverage(
  client: ClientBase,
  date: LocalDate,
): Promise<Map<Environment, CoverageDay[]>> {
  const { rows } = await client.query<CoverageDay & { environment: Environment }>(
    `select environment, $2::date - day as "daysBack", sum(calls)::float8 as calls,
       sum(calls_with_feature)::float8 as feature, sum(calls_with_user)::float8 as "user",
       sum(calls_with_prompt)::float8 as prompt, sum(calls_with_all)::float8 as "all"
     from reporting.tag_coverage where day >= $1::date and day < $2::date
     group by environment, day
     having bool_and(calls_with_all is not null)
     order by day, environment`,
    [addDays(date, -COVERAGE_DAYS), date],
  );
  return Map.groupBy(rows, ({ environment }) => environment);
}

/** The environments whose alert is open, with the last thing that happened to it and what it was told of last. */
export const OPEN_COVERAGE = `select * from (
    select environment,
      (array_agg(transition order by id desc))[1] as state,
      (array_agg(local_date order by id desc))[1]::text as since,
      (array_agg(snoozed_until order by id desc))[1]::text as "snoozedUntil",
      (max(local_date) filter (where transition = 'opened'))::text as "openedOn",
      max(id) filter (where transition = 'opened') as opening_id,
      max(id) filter (where share is not null) as id,
      (array_agg(tag order by id desc) filter (where share is not null))[1] as tag,
      (array_agg(share order by id desc) filter (where share is not null))[1] as share,
      (array_agg(usual_share order by id desc) filter (where share is not null))[1] as "usualShare"
    from reporting.tag_coverage_alerts group by environment
  ) as latest where state <> 'resolved'`;

/** Alerts that have not ended, by environment. */
export async function readOpenCoverage(
  client: ClientBase,
): Promise<Map<Environment, OpenCoverage>> {
  const { rows } = await client.query<{
    environment: Environment;
    state: AlertState;
    snoozedUntil: string | null;
    toldFall: number;
  }>(
    `select environment, state, "snoozedUntil", ("usualShare" - share)::float8 as "toldFall" from (${OPEN_COVERAGE}) as open`,
  );
  return new Map(
    rows.map(({ environment, snoozedUntil, ...open }) => [
      environment,
      { ...open, snoozedUntil: snoozedUntil ?? undefined },
    ]),
  );
}

/** @param client in the transaction that writes the message */
export async function insertCoverageAlerts(
  client: ClientBase,
  alerts: readonly CoverageAlert[],
  date: LocalDate,
  outboxId: string,
): Promise<void> {
  await client.query(
    `insert into tricost.tag_coverage_alerts (local_date, outbox_id, environment, transition, tag, calls, share, usual_share)
     select $1::date, $2::bigint, t.*
     from unnest($3::text[], $4::text[], $5::text[], $6::bigint[], $7::numeric[], $8::numeric[]) as t`,
    [
      ...[date, outboxId, alerts.map(({ environment }) => environment)],
      ...[alerts.map(({ transition }) => transition), alerts.map(({ tag }) => tag)],
      ...[alerts.map(({ calls }) => calls), alerts.map(({ share }) => share.toFixed(6))],
      alerts.map(({ usualShare }) => usualShare.toFixed(6)),
    ],
  );
}
