/** Reads how many calls name what they are for, and writes where that fell and where it is over. */
import type { ClientBase } from 'pg';
import { addDays, type LocalDate } from '../../domain/reporting-days.ts';
import {
  COVERAGE_DAYS,
  type CoverageAlert,
  type CoverageDay,
  type Environment,
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

/** Environments whose alert is open. */
export async function readOpenCoverage(client: ClientBase): Promise<Set<Environment>> {
  const { rows } = await client.query<{ environment: Environment }>(
    `select environment from reporting.tag_coverage_alerts
     group by environment having (array_agg(transition order by local_date desc))[1] = 'opened'`,
  );
  return new Set(rows.map(({ environment }) => environment));
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
