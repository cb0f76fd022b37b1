/** Whom the spend alert writes to: teams that are rows, each at its own hour, and replies to what opened an alert. */
import { CreateScheduleCommand, SchedulerClient } from '@aws-sdk/client-scheduler';
import { mockClient } from 'aws-sdk-client-mock';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { setOwner, setTeam } from '../../adapters/postgres/teams.ts';
import { addDays } from '../../domain/reporting-days.ts';
import type { StoredCall } from '../sql/stored-calls.ts';
import {
  AFTER_MORNINGS,
  type AlertWorld,
  newAlertFunction,
  startAlertWorld,
} from './alert-world.ts';

/** follow-up.test.ts has what it is asked for. */
mockClient(SchedulerClient).on(CreateScheduleCommand).resolves({ ScheduleArn: 'arn' });

let world: AlertWorld;

beforeAll(async () => {
  world = await startAlertWorld();
  Object.assign(process.env, world.env);
});

afterAll(() => world.stop());

beforeEach(async () => {
  vi.useFakeTimers({ toFake: ['Date'], now: AFTER_MORNINGS });
  await world.reset();
  vi.spyOn(console, 'log').mockImplementation(() => {});
  const bot = { secret: 'bot', slackChannel: 'C0SUPPORT', timeZone: 'Europe/Rome', hour: 9 };
  const hook = { secret: 'hook', slackChannel: null, timeZone: 'America/Los_Angeles', hour: 8 };
  await setTeam(world.owner, { name: 'support', ...bot });
  await setTeam(world.owner, { name: 'search', ...hook });
  await setOwner(world.owner, { feature: 'support.*', team: 'support' });
  await setOwner(world.owner, { feature: 'search', team: 'search' });
});

afterEach(() => {
  vi.useRealTimers();
});

const growing = (...features: string[]): StoredCall[] =>
  features.flatMap((feature) => [
    { feature, ts: '2026-10-01T12:00:00Z', usd: '0.01' },
    { feature, ts: '2026-11-12T12:00:00Z', usd: '10' },
    { feature, ts: '2026-11-18T12:00:00Z', usd: '20' },
  ]);

/** Ten dollars a day from October on, a hundred from the 10th of November. */
const step = (feature: string): StoredCall[] =>
  Array.from({ length: 57 }, (_, day) => {
    const ts = new Date(Date.UTC(2026, 9, 1 + day, 12));
    return { feature, ts, usd: ts < new Date('2026-11-10T00:00:00Z') ? '10' : '100' };
  });

interface Row {
  key: string;
  team: string | null;
  due: Date | null;
  reply_to: string | null;
  reply_state: string | null;
}

async function outbox(): Promise<Row[]> {
  const { rows } = await world.owner.query<Row>(
    `select dedupe_key as key, team, next_attempt_at as due, reply_to, reply_state from tricost.outbox order by id`,
  );
  return rows;
}

test("each feature's message is its team's, due from the team's hour of that day", async () => {
  await world.storeCalls(growing('support.reply', 'search', 'other'));
  await (await newAlertFunction())();
  const rows = (await outbox()).map(({ key, team, due }) => [
    key.replace('spend-alert:2026-11-23:', ''),
    team,
    due?.toISOString() ?? null,
  ]);
  expect(rows).toEqual([
    ['feature:other', null, null],
    ['feature:search:team:search', 'search', '2026-11-23T16:00:00.000Z'],
    ['feature:support.reply:team:support', 'support', '2026-11-23T08:00:00.000Z'],
  ]);
});

test('each team has ten messages and a digest of its own', async () => {
  const names = (team: string) => Array.from({ length: 11 }, (_, n) => `${team}.${n}`);
  await setOwner(world.owner, { feature: 'search.*', team: 'search' });
  await world.storeCalls(growing(...names('support'), ...names('search')));
  await (await newAlertFunction())();
  const rows = await outbox();
  for (const team of ['support', 'search']) {
    const own = rows.filter((row) => row.team === team);
    expect(own).toHaveLength(11);
    expect(own.at(-1)?.key).toBe(`spend-alert:2026-11-23:digest:team:${team}`);
  }
  expect(rows).toHaveLength(22);
});

test('a small team hears why, however many features of others grew more', async () => {
  const large = growing(...Array.from({ length: 11 }, (_, n) => `other.${n}`));
  const small = growing('support.reply').map((call) => ({
    ...call,
    usd: String(Number(call.usd) / 1.5),
  }));
  await world.storeCalls([...large, ...small]);
  await (await newAlertFunction())();
  const { rows } = await world.owner.query<{ text: string }>(
    `select payload ->> 'text' as text from tricost.outbox where team = 'support'`,
  );
  expect(rows).toEqual([
    { text: ':fire: `support.reply` +100 % (+$6.67): +$6.67 price of `claude-sonnet-5`' },
  ]);
});

test('five runs at once, and one more: each message once', async () => {
  await world.storeCalls(growing('support.reply', 'search', 'other'));
  const functions = [];
  for (let n = 0; n < 5; n += 1) functions.push(await newAlertFunction());
  await Promise.allSettled(functions.map((run) => run()));
  await (await newAlertFunction())();
  expect(await outbox()).toHaveLength(3);
});

test('an end goes on from the message that the alert opened with, and in threads each from its own', async () => {
  await world.storeCalls(['support.a', 'support.b', 'search'].flatMap((feature) => step(feature)));
  const run = await newAlertFunction();
  for (let day = 0; day < 22; day += 1) await run(`${addDays('2026-11-05', day)}T08:00:00Z`);
  const rows = await outbox();
  const of = (key: string) =>
    rows.findIndex((row) => row.key.startsWith(`spend-alert:${key}:`)) + 1;
  const replies = rows.filter((row) => row.reply_to !== null);
  expect(
    replies.map(({ key, reply_to: to, reply_state: state }) => [
      key.split(':')[3] ?? '',
      to,
      state,
    ]),
  ).toEqual([
    ['team', String(of('2026-11-11:feature:search')), 'resolved'],
    ['support.a', String(of('2026-11-11:feature:support.a')), 'resolved'],
    ['support.b', String(of('2026-11-11:feature:support.b')), 'resolved'],
  ]);
});

test('what is about no feature waits for the hour of the team that owns the rest', async () => {
  vi.stubEnv('TRICOST_HEARTBEAT', 'true');
  await setOwner(world.owner, { feature: '*', team: 'search' });
  await world.storeCalls(growing('support.reply'));
  await (await newAlertFunction())();
  vi.unstubAllEnvs();
  const [, heartbeat] = await outbox();
  expect(heartbeat).toMatchObject({
    ...{ key: 'spend-alert:2026-11-23:heartbeat', team: null },
    due: new Date('2026-11-23T16:00:00Z'),
  });
});

test('a team that is no more: its features go where those go that nobody owns', async () => {
  await world.owner.query(`delete from tricost.teams where name = 'search'`);
  await world.storeCalls(growing('search'));
  await (await newAlertFunction())();
  expect(await outbox()).toMatchObject([{ team: null, due: null }]);
});
