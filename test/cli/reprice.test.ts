/** `tricost reprice` on a real database: what it foresees is what it does, and it does nothing that nobody asked for. */
import type pg from 'pg';
import { beforeAll, expect, test } from 'vitest';
import { storeEvents } from '../sql/store-events.ts';
import { createOwnedDatabase } from '../support/owned-database.ts';
import type { TestDatabase } from '../support/postgres.ts';
import { runCommand } from './run-command.ts';

const NOW = new Date('2026-11-23T12:00:00Z');
const MODEL = ['--provider', 'acme', '--model', 'acme-1'];

let database: TestDatabase;
let owner: pg.Client;

beforeAll(async () => {
  const owned = await createOwnedDatabase(NOW, { monthsBack: 1, monthsAhead: 0 });
  ({ database, owner } = owned);
  return owned.drop;
});

const tricost = (...args: string[]) => runCommand([...args, '--database-url', database.url]);
const reprice = (...args: string[]) =>
  tricost('reprice', '--from', '2026-11-01', '--to', '2026-11-24', ...args);

async function costs(): Promise<string[]> {
  const { rows } = await owner.query('select cost_usd::float8::text as usd from tricost.llm_calls');
  return rows.map(({ usd }) => usd);
}

test('shows, asks, changes, and changes nothing more', async () => {
  await storeEvents(
    owner,
    [
      {
        ...{ event_id: '01a2087d-f068-7000-8000-000000000001', ts: '2026-11-20T00:00:00Z' },
        ...{ user_id: 'u', feature: 'search\u001b[31m', provider: 'acme', model: 'acme-1' },
        usage: { input_tokens: 2_000_000 },
      },
    ],
    NOW,
  );
  await tricost(
    ...['prices', 'set', ...MODEL, '--new-model', '--unit', 'input', '--price', '3'],
    ...['--valid-from', '2026-01-01', '--source', 'a test'],
  );

  const shown = await reprice();
  expect(shown.stdout).toContain('1 would change: $0.000000000000 → $6.000000000000');
  expect(shown.stdout).not.toContain('\u001b[31m');
  expect(await costs()).toEqual([null]);

  const changed = JSON.parse((await reprice('--yes', '--json')).stdout);
  expect(changed).toMatchObject({
    ...{ applied: true, interrupted: false, calls_examined: 1, calls_changed: 1 },
    ...{ usd_before: '0.000000000000', usd_after: '6.000000000000' },
    lines: [{ model: 'acme-1', calls: 1, unpriced_before: 1, unpriced_after: 0 }],
  });
  expect(await costs()).toEqual(['6']);

  const again = JSON.parse((await reprice('--yes', '--json')).stdout);
  expect(again).toMatchObject({ applied: false, calls_examined: 1, calls_changed: 0, lines: [] });
});

test.each([
  ['an end before its beginning', ['--to', '2026-10-31'], '--to must be after --from'],
  ['what is no time', ['--to', 'yesterday'], 'a time is a date'],
  ['months that are not kept', ['--from', '2026-01-01'], 'are not kept one by one'],
])('refuses %s', async (_case, args, message) => {
  const { code, stderr } = await reprice(...args);
  expect(code).toBe(1);
  expect(stderr).toContain(message);
});
