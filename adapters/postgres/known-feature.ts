/** Whether anything is known of a feature: a name that was mistyped looks like a feature that is quiet. */
import type { ClientBase } from 'pg';
import type { LocalDate } from '../../domain/reporting-days.ts';

/** @param since the first reporting day of calls that count; absent: all of them. Its alerts count whenever they were. */
export async function isKnownFeature(
  client: ClientBase,
  feature: string,
  since?: LocalDate,
): Promise<boolean> {
  const { rows } = await client.query<{ known: boolean }>(
    `select exists (select from tricost.alerts where md5(feature) = md5($1) and feature = $1)
       or exists (select from reporting.spend_by_feature_day where feature = $1 and day >= coalesce($2::date, '-infinity')) as known`,
    [feature, since ?? null],
  );
  return rows[0]?.known === true;
}
