/** What a backtest says is what the job has recorded, morning by morning, on the same database. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CreateScheduleCommand, SchedulerClient } from '@aws-sdk/client-scheduler';
import type { Context } from 'aws-lambda';
import { mockClient } from 'aws-sdk-client-mock';
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest';
import { addDays, instantAtHour, type LocalDate } from '../../domain/reporting-days.ts';
import { type AlertWorld, startAlertWorld } from '../lambdas/alert-world.ts';
import type { StoredCall } from '../sql/stored-calls.ts';
import { runCommand } from './run-command.ts';

mockClient(SchedulerClient).on(CreateScheduleCommand).resolves({ ScheduleArn: 'arn' });

const ZONE = 'Europe/Rome';
const FIRST = '2026-09-10';
/** Clocks go back on the 25th of October. */
const LAST = '2026-11-12';
const DAYS = 64;

let world: AlertWorld;
let config: string;

/** Dollars of a day, so many days after the first. */
const FEATURES: Record<string, (day: number) => number> = {
  steady: () => 20,
  step: (day) => (day < 35 ? 10 : 26),
  // Ends on the same morning, in a thread of its own.
  'step too': (day) => (day < 35 ? 10 : 26),
  'step again': (day) => (day < 30 ? 10 : day < 36 ? 25 : 120),
  spike: (day) => (day === 40 ? 90 : 10),
  fresh: (day) => (day < 33 ? 0 : 12),
  strict: (day) => (day < 44 ? 10 : 15),
  'on its own': (day) => (day < 35 ? 10 : 18),
};

function callsOf(day: number): StoredCall[] {
  const date = addDays(FIRST, day);
  const hours = [3, 12, 18].map((hour) => instantAtHour(date, hour, ZONE));
  const calls = Object.entries(FEATURES).flatMap(([feature, dollars]) =>
    hours.map((ts, index) => ({
      ...{ ts, feature, user_id: `u_${index}`, prompt_name: 'reply' },
      usd: String(dollars(day) / hours.length),
    })),
  );
  // One user of many takes over without the feature rising far.
  const runaway = Array.from({ length: 10 }, (_, user) => ({
    ...{ ts: hours[1] ?? '', feature: 'chat', user_id: `c_${user}`, prompt_name: 'chat' },
    usd: user === 0 && day >= 38 && day < 42 ? '40' : '10',
  }));
  return [...calls, ...runaway].filter(({ usd }) => usd !== '0');
}

beforeAll(async () => {
  world = await startAlertWorld();
  Object.assign(process.env, world.env);
  vi.useFakeTimers({ toFake: ['Date'] });
  await world.storeCalls(Array.from({ length: DAYS }, (_, day) => callsOf(day)).flat());
  await world.owner.query(
    "insert into tricost.alert_settings (feature, growth_ratio, spike_ratio) values ('on its own', 2, 2)",
  );
  // What ends is told in a thread by one team, and together by the other and by what nobody owns.
  await world.owner.query(
    `insert into tricost.teams (name, secret, slack_channel, time_zone, hour)
     values ('threads', 's', 'C0123456789', 'UTC', 9), ('hook', 's', null, 'UTC', 9)`,
  );
  await world.owner.query(
    `insert into tricost.feature_owners (feature, team) values ('s*', 'threads'), ('spike', 'hook'), ('fresh', 'hook')`,
  );
  const directory = await mkdtemp(join(tmpdir(), 'tricost-backtest-'));
  config = join(directory, 'tricost.config.json');
  await writeFile(config, `{ "alarmEmail": "none", "reportingZone": "${ZONE}" }`);
  await runMornings();
  return () => rm(directory, { recursive: true });
}, 240_000);

afterAll(() => {
  vi.useRealTimers();
  return world.stop();
});

afterEach(() => void setNow(LAST, 10));

function setNow(date: LocalDate, hour: number): void {
  vi.setSystemTime(instantAtHour(date, hour, ZONE));
}

/** The job itself, once a morning. */
async function runMornings(): Promise<void> {
  const log = vi.spyOn(console, 'log').mockReturnValue();
  const { handler } = await import('../../lambdas/spend-alert/handler.ts');
  for (let date: LocalDate = FIRST; date <= LAST; date = addDays(date, 1)) {
    setNow(date, 8);
    const context = { getRemainingTimeInMillis: () => 60_000 } as Context;
    await handler({ scheduledTime: new Date().toISOString() }, context);
  }
  log.mockRestore();
  setNow(LAST, 10);
}

/** Everything that the job has written: an end has no rule, and a message that tells of one alert is its first line. */
async function recorded() {
  const { rows } = await world.owner.query(
    `select local_date::text as date, feature, transition, rule, weekly_excess_usd,
       case when count(*) over (partition by outbox_id) = 1 then payload ->> 'text' end as text
     from tricost.alerts join tricost.outbox on outbox.id = outbox_id
     order by local_date, outbox.id, alerts.id`,
  );
  return rows;
}

const backtest = (...args: string[]) =>
  runCommand([
    ...['alerts', 'backtest', '--database-url', world.databaseUrl, '--config', config],
    ...args,
  ]);

async function told(...args: string[]) {
  const { code, stdout, stderr } = await backtest(...args, '--json');
  expect([code, stderr]).toEqual([0, expect.not.stringContaining('Error')]);
  return JSON.parse(stdout);
}

interface ToldRow {
  date: LocalDate;
  feature: string;
  transition: string;
  rule: string;
  text: string;
  message: string;
}

test('equals what the job recorded: dates, rules, dollars and first lines', async () => {
  const rows = await recorded();
  const answer = await told('--days', String(DAYS));
  const single = (one: ToldRow) =>
    answer.told.filter(({ message }: ToldRow) => message === one.message).length === 1;
  const replayed = answer.told.map((one: ToldRow & { weekly_excess_usd: string | null }) => ({
    ...{ date: one.date, feature: one.feature, transition: one.transition },
    rule: one.transition === 'resolved' ? null : one.rule,
    weekly_excess_usd: one.weekly_excess_usd,
    text: single(one) ? one.text : null,
  }));
  expect(replayed).toEqual(rows);
  const { rows: sent } = await world.owner.query(
    'select count(distinct outbox_id)::int as messages from tricost.alerts',
  );
  expect(answer.messages).toBe(sent[0].messages);
  // The data is worth a comparison.
  expect(new Set(rows.map(({ transition }) => transition))).toEqual(
    new Set(['opened', 'escalated', 'resolved']),
  );
  expect(new Set(rows.map(({ rule }) => rule))).toEqual(
    new Set(['growth', 'spike', 'new', 'user', null]),
  );
  expect(rows.map(({ feature }) => feature)).not.toContain('on its own');
  expect(answer).toMatchObject({
    ...{ first_date: '2026-09-24', last_date: LAST, days: 50, learning_until: '2026-09-24' },
    ...{ stopped: false, zone: ZONE },
    own_thresholds: [
      { feature: 'on its own', growth_ratio: '2', spike_ratio: '2', minimum_spend_usd: null },
    ],
  });
});

test('writes nothing', async () => {
  const before = await recorded();
  await told('--days', '5');
  expect(await recorded()).toEqual(before);
});

test('with other thresholds says what those would have sent', async () => {
  const strict = await told('--days', '35', '--set', 'growth=0.2', 'spike=0.3', 'minimum=1');
  const plain = await told('--days', '35');
  expect(strict.thresholds).toEqual({
    ...{ growth_ratio: '0.2', spike_ratio: '0.3', minimum_spend_usd: '1' },
  });
  const features = ({ told: rows }: { told: ToldRow[] }) =>
    new Set(rows.map(({ feature }) => feature));
  expect(features(plain).has('on its own')).toBe(false);
  expect(features(await told('--days', '5', '--set', 'minimum=100000')).size).toBe(0);
  // A threshold of its own goes before that of all, and is what --feature changes.
  expect(features(strict).has('on its own')).toBe(false);
  const set = ['--set', 'growth=0.3', 'spike=0.6'];
  const own = await told('--days', '35', '--feature', 'on its own', ...set);
  expect(own.told[0]).toMatchObject({ feature: 'on its own', transition: 'opened' });
});

test('shows one feature or one rule as it shows them among all', async () => {
  const { told: all, rules } = await told('--days', '35');
  const only = await told('--days', '35', '--feature', 'step again');
  expect(only.told).toEqual(all.filter(({ feature }: ToldRow) => feature === 'step again'));
  const spikes = await told('--days', '35', '--rule', 'spike');
  expect(spikes.told).toEqual(all.filter(({ rule }: ToldRow) => rule === 'spike'));
  expect(spikes.rules[2]).toEqual(rules[2]);
});

test('refuses a feature that it knows nothing of: its zeros would read as quiet', async () => {
  const { code, stdout, stderr } = await backtest('--days', '10', '--feature', 'stepp');
  expect([code, stdout]).toEqual([1, '']);
  expect(stderr).toContain('stepp has no alert, and no calls since 2026-10-20');
  expect((await told('--days', '10', '--feature', 'steady')).told).toEqual([]);
});

test('shows it to a person, and refuses what it cannot read', async () => {
  const { code, stdout } = await backtest('--days', '40');
  expect(code).toBe(0);
  expect(stdout).toMatch(
    /2026-10-20 {2}spike {3}opened {5}spike today until 08:00 \+800 % \(\+\$26\.67\): \+\$26\.67 price of claude-sonnet-5\n/,
  );
  expect(stdout).toMatch(/\nspike +\d+ +\d+ +\d+ +\d+ +\d+\.\d\d\n/);
  expect(stdout).toContain('40 mornings, 2026-10-04 to 2026-11-12, judged, Europe/Rome\n');
  for (const wrong of ['growth=much', 'growth=-1', 'growth=1=2', 'grow=1', 'minimum=', 'spike']) {
    expect((await backtest('--set', wrong)).code).toBe(1);
  }
  expect((await backtest('--days', '0')).stderr).toContain('1 to 400 days');
});

test('one message and one alert are not many', async () => {
  setNow('2026-10-20', 10);
  const { stdout } = await backtest('--days', '1', '--feature', 'spike');
  expect(stdout).toContain('\n1 message, 7.00 a week; 1 alert open at the end\n');
});

test('Ctrl-C ends it with what is judged so far', async () => {
  const listeners = process.listenerCount('SIGINT');
  const running = backtest('--json');
  await vi.waitFor(() => expect(process.listenerCount('SIGINT')).toBe(listeners + 1), 20_000);
  process.emit('SIGINT');
  const { code, stdout } = await running;
  expect([code, JSON.parse(stdout)]).toEqual([130, expect.objectContaining({ stopped: true })]);
});

test('ends at the last morning that was due', async () => {
  setNow(LAST, 7);
  expect(await told('--days', '1')).toMatchObject({ last_date: addDays(LAST, -1), days: 1 });
});
