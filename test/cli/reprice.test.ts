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

const setPrice = (price: string, ...args: string[]) =>
  tricost(
    ...['prices', 'set', ...MODEL, '--new-model', '--unit', 'input', '--price', price],
    ...['--valid-from', '2026-01-01', '--source', 'a test', ...args],
  );

test('shows, asks, changes, and changes nothing more', async () => {
  await setPrice('2');
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
  const set = await setPrice('3');
  expect(set.stdout).toContain(
    'Calls since then that have a cost keep it until `tricost reprice`.',
  );

  const shown = await reprice();
  expect(shown.stdout).toContain('1 would change: $4.000000000000 → $6.000000000000');
  expect(shown.stdout).not.toContain('\u001b[31m');
  expect(await costs()).toEqual(['4']);

  const changed = JSON.parse((await reprice('--yes', '--json')).stdout);
  expect(changed).toMatchObject({
    ...{ applied: true, interrupted: false, calls_examined: 1, calls_changed: 1 },
    ...{ usd_before: '4.000000000000', usd_after: '6.000000000000' },
    lines: [{ model: 'acme-1', calls: 1, unpriced_before: 0, unpriced_after: 0 }],
  });
  expect(await costs()).toEqual(['6']);

  const again = JSON.parse((await reprice('--yes', '--json')).stdout);
  expect(again).toMatchObject({ calls_examined: 1, calls_changed: 0, lines: [] });
});

test('says that nothing matches, as it does for a model that was mistyped', async () => {
  expect((await reprice('--model', 'acme-1')).stderr).not.toContain('nothing matches');
  const { code, stderr } = await reprice('--provider', 'acme', '--model', 'acme-\u001b[31m');
  expect([code, stderr]).toEqual([
    0,
    expect.stringContaining(
      'nothing matches: there is no call of provider acme and model acme-\\u001b[31m from 2026-11-01T00:00:00.000Z until 2026-11-24T00:00:00.000Z\n',
    ),
  ]);
});

test('a run that was killed after its last change is over when nothing is left to do', async () => {
  await owner.query(
    `insert into tricost.repricing_runs (from_ts, until_ts, price_list_version)
     values ('2026-11-01Z', '2026-11-24Z', 1)`,
  );
  // Nobody is there to confirm, and nothing to be confirmed.
  expect((await reprice()).code).toBe(0);
  const { rows } = await owner.query(
    'select count(*) filter (where finished_at is null)::int as open from tricost.repricing_runs',
  );
  expect(rows).toEqual([{ open: 0 }]);
});

test('goes on the day after, though its default end has moved', async () => {
  await owner.query('truncate tricost.repricing_runs');
  await owner.query(
    `insert into tricost.repricing_runs (from_ts, until_ts, price_list_version, done_ts, done_event_id)
     select '2026-11-01Z', '2026-11-23Z', version, '2026-11-22Z', gen_random_uuid()
     from tricost.price_list_version`,
  );
  expect((await reprice('--yes')).stdout).toContain('(the rest of a run that was interrupted)');
  const { rows } = await owner.query(
    'select finished_at is not null as done from tricost.repricing_runs',
  );
  expect(rows).toEqual([{ done: true }]);
});

test('a price that arrives is that of the calls that had none, at once', async () => {
  const event = { ts: '2026-11-20T00:00:00Z', provider: 'acme', model: 'acme-2' };
  await storeEvents(
    owner,
    [{ ...event, usage: { input_tokens: 1_000_000, output_tokens: 5 } }],
    NOW,
  );
  const set = (...args: string[]) =>
    tricost(
      ...['prices', 'set', '--provider', 'acme', '--model', 'acme-2', '--new-model'],
      ...['--valid-from', '2026-01-01', '--source', 'a test', ...args],
    );
  const both = JSON.parse(
    (await set('--unit', 'input', 'output', '--price', '3', '6', '--json')).stdout,
  );
  expect(both.repriced).toEqual({ calls: 1, cost_usd: '3.000030000000', unpriced: [] });
  const { rows } = await owner.query("select payload ->> 'text' as text from tricost.outbox");
  expect(rows.map(({ text }) => text)).toEqual([
    expect.stringContaining('Calls of `acme` `acme-2` have no price'),
    expect.stringContaining('1 stored call was priced, $3.00 in all'),
  ]);
});

test('says plainly when calls would lose their cost, and when they did', async () => {
  const call = { ts: '2026-11-21T00:00:00Z', provider: 'acme', model: 'acme-3' };
  const model = ['--provider', 'acme', '--model', 'acme-3'];
  const terms = ['--unit', 'input', '--source', 'a test'];
  const set = ['prices', 'set', ...model, ...terms];
  await tricost(...set, '--new-model', '--price', '2', '--valid-from', '2026-01-01');
  await storeEvents(owner, [{ ...call, usage: { input_tokens: 1_500_000 } }], NOW);
  expect((await reprice(...model, '--dry-run')).stdout).not.toContain('lose');
  await tricost(...set, '--end', '--valid-from', '2026-11-01');

  const { stdout } = await reprice(...model, '--dry-run');
  expect(stdout).toContain('1 calls would lose their cost, $3.000000000000 in all');
  const lost = { calls_losing_cost: 1, usd_losing_cost: '3.000000000000' };
  expect(JSON.parse((await reprice(...model, '--dry-run', '--json')).stdout)).toMatchObject(lost);
  expect(JSON.parse((await reprice(...model, '--yes', '--json')).stdout)).toMatchObject(lost);
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
