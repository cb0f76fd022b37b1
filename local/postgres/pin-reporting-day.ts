/** Stops the reports' clock, for benchmarks, soaks and tests: every view takes "today" from reporting.reporting_day. */
import { type ClientBase, escapeLiteral } from 'pg';

const definition = (now: string) => `
  create or replace view reporting.reporting_day as
  select zone, ${now} as now,
    (select local_day from tricost.reporting_days where starts_at <= ${now} order by starts_at desc limit 1) as today,
    (select local_day + 1 from tricost.reporting_days where starts_at < raw_from order by starts_at desc limit 1) as kept_from
  from tricost.rollup_state`;

/** @param client as the owner */
export async function pinReportingDay(client: ClientBase, now: Date): Promise<void> {
  await client.query(definition(`${escapeLiteral(now.toISOString())}::timestamptz`));
}

export async function unpinReportingDay(client: ClientBase): Promise<void> {
  await client.query(definition('now()'));
}
