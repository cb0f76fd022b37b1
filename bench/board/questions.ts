/** The questions of the reports, on the calls as the recipe asks them, and on the views. Whole days before BOARD_NOW, UTC. */

export interface Question {
  name: string;
  raw: string;
  card: string;
  /** How far the last column may be from the calls' own, as a ratio. Default: answers are the same to the last digit. */
  within?: number;
}

const SINCE = (days: number) =>
  `ts >= '2026-11-23Z'::timestamptz - interval '${days} days' and ts < '2026-11-23Z'`;
const DAYS = (days: number) => `day >= date '2026-11-23' - ${days} and day < '2026-11-23'`;
const RAW = 'from reporting.llm_calls where';
const DAY = "(ts at time zone 'UTC')::date";

const windows = (sum: string, isIn: (from: number, to: number) => string) =>
  [
    [7, 0],
    [14, 7],
    [30, 0],
    [60, 30],
  ].map(
    ([from = 0, to = 0]) => `sum(${sum}) filter (where ${isIn(from, to)}) as usd_${from}_${to}`,
  );

const twoWindows = (days: number, sum: string) =>
  `${sum} filter (where ts >= '2026-11-23Z'::timestamptz - interval '${days} days') as current,
   ${sum} filter (where ts < '2026-11-23Z'::timestamptz - interval '${days} days') as previous`;

/** As the recipe asks: every call of the window, counted and sorted. */
const TOP_USERS = `select user_id, sum(cost_usd), count(distinct feature), count(*) ${RAW} ${SINCE(30)}
  group by user_id order by 2 desc nulls last, 4 desc, 1 limit 50`;

export const QUESTIONS: readonly Question[] = [
  {
    name: 'by feature, 30 days',
    raw: `select feature, sum(cost_usd), count(*) ${RAW} ${SINCE(30)} group by 1 order by 2 desc, 1`,
    card: `select feature, sum(cost_usd), sum(calls)::bigint from reporting.spend_by_feature_day where ${DAYS(30)} group by 1 order by 2 desc, 1`,
  },
  {
    name: 'by feature, 30 days and the 30 before',
    raw: `select feature, ${twoWindows(30, 'sum(cost_usd)')} ${RAW} ${SINCE(60)} group by 1 order by 2 desc, 1`,
    card: `select feature, sum(cost_usd), sum(previous_cost_usd) from reporting.feature_windows where window_days = 30 group by 1 order by 2 desc, 1`,
  },
  {
    name: 'by prompt, 30 days',
    raw: `select feature, prompt_id, prompt_version, sum(cost_usd), count(*), sum(input_tokens) ${RAW} ${SINCE(30)} group by 1, 2, 3 order by 4 desc, 1, 2, 3`,
    card: `select feature, prompt_id, prompt_version, sum(cost_usd), sum(calls)::bigint, sum(input_tokens)::bigint from reporting.spend_by_prompt_day where ${DAYS(30)} group by 1, 2, 3 order by 4 desc, 1, 2, 3`,
  },
  {
    name: 'by prompt, 7 days and the 7 before',
    raw: `select feature, prompt_id, prompt_version, ${twoWindows(7, 'sum(cost_usd)')} ${RAW} ${SINCE(14)} group by 1, 2, 3 order by 4 desc, 1, 2, 3`,
    card: `select feature, prompt_id, prompt_version, sum(cost_usd), sum(previous_cost_usd) from reporting.prompt_windows where window_days = 7 group by 1, 2, 3 order by 4 desc, 1, 2, 3`,
  },
  {
    name: 'series by feature, 30 days',
    raw: `select ${DAY}::text, feature, sum(cost_usd) ${RAW} ${SINCE(30)} group by 1, 2 order by 1, 2`,
    card: `select day::text, feature, sum(cost_usd) from reporting.spend_by_feature_day where ${DAYS(30)} group by 1, 2 order by 1, 2`,
  },
  {
    name: 'series by feature, 13 months',
    raw: `select ${DAY}::text, feature, sum(cost_usd) ${RAW} ${SINCE(387)} group by 1, 2 order by 1, 2`,
    card: `select day::text, feature, sum(cost_usd) from reporting.spend_by_feature_day where ${DAYS(387)} group by 1, 2 order by 1, 2`,
  },
  {
    name: '7 and 30 days, each with the ones before',
    raw: `select feature, ${windows('cost_usd', (from, to) => `ts >= '2026-11-23Z'::timestamptz - interval '${from} days' and ts < '2026-11-23Z'::timestamptz - interval '${to} days'`)} ${RAW} ${SINCE(60)} group by 1 order by 1`,
    card: `select feature, ${windows('cost_usd', (from, to) => `day >= date '2026-11-23' - ${from} and day < date '2026-11-23' - ${to}`)} from reporting.spend_by_feature_day where ${DAYS(60)} group by 1 order by 1`,
  },
  {
    name: 'one feature, 30 days, in production',
    raw: `select ${DAY}::text, sum(cost_usd) ${RAW} ${SINCE(30)} and feature = 'feature.3' and environment = 'production' group by 1 order by 1`,
    card: `select day::text, sum(cost_usd) from reporting.spend_by_feature_day where ${DAYS(30)} and feature = 'feature.3' and environment = 'production' group by 1 order by 1`,
  },
  {
    name: 'alert: week over week',
    raw: `select feature, ${twoWindows(7, 'sum(cost_usd)')} ${RAW} ${SINCE(14)} group by 1 order by 1`,
    card: `select feature, sum(cost_usd), sum(previous_cost_usd) from reporting.feature_windows where window_days = 7 group by 1 order by 1`,
  },
  {
    name: 'top 50 users, 30 days, as of the snapshot',
    raw: TOP_USERS,
    card: `select user_id, cost_usd, features_touched::bigint, calls from reporting.user_windows
      where window_days = 30 and all_environments and rank <= 50 order by rank`,
  },
  {
    name: 'top 50 users, 30 days, exact',
    raw: TOP_USERS,
    card: `select top.user_id, top.usd, features.touched, top.calls
      from (
        select user_id, sum(cost_usd) as usd, count(*) as calls from reporting.llm_calls
        where ts >= (select starts_at from reporting.windows where window_days = 30)
          and ts < (select ends_at from reporting.windows where window_days = 30)
        group by user_id order by 2 desc nulls last, 3 desc, 1 limit 50
      ) as top
      cross join lateral (
        select count(distinct feature) as touched from reporting.llm_calls as c
        where c.user_id = top.user_id and ts >= '2026-10-24Z' and ts < '2026-11-23Z'
      ) as features
      order by 2 desc nulls last, 4 desc, 1`,
  },
  {
    name: 'tag coverage by day, 30 days',
    raw: `select ${DAY}::text, count(*), count(*) filter (where feature <> '(untagged)' and user_id <> '(none)' and prompt_id <> '(none)')
      ${RAW} ${SINCE(30)} group by 1 order by 1`,
    card: `select day::text, sum(calls)::bigint, sum(calls_with_all)::bigint from reporting.tag_coverage where ${DAYS(30)} group by 1 order by 1`,
  },
  {
    name: 'p95 latency by day, 30 days, within 5 %',
    raw: `select ${DAY}::text, percentile_disc(0.95) within group (order by latency_ms) ${RAW} ${SINCE(30)} group by 1 order by 1`,
    card: `select day::text, min(latency_ms) as p95
      from (
        select day, latency_ms, sum(sum(calls)) over (partition by day order by latency_ms) as calls_up_to,
          sum(sum(calls)) over (partition by day) as calls_of_all
        from reporting.latency_by_feature_day where ${DAYS(30)} group by day, latency_ms
      ) as cumulative
      where calls_up_to >= 0.95 * calls_of_all group by 1 order by 1`,
    within: 0.05,
  },
];
