/** The questions of the reports, on the calls as the recipe asks them, and on the views. Whole days, UTC. */

interface Question {
  name: string;
  raw: string;
  card: string;
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

export const QUESTIONS: readonly Question[] = [
  {
    name: 'by feature, 30 days',
    raw: `select feature, sum(cost_usd), count(*) ${RAW} ${SINCE(30)} group by 1 order by 2 desc, 1`,
    card: `select feature, sum(cost_usd), sum(calls)::bigint from reporting.spend_by_feature_day where ${DAYS(30)} group by 1 order by 2 desc, 1`,
  },
  {
    name: 'by prompt, 30 days',
    raw: `select feature, prompt_id, prompt_version, sum(cost_usd), count(*), sum(input_tokens) ${RAW} ${SINCE(30)} group by 1, 2, 3 order by 4 desc, 1, 2, 3`,
    card: `select feature, prompt_id, prompt_version, sum(cost_usd), sum(calls)::bigint, sum(input_tokens)::bigint from reporting.spend_by_prompt_day where ${DAYS(30)} group by 1, 2, 3 order by 4 desc, 1, 2, 3`,
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
];
