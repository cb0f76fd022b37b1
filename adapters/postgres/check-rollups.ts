/** Compares what reports say with the calls themselves, in one statement, so of one instant. */
import type { ClientBase } from 'pg';
import { inTransaction } from './transaction.ts';

export interface RollupCheck {
  view: string;
  /** Rows of the view that the calls do not confirm, and rows that it lacks. */
  wrong: number;
}

const COUNTS = `count(*) as calls, count(cost_usd) as priced_calls, count(*) filter (where price_status = 'unpriced') as unpriced_calls`;
const SUMS = `${COUNTS},
  count(*) filter (where status <> 'ok') as failed_calls, count(*) filter (where cache_hit) as cache_hits,
  sum(input_tokens) as input_tokens, sum(output_tokens) as output_tokens, sum(cache_read_tokens) as cache_read_tokens,
  count(latency_ms) as latency_calls, sum(latency_ms) as latency_ms, sum(cost_usd) as cost_usd`;

/** The last day in which some call is gone: neither it nor those before can be reckoned again. */
const CUT = `(select coalesce(max(local_day), '-infinity') from tricost.reporting_days
  where starts_at < (select raw_from from tricost.rollup_state))`;

/** Every call with its day. */
const CALLS = `(
  select d.local_day as day, c.*
  from tricost.reporting_days as d
  -- Offset: a day after the other through the key, and not every call against every day.
  cross join lateral (select * from tricost.llm_calls where ts >= d.starts_at and ts < d.ends_at offset 0) as c
  where d.local_day > ${CUT}
) as calls`;

/** Every call with its hour: hours are too many to go through one after the other. */
const CALLS_WITH_HOUR = `(
  select h.starts_at as hour, h.local_day as day, c.*
  from tricost.reporting_hours as h
  cross join (values (0), (1), (2), (3)) as quarters (quarter)
  join tricost.llm_calls as c on date_bin('15 minutes', ts, '2000-01-01Z') = h.starts_at + quarter * interval '15 minutes' and ts < h.ends_at
  where h.local_day > ${CUT}
) as calls`;

const FEATURE = 'environment, feature, provider, model';
const PROMPT = 'environment, feature, prompt_name, prompt_id, prompt_version, provider, model';
const FAMILY = 'environment, feature, prompt_name';

const TAGS: Record<string, string> = {
  feature: "feature <> '(untagged)'",
  user: "user_id <> '(none)'",
  prompt: "prompt_id <> '(none)'",
  all: "feature <> '(untagged)' and user_id <> '(none)' and prompt_id <> '(none)'",
};
const tagged = (aggregate: string, name: string) =>
  Object.entries(TAGS).map(
    ([tag, is]) => `${aggregate} filter (where ${is}) as ${name}_with_${tag}`,
  );

const windowSums = (first: string, prefix: string, isIn: string) =>
  `${[
    ['calls', 'count(*)'],
    ['priced_calls', 'count(cost_usd)'],
    ['unpriced_calls', "count(nullif(price_status = 'unpriced', false))"],
    ['failed_calls', "count(nullif(status <> 'ok', false))"],
    ['input_tokens', 'sum(input_tokens)'],
    ['output_tokens', 'sum(output_tokens)'],
    ['cost_usd', 'sum(cost_usd)'],
  ]
    .map(([name, sum]) => `${sum} filter (where ${isIn.replace('?', first)}) as ${prefix}${name}`)
    .join(', ')}`;
const windowsOf = (keys: string) => `
  select w.window_days, ${keys}, ${windowSums('w.first_day', '', 'day >= ?')}, ${windowSums('w.first_day', 'previous_', 'day < ?')}
  from ${CALLS} join reporting.windows as w on day >= w.previous_day and day < w.today
  where w.previous_day > ${CUT}
  group by w.window_days, ${keys}`;
const KEPT_WINDOWS = `window_days in (select window_days from reporting.windows where previous_day > ${CUT})`;

/** The versions that have more than half of their prompt's calls of a day. */
const MAJORITIES = `majorities as materialized (
  select day, ${FAMILY}, prompt_id, prompt_version
  from (
    select *, sum(calls) over (partition by day, ${FAMILY}) as calls_of_all
    from (select day, ${FAMILY}, prompt_id, prompt_version, count(*) as calls from ${CALLS}
      where prompt_version is not null group by day, ${FAMILY}, prompt_id, prompt_version) as versions
  ) as shares
  where calls > calls_of_all / 2
)`;

/** What each view says, and what the calls say; in columns of the same order. */
const VIEWS: Record<string, { reported: string; calls: string }> = {
  spend_by_feature_hour: {
    reported: `select * from reporting.spend_by_feature_hour where day > ${CUT}`,
    calls: `select hour, day, ${FEATURE}, ${SUMS} from ${CALLS_WITH_HOUR} group by hour, day, ${FEATURE}`,
  },
  spend_by_feature_day: {
    reported: `select * from reporting.spend_by_feature_day where day > ${CUT}`,
    calls: `select day, ${FEATURE}, ${SUMS} from ${CALLS} group by day, ${FEATURE}`,
  },
  spend_by_prompt_day: {
    reported: `select * from reporting.spend_by_prompt_day where day > ${CUT}`,
    calls: `select day, ${PROMPT}, ${SUMS} from ${CALLS} group by day, ${PROMPT}`,
  },
  spend_by_user_day: {
    reported: `select * from reporting.spend_by_user_day where day > ${CUT}`,
    calls: `select day, environment, user_id, feature, provider, model, ${COUNTS}, sum(input_tokens), sum(output_tokens), sum(cost_usd)
      from ${CALLS} group by day, environment, user_id, feature, provider, model`,
  },
  latency_by_feature_day: {
    reported: `select day, ${FEATURE}, latency_ms, sum(calls) from reporting.latency_by_feature_day where day > ${CUT}
      group by day, ${FEATURE}, latency_ms`,
    calls: `select day, ${FEATURE}, b.latency_ms, count(*) from ${CALLS}
      join tricost.latency_buckets as b on calls.latency_ms between b.from_ms and b.to_ms
      group by day, ${FEATURE}, b.latency_ms`,
  },
  prompt_transitions: {
    // The first one that can be reckoned takes over from one that cannot.
    reported: `with ${MAJORITIES}
      select t.day, t.environment, t.feature, t.prompt_name, t.prompt_id, t.prompt_version, t.previous_version
      from reporting.prompt_transitions as t
      join (select min(day) as first_day, ${FAMILY} from majorities group by ${FAMILY}) as m
        on row(m.environment, m.feature, m.prompt_name)::text = row(t.environment, t.feature, t.prompt_name)::text
      where t.day > first_day`,
    calls: `with ${MAJORITIES}
      select * from (
        select day, ${FAMILY}, prompt_id, prompt_version, lag(prompt_version) over (partition by ${FAMILY} order by day) as previous
        from majorities
      ) as in_order where previous <> prompt_version`,
  },
  tag_coverage: {
    reported: `select day, environment, provider, model, calls, ${['calls', 'cost_usd'].flatMap((name) => [...(name === 'calls' ? [] : [name]), ...Object.keys(TAGS).map((tag) => `${name}_with_${tag}`)]).join(', ')}
      from reporting.tag_coverage where day > ${CUT}`,
    calls: `select day, environment, provider, model, count(*), ${tagged('count(*)', 'calls').join(', ')},
        sum(cost_usd), ${tagged('sum(cost_usd)', 'cost_usd').join(', ')}
      from ${CALLS} group by day, environment, provider, model`,
  },
  feature_windows: {
    reported: `select * from reporting.feature_windows where ${KEPT_WINDOWS}`,
    calls: windowsOf(FEATURE),
  },
  prompt_windows: {
    reported: `select * from reporting.prompt_windows where ${KEPT_WINDOWS}`,
    calls: windowsOf(PROMPT),
  },
  user_windows: {
    reported: `select window_days, all_environments, environment, user_id, calls, features_touched, cost_usd
      from reporting.user_windows where is_exact`,
    calls: `select * from (
        select w.window_days, grouping(environment) = 1, environment, user_id, count(*) as calls, count(distinct feature), sum(cost_usd)
        from ${CALLS} join reporting.windows as w on day >= w.first_day and day < w.today
        where (select is_exact from tricost.user_windows_age)
        group by grouping sets ((w.window_days, user_id), (w.window_days, user_id, environment))
      ) as users`,
  },
};

const wrongRows = ({ reported, calls }: { reported: string; calls: string }) => `(
  with calls as (${calls}), reported as (${reported})
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
  const columns = Object.entries(VIEWS).map(
    ([view, sides]) => `${wrongRows(sides)}::int as ${view}`,
  );
  const { rows } = await inTransaction(client, async () => {
    // A server that compiles plans takes twenty seconds for one of this size.
    await client.query('set local jit = off');
    return client.query<Record<string, number>>(`select ${[WITHOUT_HOUR, ...columns].join(',\n')}`);
  });
  return ['llm_calls', ...Object.keys(VIEWS)].map((view) => ({
    view,
    wrong: rows[0]?.[view] ?? 0,
  }));
}
