/**
 * What planners think of the reports. Above a cost, a server with the JIT compiler starts it, as managed ones do by default, and a card that takes
 * milliseconds takes seconds: https://www.postgresql.org/docs/current/jit-decision.html
 */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createOwnedDatabase, type OwnedDatabase } from '../support/owned-database.ts';

/** Postgres's own default of `jit_above_cost`. */
const JIT_ABOVE_COST = 100_000;
const LAST_30_DAYS = `day >= date '2026-11-23' - 30 and day < '2026-11-23'`;

let owned: OwnedDatabase;

// Without any statistics, which is when planners expect most of a table.
beforeAll(async () => {
  owned = await createOwnedDatabase(new Date('2026-11-23T12:00:00Z'), {
    monthsBack: 12,
    monthsAhead: 1,
  });
});
afterAll(() => owned.drop());

test.each([
  `spend_by_feature_hour where ${LAST_30_DAYS}`,
  `spend_by_feature_day where ${LAST_30_DAYS}`,
  'spend_by_feature_day',
  `spend_by_prompt_day where ${LAST_30_DAYS}`,
  `latency_by_feature_day where ${LAST_30_DAYS}`,
  `tag_coverage where ${LAST_30_DAYS}`,
  'prompt_transitions',
  'feature_windows where window_days = 30',
  'prompt_windows where window_days = 30',
  'user_windows where window_days = 30 and all_environments and rank <= 50',
])('cost little, and no more where there are more calls: %s', async (asked) => {
  const { rows } = await owned.owner.query<{ 'QUERY PLAN': string }>(
    `explain select * from reporting.${asked}`,
  );
  const plan = rows.map((row) => row['QUERY PLAN']);
  expect(Number(/\.\.([\d.]+) rows/.exec(plan[0] ?? '')?.[1])).toBeLessThan(JIT_ABOVE_COST);
  // But for when the first call was, which is one look into an index.
  const readingCalls = plan.filter(
    (line) => line.includes(' on llm_calls') && !line.includes('Index Only Scan'),
  );
  expect(readingCalls).toEqual([]);
});
