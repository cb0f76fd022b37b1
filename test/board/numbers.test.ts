/** What the cards say is what a plain query on the calls says, whatever is filtered, with rollups that are half up to date. */
import type pg from 'pg';
import { beforeAll, describe, expect, test } from 'vitest';
import { foldSpend, setReportingZone } from '../../adapters/postgres/roll-up-spend.ts';
import { refreshUserWindows } from '../../adapters/postgres/user-windows.ts';
import { type CardRow, runCard } from '../../board/card-result.ts';
import { CARDS, cardOf } from '../../board/cards.ts';
import { expand } from '../../board/expand.ts';
import type { Filters } from '../../board/filters.ts';
import { pinReportingDay } from '../../local/postgres/pin-reporting-day.ts';
import { createOwnedDatabase } from '../support/owned-database.ts';
import { storeNumberedCalls } from './calls.ts';

const FILTERS: Filters[] = [
  {},
  { environment: 'production' },
  { model: 'model-2' },
  { feature: 'feature-4' },
  { environment: 'staging', model: 'model-1', feature: 'feature-5' },
  { window: { days: 7 } },
  { feature: 'feature-4', prompt: 'prompt-4' },
];

/** Where it is tomorrow already, and never a whole hour from UTC. */
const ZONE = 'Asia/Kathmandu';
const NOW = new Date('2026-11-20T20:00:00Z');

let owner: pg.Client;

beforeAll(async () => {
  const owned = await createOwnedDatabase(NOW, { monthsBack: 3, monthsAhead: 1 });
  ({ owner } = owned);
  await setReportingZone(owner, ZONE);
  await pinReportingDay(owner, NOW);
  await storeNumberedCalls(owner, 1, 3_000, NOW);
  await foldSpend(owner, { days: 100, wait: true });
  await refreshUserWindows(owner, { atMostEverySeconds: 0 });
  await storeNumberedCalls(owner, 3_001, 40, NOW);
  await refreshUserWindows(owner, { atMostEverySeconds: 0 });
  return owned.drop;
});

const TODAY = `date '2026-11-21'`;
const DAY = `(ts at time zone '${ZONE}')::date`;
const UNPRICED = "count(*) filter (where price_status = 'unpriced')";
const since = (days: number) => `${DAY} >= ${TODAY} - ${days} and ${DAY} < ${TODAY}`;
const before = (days: number) => `${DAY} >= ${TODAY} - ${2 * days} and ${DAY} < ${TODAY} - ${days}`;

/** The filters as they are, written into the text: these are the test's own words. */
function where(filters: Filters, names: readonly (keyof Filters)[]): string {
  const conditions = names.flatMap((name) => {
    const value = filters[name];
    if (value === undefined) return [];
    if (typeof value === 'string')
      return [`${name === 'prompt' ? 'prompt_name' : name} = '${value}'`];
    return 'days' in value ? [`${DAY} >= ${TODAY} - ${value.days} and ${DAY} <= ${TODAY}`] : [];
  });
  return conditions.length === 0 ? 'true' : conditions.join(' and ');
}

const ALL = ['environment', 'model', 'feature'] as const;
const change = (days: number) =>
  `sum(cost_usd) filter (where ${since(days)}) / nullif(sum(cost_usd) filter (where ${before(days)}), 0) - 1`;

/** Numbers to twelve digits: a quotient has as many as Postgres likes. */
function comparable(rows: readonly CardRow[]) {
  return rows.map((row) =>
    Object.fromEntries(
      Object.entries(row).map(([name, value]) => [
        name,
        value !== null && /^-?\d+(\.\d+)?$/.test(value)
          ? Number(Number(value).toPrecision(12))
          : value,
      ]),
    ),
  );
}

async function expectSame(slug: string, filters: Filters, sql: string): Promise<void> {
  const actual = comparable(await runCard(owner, cardOf(slug), filters));
  const { fields, rows } = await owner.query<(string | null)[]>({
    text: sql,
    rowMode: 'array',
    types: { getTypeParser: () => (value: string) => value } as never,
  });
  const expected = rows.map((row) =>
    Object.fromEntries(fields.map(({ name }, index) => [name, row[index] ?? null])),
  );
  expect(actual).toEqual(comparable(expected));
}

describe.each(FILTERS)('with %o', (filters) => {
  test.each([7, 30])('spend of %i days', async (days) => {
    const sums = (condition: string) =>
      `coalesce(sum(cost_usd), 0) as cost_usd, ${UNPRICED} as unpriced_calls from tricost.llm_calls where ${condition} and ${where(filters, ALL)}`;
    await expectSame(
      `spend-${days}-days`,
      filters,
      `select ${TODAY} - ${days} - 1 as last_day, ${sums(before(days))}
       union all select ${TODAY} - 1, ${sums(since(days))} order by 1`,
    );
  });

  test('month to date, and what it will come to', async () => {
    const spent = async (condition: string) => {
      const { rows } = await owner.query<{ usd: string; unpriced: string }>(
        `select coalesce(sum(cost_usd), 0) as usd, ${UNPRICED} as unpriced from tricost.llm_calls
         where ${condition} and ${where(filters, ALL)}`,
      );
      return { usd: Number(rows[0]?.usd), unpriced: rows[0]?.unpriced };
    };
    const month = await spent(`${DAY} between '2026-11-01' and '2026-11-20'`);
    const earlier = await spent(`${DAY} between '2026-10-01' and '2026-10-20'`);
    const week = await spent(`${DAY} between '2026-11-14' and '2026-11-20'`);
    const toDate = await runCard(owner, cardOf('spend-month-to-date'), filters);
    expect(
      toDate.map((row) => [row['last_day'], Number(row['cost_usd']), row['unpriced_calls']]),
    ).toEqual([
      ['2026-10-20', earlier.usd, earlier.unpriced],
      ['2026-11-20', month.usd, month.unpriced],
    ]);
    const [forecast] = await runCard(owner, cardOf('spend-month-forecast'), filters);
    // The 21st to the 30th are left.
    expect(Number(forecast?.['forecast_usd'])).toBeCloseTo(month.usd + (10 * week.usd) / 7, 9);
    expect(Number(forecast?.['usd_per_day'])).toBeCloseTo(week.usd / 7, 9);
    expect(forecast?.['unpriced_calls']).toBe(month.unpriced);
  });

  test('cost per 1,000 calls', async () => {
    const rate = (condition: string) =>
      `1000 * avg(cost_usd) as cost_per_1000_calls_usd, ${UNPRICED} as unpriced_calls
       from tricost.llm_calls where ${condition} and ${where(filters, ALL)}`;
    await expectSame(
      'cost-per-1000-calls',
      filters,
      `select ${TODAY} - 8 as last_day, ${rate(before(7))}
       union all select ${TODAY} - 1, ${rate(since(7))} order by 1`,
    );
  });

  test('calls without a price, of what the numbers at the top leave out', async () => {
    const count = (condition: string) =>
      `${UNPRICED} as unpriced_calls from tricost.llm_calls where ${condition} and ${where(filters, ALL)}`;
    await expectSame(
      'unpriced-calls',
      filters,
      `select ${TODAY} - 31 as last_day, ${count(before(30))} union all select ${TODAY} - 1, ${count(since(30))} order by 1`,
    );
  });

  test.each([7, 30])('features of %i days', async (days) => {
    const narrowed = where(filters, ['environment', 'model']);
    await expectSame(
      `features-${days}-days`,
      filters,
      `with spend as (
         select feature, sum(cost_usd) filter (where ${since(days)}) as total_cost_usd,
           count(*) filter (where ${since(days)}) as calls, avg(cost_usd) filter (where ${since(days)}) as cost_per_call_usd,
           ${change(days)} as change, ${UNPRICED.replace('where', `where ${since(days)} and`)} as unpriced_calls
         from tricost.llm_calls where ${narrowed} group by feature)
       select feature, total_cost_usd, total_cost_usd / (select sum(total_cost_usd) from spend) as share, calls,
         cost_per_call_usd, change, unpriced_calls, null as alert
       from spend where calls > 0 order by total_cost_usd desc nulls last, feature`,
    );
  });

  test.each([7, 30])('users of %i days', async (days) => {
    const actual = await runCard(owner, cardOf(`users-${days}-days`), filters);
    const { rows } = await owner.query(
      `select user_id, sum(cost_usd)::float8 as usd, count(distinct feature)::int as features, count(*)::int as calls,
         (${UNPRICED})::int as unpriced
       from tricost.llm_calls where ${since(days)} and ${where(filters, ALL)}
       group by user_id order by sum(cost_usd) desc nulls last, count(*) desc, user_id limit 50`,
    );
    expect(
      actual.map((row) => ({
        user_id: row['user_id'],
        usd: row['total_cost_usd'] === null ? null : Number(row['total_cost_usd']),
        features: Number(row['features_touched']),
        calls: Number(row['calls']),
        unpriced: Number(row['unpriced_calls']),
      })),
    ).toEqual(rows);
  });

  test.each([7, 30])('prompts of %i days', async (days) => {
    await expectSame(
      `prompts-${days}-days`,
      filters,
      `select coalesce(prompt_name, left(prompt_id, 12)) as prompt, 'v' || prompt_version as version, feature,
         coalesce(sum(cost_usd) filter (where ${since(days)}), case when ${UNPRICED.replace('where', `where ${since(days)} and`)} = 0 then 0 end)
           as total_cost_usd,
         count(*) filter (where ${since(days)}) as calls,
         avg(input_tokens + coalesce(output_tokens, 0)) filter (where ${since(days)}) as avg_tokens,
         avg(cost_usd) filter (where ${since(days)}) as cost_per_call_usd, ${change(days)} as change,
         ${UNPRICED.replace('where', `where ${since(days)} and`)} as unpriced_calls, prompt_name
       from tricost.llm_calls where ${where(filters, [...ALL, 'prompt'])}
       group by feature, prompt_name, prompt_version, prompt_id having count(*) filter (where ${since(days)}) > 0
       order by 4 desc nulls last, 5 desc, feature, prompt_id limit 50`,
    );
  });

  test('the series by feature and by prompt add up to all', async () => {
    for (const [slug, names] of [
      ['spend-by-feature', ['window', 'environment', 'model']],
      ['spend-by-prompt', ['window', ...ALL, 'prompt']],
    ] as const) {
      const rows = await runCard(owner, cardOf(slug), filters);
      const { rows: expected } = await owner.query<{ day: string; usd: number }>(
        `select ${DAY}::text as day, sum(cost_usd)::float8 as usd from tricost.llm_calls
         where ${where(filters, names)} group by 1 having count(cost_usd) > 0 order by 1`,
      );
      const byDay = new Map<string, number>();
      for (const { day, cost_usd } of rows) {
        if (cost_usd === null || cost_usd === undefined) continue;
        byDay.set(day ?? '', (byDay.get(day ?? '') ?? 0) + Number(cost_usd));
      }
      expect([...byDay.keys()].sort()).toEqual(expected.map(({ day }) => day));
      for (const { day, usd } of expected) expect(byDay.get(day)).toBeCloseTo(usd, 10);
      const names_ = new Set(rows.map((row) => row['feature'] ?? row['prompt']));
      expect(names_.size).toBeLessThanOrEqual(9);
    }
  });

  test('the series by user: the eight dearest of 30 days, and all others', async () => {
    const rows = await runCard(owner, cardOf('spend-by-user'), filters);
    const narrowed = where(filters, ALL);
    const { rows: expected } = await owner.query<{ day: string; user_id: string; usd: number }>(
      `with dearest as (
         select user_id from tricost.llm_calls where ${since(30)} and ${narrowed} and user_id <> '(none)'
         group by user_id order by sum(cost_usd) desc nulls last, count(*) desc, user_id limit 8)
       select ${DAY}::text as day, coalesce(dearest.user_id, '(other)') as user_id, sum(cost_usd)::float8 as usd
       from tricost.llm_calls left join dearest using (user_id)
       where ${where(filters, ['window'])} and ${narrowed} group by 1, 2 order by 2, 1`,
    );
    const usdOf = new Map(expected.map(({ day, user_id, usd }) => [`${day} ${user_id}`, usd]));
    const names = [...new Set(expected.map(({ user_id }) => user_id))];
    expect([...new Set(rows.map((row) => row['user_id']))].sort()).toEqual(names.sort());
    expect(rows.length).toBe(new Set(expected.map(({ day }) => day)).size * names.length);
    for (const { day, user_id, cost_usd } of rows) {
      const usd = usdOf.get(`${day} ${user_id}`);
      if (usd === null) expect(cost_usd === null || Number(cost_usd) === 0).toBe(true);
      else expect(Number(cost_usd)).toBeCloseTo(usd ?? 0, 10);
    }
  });

  test('cache hits and tag coverage', async () => {
    const narrowed = where(filters, ['window', ...ALL]);
    await expectSame(
      'cache-hits',
      filters,
      `select ${DAY} as day, (count(*) filter (where cache_hit))::numeric / count(*) as cache_hit_share,
         sum(cache_read_tokens)::numeric / sum(input_tokens) as cached_input_share
       from tricost.llm_calls where ${narrowed} group by 1 order by 1`,
    );
    await expectSame(
      'tag-coverage',
      filters,
      `select ${DAY} as day, avg((feature <> '(untagged)')::int) as with_feature, avg((user_id <> '(none)')::int) as with_user,
         avg((prompt_id <> '(none)')::int) as with_prompt
       from tricost.llm_calls where ${where(filters, ['window', 'environment', 'model'])} group by 1 order by 1`,
    );
  });

  test('latency, within the 5 % that the card states', async () => {
    const rows = await runCard(owner, cardOf('latency'), filters);
    const { rows: expected } = await owner.query<{ day: string; p50: number; p95: number }>(
      `select ${DAY}::text as day, percentile_disc(0.5) within group (order by latency_ms) as p50,
         percentile_disc(0.95) within group (order by latency_ms) as p95
       from tricost.llm_calls where latency_ms is not null and ${where(filters, ['window', ...ALL])} group by 1 order by 1`,
    );
    expect(rows.map(({ day }) => day)).toEqual(expected.map(({ day }) => day));
    for (const [index, { p50, p95 }] of expected.entries()) {
      expect(Math.abs(Number(rows[index]?.['p50_ms']) / p50 - 1)).toBeLessThanOrEqual(0.05);
      expect(Math.abs(Number(rows[index]?.['p95_ms']) / p95 - 1)).toBeLessThanOrEqual(0.05);
    }
  });

  test('calls without a price', async () => {
    await expectSame(
      'unpriced-models',
      filters,
      `select model, provider, count(*) filter (where price_status = 'unpriced') as unpriced_calls,
         avg((price_status = 'unpriced')::int) as share, min(${DAY}) filter (where price_status = 'unpriced') as first_day,
         max(${DAY}) filter (where price_status = 'unpriced') as last_day
       from tricost.llm_calls where ${where(filters, ['window', ...ALL])}
       group by model, provider having count(*) filter (where price_status = 'unpriced') > 0 order by 3 desc, provider, model`,
    );
  });
});

test('a prompt that changed is marked on the day when most of its calls changed', async () => {
  const rows = await runCard(owner, cardOf('prompt-transitions'), { feature: 'feature-4' });
  const { rows: expected } = await owner.query<{ day: string; environments: string | null }>(
    `select day::text, string_agg(environment, ', ' order by environment) as environments from (
       select environment, min(day) as day from (
         select environment, ${DAY} as day from tricost.llm_calls where feature = 'feature-4'
         group by environment, 2 having count(*) filter (where prompt_version = 2) * 2 > count(*)) as majorities
       group by environment) as changes
     group by day order by day desc`,
  );
  expect(rows.map(({ day, environments }) => ({ day, environments }))).toEqual(expected);
  expect(new Set(rows.map(({ label, prompt }) => `${label} | ${prompt}`))).toEqual(
    new Set(['prompt-4 v1 → v2 · feature-4 | prompt-4 v2 · feature-4']),
  );
});

test('prompts of one name in two features are two, in the series and in the transitions', async () => {
  const names = async (slug: string, filters: Filters) =>
    [...new Set((await runCard(owner, cardOf(slug), filters)).map(({ prompt }) => prompt))].sort();
  const both = [8, 9].flatMap((feature) => [1, 2].map((v) => `shared v${v} · feature-${feature}`));
  expect(await names('spend-by-prompt', { prompt: 'shared' })).toEqual(both.sort());
  expect(await names('prompt-transitions', { prompt: 'shared' })).toEqual([
    'shared v2 · feature-8',
    'shared v2 · feature-9',
  ]);
  const { rows } = await owner.query<{ usd: number }>(
    `select sum(cost_usd)::float8 as usd from tricost.llm_calls where feature = 'feature-9' and prompt_version = 2`,
  );
  const series = await runCard(owner, cardOf('spend-by-prompt'), { prompt: 'shared' });
  const sum = series
    .filter(({ prompt }) => prompt === 'shared v2 · feature-9')
    .reduce((total, { cost_usd }) => total + Number(cost_usd), 0);
  expect(sum).toBeCloseTo(rows[0]?.usd ?? 0, 9);
});

test.each(CARDS)('$slug looks up the days of its window, not one for each call', async (card) => {
  const { text, values } = expand(card, { environment: 'production', window: { days: 30 } });
  const { rows } = await owner.query<{ 'QUERY PLAN': string }>(
    `explain (analyze, timing off) ${text}`,
    values,
  );
  const lookedUp = rows
    .map((row) => row['QUERY PLAN'])
    .filter((line) => line.includes(' on reporting_days') && /loops=\d{3}/.test(line));
  expect(lookedUp).toEqual([]);
});

test('a user who is called as the others are is one of them, not a second line of their name', async () => {
  await owner.query('begin');
  try {
    const [dearest] = (await runCard(owner, cardOf('spend-by-user'), {})).map(
      (row) => row['user_id'],
    );
    await owner.query(`update tricost.llm_calls set user_id = '(other)' where user_id = $1`, [
      dearest,
    ]);
    const rows = await runCard(owner, cardOf('spend-by-user'), {});
    expect(new Set(rows.map(({ day, user_id }) => `${day} ${user_id}`)).size).toBe(rows.length);
    const { rows: all } = await owner.query<{ usd: number }>(
      `select sum(cost_usd)::float8 as usd from tricost.llm_calls where ${DAY} >= ${TODAY} - 30`,
    );
    const shown = rows.filter(({ day }) => (day ?? '') >= '2026-10-22');
    const usd = shown.reduce((sum, { cost_usd }) => sum + Number(cost_usd), 0);
    expect(usd).toBeCloseTo(all[0]?.usd ?? 0, 8);
  } finally {
    await owner.query('rollback');
  }
});

test('users of days that are not all kept are unknown, not nothing', async () => {
  await owner.query('begin');
  try {
    // In Kathmandu it is the first of the month already, a part of which is gone.
    await owner.query(`update tricost.rollup_state set raw_from = '2026-11-01Z'`);
    await owner.query(`delete from tricost.llm_calls where ts < '2026-11-01Z'`);
    await owner.query('delete from tricost.rollup_dirty');
    const rows = await runCard(owner, cardOf('spend-by-user'), { window: { days: 30 } });
    const known = rows.filter(({ cost_usd }) => cost_usd !== null).map(({ day }) => day ?? '');
    expect(known.sort()[0]).toBe('2026-11-02');
    const days = rows.filter(({ user_id }) => user_id === '(other)').map(({ day }) => day ?? '');
    expect(days.sort()[0]).toBe('2026-10-22');
  } finally {
    await owner.query('rollback');
  }
});

test('calls without a prompt are called so in the series', async () => {
  const rows = await runCard(owner, cardOf('spend-by-prompt'), { feature: '(untagged)' });
  expect(new Set(rows.map(({ prompt }) => prompt))).toEqual(new Set(['(untagged) (no prompt)']));
});

test('the series by feature has the eight dearest one by one, each day as it was', async () => {
  const rows = await runCard(owner, cardOf('spend-by-feature'), { window: { days: 30 } });
  const { rows: expected } = await owner.query(
    `with days as (
       select ${DAY}::text as day, feature, sum(cost_usd) as usd from tricost.llm_calls
       where ${DAY} >= ${TODAY} - 30 and ${DAY} <= ${TODAY} group by 1, 2),
     dearest as (select feature from days group by feature order by sum(usd) desc limit 8)
     select day, case when feature in (select feature from dearest) then feature else '(other)' end as feature,
       sum(usd)::float8 as usd from days group by 1, 2 order by 1, 2`,
  );
  const actual = rows
    .map(({ day, feature, cost_usd }) => ({ day, feature, usd: Number(cost_usd) }))
    .sort((a, b) => `${a.day} ${a.feature}`.localeCompare(`${b.day} ${b.feature}`));
  expect(actual.map(({ day, feature }) => [day, feature])).toEqual(
    expected
      .map(({ day, feature }) => [day, feature])
      .sort((a, b) => `${a[0]} ${a[1]}`.localeCompare(`${b[0]} ${b[1]}`)),
  );
  const usdOf = new Map(expected.map(({ day, feature, usd }) => [`${day} ${feature}`, usd]));
  for (const { day, feature, usd } of actual) {
    expect(usd).toBeCloseTo(usdOf.get(`${day} ${feature}`) ?? -1, 9);
  }
});
