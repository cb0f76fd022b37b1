/** Compares what reports say with the calls themselves, in one statement, so of one instant. */
import type { ClientBase } from 'pg';

export interface RollupCheck {
  view: string;
  /** Rows of the view that the calls do not confirm, and rows that it lacks. */
  wrong: number;
}

const SUMS = `count(*) as calls, count(cost_usd) as priced_calls, count(*) filter (where price_status = 'unpriced') as unpriced_calls,
  count(*) filter (where status <> 'ok') as failed_calls, count(*) filter (where cache_hit) as cache_hits,
  sum(input_tokens) as input_tokens, sum(output_tokens) as output_tokens, sum(cache_read_tokens) as cache_read_tokens,
  count(latency_ms) as latency_calls, sum(latency_ms) as latency_ms, sum(cost_usd) as cost_usd`;

/** Days in which some call is gone cannot be reckoned again. */
const KEPT = `from tricost.reporting_hours as h
  -- Offset: an hour after the other through the key, and not every call against every hour.
  cross join lateral (select * from tricost.llm_calls where ts >= h.starts_at and ts < h.ends_at offset 0) as c
  where h.local_day > (select coalesce(max(local_day), '-infinity') from tricost.reporting_days
    where starts_at < (select raw_from from tricost.rollup_state))`;

const KEYS: Record<string, string> = {
  spend_by_feature_hour: 'h.starts_at, h.local_day, environment, feature, provider, model',
  spend_by_feature_day: 'h.local_day, environment, feature, provider, model',
  spend_by_prompt_day:
    'h.local_day, environment, feature, prompt_name, prompt_id, prompt_version, provider, model',
};

const KEPT_DAY = `day > (select coalesce(max(local_day), '-infinity') from tricost.reporting_days
  where starts_at < (select raw_from from tricost.rollup_state))`;

const wrongRows = (view: string, keys: string) => `(
  with calls as (select ${keys}, ${SUMS} ${KEPT} group by ${keys}),
  reported as (select * from reporting.${view} where ${KEPT_DAY})
  select count(*) from (
    (select * from calls except all select * from reported) union all (select * from reported except all select * from calls)
  ) as differences
)`;

/** Calls of a month that has no hours: they are in no report. */
const WITHOUT_HOUR = `(select coalesce(sum(calls), 0) from tricost.llm_calls_partitions as p
  cross join lateral (select count(*) as calls from tricost.llm_calls where ts >= p.starts_at and ts < p.ends_at) as c
  where not p.detach_pending and not exists (select from tricost.reporting_hours as h where h.starts_at = p.starts_at)
)::int as llm_calls`;

/** Reads every call that is kept. */
export async function checkRollups(client: ClientBase): Promise<RollupCheck[]> {
  const columns = Object.entries(KEYS).map(
    ([view, keys]) => `${wrongRows(view, keys)}::int as ${view}`,
  );
  const { rows } = await client.query<Record<string, number>>(
    `select ${[WITHOUT_HOUR, ...columns].join(',\n')}`,
  );
  return ['llm_calls', ...Object.keys(KEYS)].map((view) => ({ view, wrong: rows[0]?.[view] ?? 0 }));
}
