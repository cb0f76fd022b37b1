/** What the alert reads on a real Postgres: days and hours of a zone, slices of both spans, states, and what the release before wrote. */
import { cp, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import { beforeAll, beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { readGrowth } from '../../adapters/postgres/explain-alerts.ts';
import { migrate } from '../../adapters/postgres/migrate.ts';
import { setReportingZone } from '../../adapters/postgres/roll-up-spend.ts';
import { readOpenAlerts } from '../../adapters/postgres/spend-alert.ts';
import { readSeries } from '../../adapters/postgres/spend-series.ts';
import { parsePicoUsd } from '../../domain/money.ts';
import { decompose } from '../../domain/spend-alert/growth/decompose.ts';
import type { Compared, Finding } from '../../domain/spend-alert/rules/finding.ts';
import { closedHours, spendWindows } from '../../domain/spend-alert/windows.ts';
import { createOwnedDatabase } from '../support/owned-database.ts';
import { createTestDatabase } from '../support/postgres.ts';
import { storeCalls } from './stored-calls.ts';

const AS_OF = new Date('2026-11-23T08:00:00Z');
const RISEN = { minimumUsd: parsePicoUsd('5'), ownMinimumUsd: new Map(), mayMatter: () => true };
const ALL_ABOVE_FIVE_DOLLARS = { features: ['f'], risen: RISEN, watched: [] };

let owner: pg.Client;

beforeAll(async () => {
  const owned = await createOwnedDatabase(AS_OF, { monthsBack: 3, monthsAhead: 1 });
  ({ owner } = owned);
  return owned.drop;
});

beforeEach(async () => {
  await owner.query(
    'truncate tricost.llm_calls, tricost.alerts, tricost.tag_coverage_alerts, tricost.outbox restart identity',
  );
});

describe('days and hours', () => {
  // In Kathmandu the 23rd begins at 18:15 UTC on the 22nd, and at 08:00 UTC it is 13:45 there.
  const windows = spendWindows('2026-11-23', 'Asia/Kathmandu');
  const hours = closedHours(windows, new Date('2026-11-22T21:30:00Z'));

  test('are those of the zone, and end with the last full hour', async () => {
    await setReportingZone(owner, 'Asia/Kathmandu');
    await storeCalls(owner, [
      { ts: '2026-11-22T18:14:59.999Z', usd: '1' },
      { ts: '2026-11-21T18:15:00Z', usd: '2' },
      { ts: '2026-11-21T18:14:59.999Z', usd: '4' },
      { ts: '2026-11-22T18:15:00Z', usd: '8' },
      { ts: '2026-11-22T21:14:59.999Z', usd: '16' },
      { ts: '2026-11-22T21:15:00Z', usd: '32' },
      { ts: '2026-11-15T18:15:00Z', usd: '64' },
      { ts: '2026-11-15T21:15:00Z', usd: '128' },
      { ts: '2026-10-11T18:15:00Z', usd: '256' },
      { ts: '2026-10-11T18:14:59.999Z', usd: '512' },
      { ts: '2026-11-22T12:00:00Z', usd: null },
    ]);
    const features = await readSeries(owner, windows, hours, ALL_ABOVE_FIVE_DOLLARS);
    const { usd, calls, pricedCalls, hoursUsd } = features.get('f')?.series ?? {};
    const dollars = usd?.map((amount) => Number(amount / 10n ** 12n));
    expect(dollars?.slice(-3)).toEqual([0, 4, 3]);
    // The call at the first instant of the 42 days, and none before.
    expect(dollars?.[0]).toBe(256);
    expect([calls?.at(-1), pricedCalls?.at(-1)]).toEqual([3, 2]);
    expect(hoursUsd?.map((amount) => Number(amount / 10n ** 12n))).toEqual([24, 64, 0, 0, 0, 0]);
  });

  test('of a prompt and a user are read where they cost more than the minimum on the day before', async () => {
    await setReportingZone(owner, 'Asia/Kathmandu');
    await storeCalls(owner, [
      { ts: '2026-11-22T12:00:00Z', usd: '6', user_id: 'large', prompt_name: 'p' },
      { ts: '2026-11-20T12:00:00Z', usd: '1', user_id: 'large', prompt_name: 'p' },
      { ts: '2026-11-22T12:00:00Z', usd: '5', user_id: 'small', prompt_name: 'q' },
      { ts: '2026-11-22T12:00:00Z', usd: '60', user_id: '(none)', prompt_name: null },
    ]);
    const { parts = [] } =
      (await readSeries(owner, windows, hours, ALL_ABOVE_FIVE_DOLLARS)).get('f') ?? {};
    expect(parts.map(({ rule, name }) => `${rule} ${name}`).sort()).toEqual([
      'prompt null',
      'prompt p',
      'user large',
    ]);
    expect(parts.at(-1)?.series.usd.slice(-3).map(Number)).toEqual([1e12, 0, 6e12]);
  });

  test('of a prompt and a user are read by the minimum that their feature has of its own', async () => {
    await setReportingZone(owner, 'Asia/Kathmandu');
    const ts = '2026-11-22T12:00:00Z';
    await storeCalls(
      owner,
      ['low', 'high', 'as all'].flatMap((feature) => [
        { ts, feature, usd: '2', user_id: 'two', prompt_name: 'two' },
        { ts, feature, usd: '6', user_id: 'six', prompt_name: 'six' },
      ]),
    );
    const features = await readSeries(owner, windows, hours, {
      ...ALL_ABOVE_FIVE_DOLLARS,
      risen: {
        ...RISEN,
        ownMinimumUsd: new Map([
          ['low', parsePicoUsd('1.999999999999')],
          ['high', parsePicoUsd('6')],
        ]),
      },
    });
    const found = [...features].map(([feature, { parts }]) => [
      feature,
      parts.map(({ rule, name }) => `${rule} ${name}`).sort(),
    ]);
    expect(Object.fromEntries(found)).toEqual({
      low: ['prompt six', 'prompt two', 'user six', 'user two'],
      'as all': ['prompt six', 'user six'],
    });
  });

  test('of a feature that is watched are read by its own minimum on either of two days, and of whom is named', async () => {
    await setReportingZone(owner, 'Asia/Kathmandu');
    await storeCalls(owner, [
      { ts: '2026-11-22T12:00:00Z', usd: '3', user_id: 'yesterday' },
      { ts: '2026-11-20T18:15:00Z', usd: '3', user_id: 'the day before' },
      { ts: '2026-11-20T18:14:59.999Z', usd: '3', user_id: 'two days before' },
      { ts: '2026-11-22T12:00:00Z', usd: '2', user_id: 'too little' },
      { ts: '2026-11-01T12:00:00Z', usd: '0.01', user_id: 'named' },
      { ts: '2026-11-22T12:00:00Z', usd: '4', user_id: 'elsewhere', feature: 'g' },
    ]);
    const minimumUsd = parsePicoUsd('2');
    const named = { rule: 'user', name: 'named' } as const;
    const features = await readSeries(owner, windows, hours, {
      features: [],
      watched: [{ feature: 'f', minimumUsd, named }],
    });
    const users = [...features].map(([feature, { parts }]) => [
      feature,
      parts.filter(({ rule }) => rule === 'user').map(({ name }) => name),
    ]);
    expect(Object.fromEntries(users)).toEqual({
      f: expect.arrayContaining(['yesterday', 'the day before', 'named']),
    });
    expect(users[0]?.[1]).toHaveLength(3);
  });

  test('of a prompt and a user are read where something may be found, by that day and the same a week before', async () => {
    await setReportingZone(owner, 'Asia/Kathmandu');
    await storeCalls(owner, [
      { ts: '2026-11-22T12:00:00Z', usd: '60', user_id: 'service' },
      { ts: '2026-11-15T18:14:59.999Z', usd: '50', user_id: 'service' },
      { ts: '2026-11-14T18:15:00Z', usd: '9', user_id: 'service' },
      // Not of that day, and not of that feature.
      { ts: '2026-11-15T18:15:00Z', usd: '1000', user_id: 'service' },
      { ts: '2026-11-14T18:14:59.999Z', usd: '1000', user_id: 'service' },
      { ts: '2026-11-15T12:00:00Z', usd: '1000', user_id: 'service', feature: 'g' },
      { ts: '2026-11-22T12:00:00Z', usd: '7', user_id: 'new' },
    ]);
    const seen: unknown[] = [];
    const features = await readSeries(owner, windows, hours, {
      ...ALL_ABOVE_FIVE_DOLLARS,
      risen: {
        ...RISEN,
        mayMatter(feature, currentUsd, lastWeekUsd) {
          seen.push([feature, Number(currentUsd), Number(lastWeekUsd)]);
          return lastWeekUsd === 0n;
        },
      },
    });
    expect(seen).toEqual([
      // All calls are of one prompt.
      ['f', 67e12, 59e12],
      ['f', 60e12, 59e12],
      ['f', 7e12, 0],
    ]);
    expect(features.get('f')?.parts.filter(({ rule }) => rule === 'prompt')).toEqual([]);
    const users = features.get('f')?.parts.filter(({ rule }) => rule === 'user') ?? [];
    expect(users.map(({ name, series }) => [name, Number(series.usd.at(-1))])).toEqual([
      ['new', 7e12],
    ]);
  });
});

describe('slices', () => {
  const windows = spendWindows('2026-11-23', 'UTC');

  test('of weeks, days and hours sum to what the rule compared', async () => {
    await setReportingZone(owner, 'UTC');
    await storeCalls(owner, [
      { ts: '2026-11-10T03:00:00Z', usd: '10', prompt_name: 'a', prompt_id: '1' },
      { ts: '2026-11-15T03:00:00Z', usd: '7', prompt_name: 'a', prompt_id: '1' },
      { ts: '2026-11-16T03:00:00Z', usd: '3', prompt_name: 'b', prompt_id: '2', user_id: 'v' },
      { ts: '2026-11-22T03:00:00Z', usd: '20', prompt_name: 'a', prompt_id: '3' },
      { ts: '2026-11-22T13:00:00Z', usd: null, prompt_name: 'a', prompt_id: '3' },
      { ts: '2026-11-23T03:00:00Z', usd: '9', prompt_name: 'b', prompt_id: '2', user_id: 'v' },
      { ts: '2026-11-23T03:00:00Z', usd: '90', feature: 'other' },
    ]);
    const read = async (
      span: Compared['span'],
      { rule = 'spike', name = null }: Partial<Pick<Finding, 'rule' | 'name'>> = {},
    ) => {
      const finding = { rule, name, compared: { span, weeksBack: 1 } };
      const growths = [{ feature: 'f', finding }];
      return (await readGrowth(owner, growths, windows, AS_OF)).get('f') ?? [];
    };
    const grown = async (...asked: Parameters<typeof read>) =>
      Number(decompose(await read(...asked), () => undefined).deltaUsd / 10n ** 12n);
    expect(await grown('week', { rule: 'growth' })).toBe(20 + 3 - 17);
    expect(await grown('day')).toBe(20 - 7);
    expect(await grown('day', { rule: 'prompt', name: 'a' })).toBe(20 - 7);
    expect(await grown('day', { rule: 'user', name: 'v' })).toBe(0);
    expect(await grown('hours')).toBe(9 - 3);
    expect(await grown('hours', { rule: 'prompt', name: 'a' })).toBe(0);
    expect(await grown('hours', { rule: 'user', name: 'v' })).toBe(6);
    const [, added] = await read('day');
    expect(added?.current).toMatchObject({ calls: 2, pricedCalls: 1, inputTokens: 200 });
  });

  test('of many features at once are each of its own, in its own spans', async () => {
    await setReportingZone(owner, 'UTC');
    const rules = [
      { rule: 'growth', compared: { span: 'week', weeksBack: 1 }, grew: 7 },
      { rule: 'spike', compared: { span: 'day', weeksBack: 1 }, grew: 1 },
      { rule: 'spike', compared: { span: 'day', weeksBack: 3 }, grew: 3 },
      { rule: 'prompt', compared: { span: 'day', weeksBack: 2 }, grew: 2 },
      { rule: 'user', compared: { span: 'day', weeksBack: 4 }, grew: 4 },
      { rule: 'user', compared: { span: 'day', weeksBack: 4 }, grew: 4 },
      { rule: 'spike', compared: { span: 'hours', weeksBack: 2 }, grew: 1.9 },
      { rule: 'user', compared: { span: 'hours', weeksBack: 2 }, grew: 1.9 },
    ] as const;
    // A dollar more each week, whoever it is; and somebody else's calls, of the same amounts, where a rule is about one.
    const days = Array.from({ length: 43 }, (_, back) => ({
      back,
      day: 10 - Math.floor((back - 1) / 7),
    }));
    await storeCalls(
      owner,
      rules.flatMap(({ rule }, n) =>
        days.flatMap(({ back, day }) => {
          const ts = new Date(Date.UTC(2026, 10, 23 - back, 3));
          const usd = String(back === 0 ? 11 : back % 7 === 0 ? day + 0.1 : day);
          const own = { feature: `f${n}`, ts, usd, prompt_name: `p${n}`, user_id: `u${n}` };
          const others = { ...own, prompt_name: 'other', user_id: `u${n + 1}` };
          return rule === 'prompt' || rule === 'user' ? [own, others] : [own];
        }),
      ),
    );
    const growths = rules.map(({ rule, compared }, n) => {
      const name = { prompt: `p${n}`, user: `u${n}` }[rule as string] ?? null;
      return { feature: `f${n}`, finding: { rule, name, compared } };
    });
    const slices = await readGrowth(owner, growths, windows, AS_OF);
    const grew = rules.map(
      (_, n) => Number(decompose(slices.get(`f${n}`) ?? [], () => undefined).deltaUsd) / 1e12,
    );
    expect(grew).toEqual(rules.map((rule) => expect.closeTo(rule.grew, 9)));
  });
});

describe('the state', () => {
  test('is what happened last; what was told last is kept when a person says something', async () => {
    await owner.query(`insert into tricost.alerts (local_date, feature, transition, rule, current_usd, weekly_excess_usd, snoozed_until, details) values
      ('2026-11-01', 'over', 'opened', 'growth', 20, 10, null, '{}'),
      ('2026-11-09', 'over', 'resolved', null, 5, null, null, '{}'),
      ('2026-11-01', 'again', 'opened', 'growth', 20, 10, null, '{}'),
      ('2026-11-09', 'again', 'resolved', null, 5, null, null, '{}'),
      ('2026-11-12', 'again', 'opened', 'spike', 60, 50, null, '{}'),
      ('2026-11-13', 'again', 'escalated', 'user', 200, 120, null, '{"user": {"user_id": "u_1"}}'),
      ('2026-11-13', 'again', 'snoozed', null, null, null, '2026-11-20', '{}')`);
    await owner.query('set role tricost_ingest');
    onTestFinished(() => owner.query('reset role').then(() => {}));
    expect([...(await readOpenAlerts(owner))]).toEqual([
      [
        'again',
        {
          state: 'snoozed',
          openedOn: '2026-11-12',
          toldUsd: parsePicoUsd('120'),
          snoozedUntil: '2026-11-20',
          snoozed: { rule: 'user', name: 'u_1' },
        },
      ],
    ]);
  });

  describe('a snooze', () => {
    const user = (day: string, transition: string, name: string) =>
      [day, transition, 'user', null, { user: { user_id: name } }] as const;
    const until = (day: string, date: string) => [day, 'snoozed', null, date, {}] as const;
    const prompt = [
      '2026-11-14',
      'escalated',
      'prompt',
      null,
      { prompt: { prompt_name: 'p' } },
    ] as const;
    const acknowledged = ['2026-11-15', 'acknowledged', null, null, {}] as const;

    test.each([
      ['none', [user('2026-11-12', 'opened', 'u')], undefined],
      [
        'is of what was told before it, and goes on when something else gets worse',
        [user('2026-11-12', 'opened', 'u'), until('2026-11-13', '2026-12-01'), prompt],
        ['2026-12-01', 'user', 'u'],
      ],
      [
        'ends when somebody takes the alert on',
        [
          user('2026-11-12', 'opened', 'u'),
          until('2026-11-13', '2026-12-01'),
          prompt,
          acknowledged,
        ],
        undefined,
      ],
      [
        'takes the place of the one before',
        [
          ...[user('2026-11-12', 'opened', 'u'), until('2026-11-13', '2026-12-01'), prompt],
          until('2026-11-15', '2026-11-20'),
        ],
        ['2026-11-20', 'prompt', 'p'],
      ],
      [
        'is over when something gets worse on its day',
        [user('2026-11-12', 'opened', 'u'), until('2026-11-13', '2026-11-14'), prompt],
        undefined,
      ],
      [
        'is over when the alert is, and has opened anew',
        [
          ...[user('2026-11-01', 'opened', 'u'), until('2026-11-02', '2026-12-01')],
          ['2026-11-10', 'resolved', null, null, {}] as const,
          user('2026-11-12', 'opened', 'v'),
        ],
        undefined,
      ],
    ])('%s', async (_case, rows, expected) => {
      for (const [date, transition, rule, snoozedUntil, details] of rows) {
        await owner.query(
          `insert into tricost.alerts (local_date, feature, transition, rule, snoozed_until, details) values ($1, 'f', $2, $3, $4, $5)`,
          [date, transition, rule, snoozedUntil, details],
        );
      }
      const { snoozedUntil, snoozed } = (await readOpenAlerts(owner)).get('f') ?? {};
      expect(snoozed && [snoozedUntil, snoozed.rule, snoozed.name]).toEqual(expected);
      expect(snoozedUntil).toBe(expected?.[0]);
    });
  });

  test('the job says one thing a day of a feature, a person more', async () => {
    const say = (transition: string) =>
      owner.query(
        `insert into tricost.alerts (local_date, feature, transition, details) values ('2026-11-01', 'f', $1, '{}')`,
        [transition],
      );
    await say('opened');
    await expect(say('resolved')).rejects.toThrow(/alerts_local_date_feature_key/);
    await say('acknowledged');
    await say('acknowledged');
  });
});

test('what the release before has written: old alerts are over, new ones are open, and it can go on writing', async () => {
  const database = await createTestDatabase({ template: 'template0' });
  const client = new pg.Client({ connectionString: database.url });
  const before = await mkdtemp(`${tmpdir()}/tricost-migrations-`);
  const all = fileURLToPath(new URL('../../sql/migrations', import.meta.url));
  onTestFinished(async () => {
    await client.end();
    await database.drop();
    await rm(before, { recursive: true, force: true });
  });
  await client.connect();
  for (const file of await readdir(all)) {
    if (file < '0024') await cp(`${all}/${file}`, `${before}/${file}`);
  }
  await migrate(client, before);
  const write = (feature: string, daysAgo: number) =>
    client.query(
      `with message as (
         insert into tricost.outbox (dedupe_key, payload) values ($1 || $2::int, '{}') returning id)
       insert into tricost.alerts (local_date, feature, rule, previous_usd, current_usd, details, outbox_id)
       select current_date - $2::int, $1, 'growth', 10, 30, '{}', id from message on conflict do nothing`,
      [feature, daysAgo],
    );
  for (const daysAgo of [9, 8, 7]) await write('old', daysAgo);
  for (const daysAgo of [2, 1]) await write('open', daysAgo);
  await migrate(client, all);
  await write('since', 0);
  const open = await readOpenAlerts(client);
  expect([...open.keys()].sort()).toEqual(['open', 'since']);
  expect(open.get('since')?.toldUsd).toBe(parsePicoUsd('20'));
});
