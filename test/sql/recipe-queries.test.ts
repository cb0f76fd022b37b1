/** The four queries of the original recipe, verbatim, on the public view; they agree with the alert and with a calculator. */
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ensurePartitions } from '../../adapters/postgres/create-partitions.ts';
import { readSeries } from '../../adapters/postgres/spend-series.ts';
import { formatPicoUsd } from '../../domain/money.ts';
import { localDateOf } from '../../domain/reporting-days.ts';
import { changeRatio } from '../../domain/spend-alert/change-ratio.ts';
import { readSettings } from '../../domain/spend-alert/rules/settings.ts';
import { weekOverWeek } from '../../domain/spend-alert/rules/week-over-week.ts';
import { spendWindows } from '../../domain/spend-alert/windows.ts';
import { createTestDatabase, type TestDatabase } from '../support/postgres.ts';
import { type StoredCall, storeCalls } from './stored-calls.ts';

const BY_FEATURE = `
SELECT feature, SUM(cost_usd) AS total_cost, COUNT(*) AS calls,
  ROUND(SUM(cost_usd)::numeric / NULLIF(COUNT(*),0), 4) AS cost_per_call
FROM llm_calls
WHERE ts > now() - interval '30 days'
GROUP BY feature ORDER BY total_cost DESC`;

const BY_USER = `
SELECT user_id, SUM(cost_usd) AS total_cost, COUNT(DISTINCT feature) AS features_touched, COUNT(*) AS calls
FROM llm_calls
WHERE ts > now() - interval '30 days'
GROUP BY user_id ORDER BY total_cost DESC LIMIT 50`;

const BY_PROMPT = `
SELECT feature, prompt_id, SUM(cost_usd) AS total_cost, COUNT(*) AS calls,
  AVG(input_tokens + output_tokens) AS avg_tokens
FROM llm_calls
WHERE ts > now() - interval '30 days'
GROUP BY feature, prompt_id ORDER BY total_cost DESC`;

const ALERT = `
WITH this_week AS (
  SELECT feature, SUM(cost_usd) AS cost FROM llm_calls
  WHERE ts > now() - interval '7 days' GROUP BY feature
), last_week AS (
  SELECT feature, SUM(cost_usd) AS cost FROM llm_calls
  WHERE ts BETWEEN now() - interval '14 days' AND now() - interval '7 days' GROUP BY feature
)
SELECT this_week.feature, last_week.cost AS prev, this_week.cost AS current,
  ROUND(((this_week.cost - last_week.cost) / NULLIF(last_week.cost,0))::numeric, 2) AS pct_change
FROM this_week JOIN last_week USING (feature)
WHERE this_week.cost > 5 AND (this_week.cost - last_week.cost) / NULLIF(last_week.cost,0) > 0.3
ORDER BY pct_change DESC`;

const NOW = new Date();
/** In the middle of a window, rolling or of whole days. */
const THIS_WEEK = daysAgo(3);
const LAST_WEEK = daysAgo(10);

const CALLS: StoredCall[] = [
  ...spend('support.reply', { lastWeek: ['250.06', '250.06'], thisWeek: ['400.20', '410'] }),
  ...spend('search.rank', { lastWeek: ['100'], thisWeek: ['130'] }),
  ...spend('chat.title', { lastWeek: ['1'], thisWeek: ['4.99'] }),
  ...spend('report.draft', { lastWeek: ['10', '10'], thisWeek: ['30'] }),
  ...spend('old.import', { lastWeek: ['77'], thisWeek: [] }),
  // Before both windows, within thirty days; then before those.
  { ts: daysAgo(20), feature: 'search.rank', user_id: 'u9', prompt_id: 'rank', usd: '50.5' },
  { ts: daysAgo(40), feature: 'search.rank', user_id: 'u9', prompt_id: 'rank', usd: '1000' },
];

let database: TestDatabase;
let client: pg.Client;

beforeAll(async () => {
  database = await createTestDatabase();
  client = new pg.Client({ connectionString: database.url });
  await client.connect();
  await ensurePartitions(client, NOW, { monthsBack: 3, monthsAhead: 1 });
  await storeCalls(client, CALLS);
  // As a dashboard would: read-only, and by the recipe's own table name.
  await client.query('set role tricost_readonly');
  await client.query('set search_path = reporting');
});

afterAll(async () => {
  await client.end();
  await database.drop();
});

describe('the recipe, by hand', () => {
  test('cost by feature', async () => {
    expect(await valuesOf(BY_FEATURE)).toEqual([
      ['support.reply', '1310.320000000000', '4', '327.5800'],
      ['search.rank', '280.500000000000', '3', '93.5000'],
      ['old.import', '77.000000000000', '1', '77.0000'],
      ['report.draft', '50.000000000000', '3', '16.6667'],
      ['chat.title', '5.990000000000', '2', '2.9950'],
    ]);
  });

  test('cost by user', async () => {
    expect(await valuesOf(BY_USER)).toEqual([
      // 250.06 + 400.20 + 100 + 130 + 1 + 4.99 + 10 + 30 + 77
      ['u0', '1003.250000000000', '5', '9'],
      // 250.06 + 410 + 10
      ['u1', '670.060000000000', '2', '3'],
      ['u9', '50.500000000000', '1', '1'],
    ]);
  });

  test('cost by prompt', async () => {
    expect(await valuesOf(BY_PROMPT)).toEqual([
      ['support.reply', 'p1', '660.060000000000', '2', '110.0000000000000000'],
      ['support.reply', 'p0', '650.260000000000', '2', '110.0000000000000000'],
      ['search.rank', 'p0', '230.000000000000', '2', '110.0000000000000000'],
      ['old.import', 'p0', '77.000000000000', '1', '110.0000000000000000'],
      ['search.rank', 'rank', '50.500000000000', '1', '110.0000000000000000'],
      ['report.draft', 'p0', '40.000000000000', '2', '110.0000000000000000'],
      ['report.draft', 'p1', '10.000000000000', '1', '110.0000000000000000'],
      ['chat.title', 'p0', '5.990000000000', '2', '110.0000000000000000'],
    ]);
  });

  test('the alert: neither exactly +30 % nor below $5', async () => {
    expect(await valuesOf(ALERT)).toEqual([
      ['support.reply', '500.120000000000', '810.200000000000', '0.62'],
      ['report.draft', '20.000000000000', '30.000000000000', '0.50'],
    ]);
  });
});

test('tricost finds growth in the same features, with the same amounts, where earlier weeks were like the last', async () => {
  await client.query('reset role');
  const earlier = [17, 24, 31, 38].flatMap((days) =>
    CALLS.filter(({ ts }) => ts === LAST_WEEK).map((call) => ({ ...call, ts: daysAgo(days) })),
  );
  await storeCalls(client, earlier);
  const windows = spendWindows(localDateOf(NOW, 'UTC'), 'UTC');
  const settings = readSettings({ growthRatio: 0.3, minimumSpendUsd: '5' });
  const features = await readSeries(client, windows, [], {
    features: [...new Set(CALLS.map(({ feature = '' }) => feature))],
    watched: [],
  });
  const ours = [...features].flatMap(([feature, { series }]) => {
    const found = weekOverWeek(series, settings);
    if (found === undefined) return [];
    const { previousUsd, currentUsd } = found;
    const ratio = Number(changeRatio(previousUsd, currentUsd)).toFixed(2);
    return [[feature, formatPicoUsd(previousUsd ?? 0n), formatPicoUsd(currentUsd), ratio]];
  });
  expect(ours.sort().reverse()).toEqual(await valuesOf(ALERT));
});

/** Call n of a week is by user n, with prompt n. */
function spend(feature: string, usd: { lastWeek: string[]; thisWeek: string[] }): StoredCall[] {
  const calls = (ts: Date, amounts: string[]) =>
    amounts.map((amount, n) => ({
      ts,
      feature,
      user_id: `u${n}`,
      prompt_id: `p${n}`,
      usd: amount,
    }));
  return [...calls(LAST_WEEK, usd.lastWeek), ...calls(THIS_WEEK, usd.thisWeek)];
}

function daysAgo(days: number): Date {
  return new Date(NOW.getTime() - days * 24 * 60 * 60 * 1_000);
}

async function valuesOf(query: string): Promise<unknown[][]> {
  const { rows } = await client.query<unknown[]>({ text: query, rowMode: 'array' });
  return rows;
}
