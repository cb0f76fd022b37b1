/** `tricost rollups` on a real database: what it computes is right, and what is wrong it finds. */
import type pg from 'pg';
import { beforeAll, expect, test } from 'vitest';
import { freezeRollups, setReportingZone } from '../../adapters/postgres/roll-up-spend.ts';
import { storeCalls } from '../sql/stored-calls.ts';
import { createOwnedDatabase } from '../support/owned-database.ts';
import type { TestDatabase } from '../support/postgres.ts';
import { runCommand } from './run-command.ts';

let database: TestDatabase;
let owner: pg.Client;

beforeAll(async () => {
  const owned = await createOwnedDatabase(new Date('2026-11-23T12:00:00Z'), {
    monthsBack: 2,
    monthsAhead: 0,
  });
  ({ database, owner } = owned);
  await setReportingZone(owner, 'Asia/Kathmandu');
  await storeCalls(
    owner,
    Array.from({ length: 60 }, (_, day) => ({
      ts: new Date(Date.UTC(2026, 8, 20 + day, day % 24)),
      usd: day % 7 === 0 ? null : '1.5',
      feature: `f${day % 3}`,
    })),
  );
  return owned.drop;
});

const rollups = (...args: string[]) =>
  runCommand(['rollups', ...args, '--database-url', database.url]);

test('folds what is marked, and agrees with the calls before and after', async () => {
  expect(await rollups('check')).toMatchObject({ code: 0 });
  expect((await rollups('fold')).stdout).toContain('58 days computed again');
  expect(JSON.parse((await rollups('fold', '--json')).stdout)).toEqual({ folded: 0, left: 0 });
  await storeCalls(owner, [{ ts: '2026-10-01T12:00:00Z', usd: '1' }]);
  expect((await rollups('fold')).stdout).toBe('1 day computed again\n');
  const { code, stdout } = await rollups('check');
  expect(code).toBe(0);
  expect(stdout.match(/as the calls say/g)).toHaveLength(11);
});

test('finds a sum that is wrong, and one that is missing', async () => {
  await owner.query(
    'update tricost.feature_hours set cost_usd = cost_usd + 0.000000000001 where starts_at = (select min(starts_at) from tricost.feature_hours where cost_usd is not null)',
  );
  await owner.query(
    'delete from tricost.prompt_days where starts_at = (select max(starts_at) from tricost.prompt_days)',
  );
  const { code, stdout } = await rollups('check', '--json');
  expect(code).toBe(1);
  const { right, views } = JSON.parse(stdout);
  expect(right).toBe(false);
  expect(views).toEqual(
    expect.arrayContaining([
      { view: 'llm_calls', wrong: 0 },
      { view: 'spend_by_feature_hour', wrong: 2 },
      { view: 'spend_by_feature_day', wrong: 0 },
      { view: 'spend_by_prompt_day', wrong: 1 },
    ]),
  );
  // Marked again, it is mended.
  await owner.query('update tricost.llm_calls set latency_ms = latency_ms');
  await rollups('fold');
  expect(await rollups('check')).toMatchObject({ code: 0 });
});

test('does not ask for calls that are gone', async () => {
  await freezeRollups(owner, new Date('2026-10-01T00:00:00Z'));
  await owner.query('drop table tricost.llm_calls_p2026_09');
  expect(await rollups('check')).toMatchObject({ code: 0 });
});
