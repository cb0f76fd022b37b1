/** The function as a schedule calls it: the messages of one run, whoever else runs and wherever it dies. */
import pg from 'pg';
import {
  afterAll,
  afterEach,
  beforeAll,
  beforeEach,
  describe,
  expect,
  type MockInstance,
  onTestFinished,
  test,
  vi,
} from 'vitest';
import { claimDate, finishDate } from '../../adapters/postgres/job-runs.ts';
import { setReportingZone } from '../../adapters/postgres/roll-up-spend.ts';
import { addDays } from '../../domain/reporting-days.ts';
import type { StoredCall } from '../sql/stored-calls.ts';
import {
  AFTER_MORNINGS,
  type AlertWorld,
  LOST_TAGS,
  newAlertFunction,
  startAlertWorld,
} from './alert-world.ts';
import { metricsOf } from './printed-metrics.ts';

let world: AlertWorld;

beforeAll(async () => {
  world = await startAlertWorld();
  Object.assign(process.env, world.env);
});

afterAll(() => world.stop());

let log: MockInstance<typeof console.log>;
let error: MockInstance<typeof console.error>;

beforeEach(async () => {
  vi.useFakeTimers({ toFake: ['Date'], now: AFTER_MORNINGS });
  await world.reset();
  log = vi.spyOn(console, 'log').mockImplementation(() => {});
  error = vi.spyOn(console, 'error').mockImplementation(() => {});
});

afterEach(() => {
  vi.useRealTimers();
});

/** Enough history for judging, and one feature that grew from $10 to $20. */
const GROWTH: StoredCall[] = [
  { ts: '2026-10-01T12:00:00Z', usd: '0.01' },
  { ts: '2026-11-12T12:00:00Z', usd: '10' },
  { ts: '2026-11-18T12:00:00Z', usd: '20' },
];

const HEADLINE = ':fire: `f` +100 % (+$10.00): +$10.00 price of `claude-sonnet-5`';

async function written() {
  const { rows: messages } = await world.owner.query<{ text: string }>(
    "select payload ->> 'text' as text from tricost.outbox order by id",
  );
  const { rows: alerts } = await world.owner.query<{ alert: string }>(
    `select local_date || ' ' || feature || case transition when 'opened' then '' else ' ' || transition end as alert
     from tricost.alerts order by local_date, feature`,
  );
  return {
    messages: messages.map((row) => row.text),
    alerts: alerts.map((row) => row.alert),
  };
}

const ONE_RUN = { messages: [HEADLINE], alerts: ['2026-11-23 f'] };

describe('a morning', () => {
  test('growth is one alert, one message, one wake-up', async () => {
    await world.storeCalls(GROWTH);
    const run = await newAlertFunction();
    expect(await run()).toEqual({
      dates: [{ date: '2026-11-23', state: 'judged', features: 1, alerts: 1 }],
    });
    expect(await written()).toEqual(ONE_RUN);
    expect(world.wakeUps()).toBe(1);
    expect(metricsOf(log)).toEqual([{ SpendAlertSucceeded: 1, Alerts: 1, Features: 1 }]);
    const { rows } = await world.owner.query(
      'select transition, rule, previous_usd, current_usd, change_ratio, weekly_excess_usd, details from tricost.alerts',
    );
    expect(rows).toEqual([
      {
        transition: 'opened',
        rule: 'growth',
        previous_usd: '10.000000000000',
        current_usd: '20.000000000000',
        change_ratio: '1.000000',
        weekly_excess_usd: '10.000000000000',
        details: expect.objectContaining({
          month_to_date_usd: '30.000000000000',
          top_model: { model: 'claude-sonnet-5', usd: '20.000000000000' },
          top_user: { user_id: 'u', usd: '20.000000000000' },
          compared: { span: 'week', weeks_back: 1 },
          why: {
            delta_usd: '10.000000000000',
            terms: [expect.objectContaining({ cause: 'price', usd: '10.000000000000' })],
          },
        }),
      },
    ]);
  });

  test('a quarter of an hour later nothing is added, and the job is healthy', async () => {
    await world.storeCalls(GROWTH);
    const run = await newAlertFunction();
    await run();
    log.mockClear();
    expect(await run('2026-11-23T08:15:00Z')).toEqual({ dates: [] });
    expect(await written()).toEqual(ONE_RUN);
    expect(metricsOf(log)).toEqual([{ SpendAlertSucceeded: 1, Alerts: 0, Features: 0 }]);
  });

  test('a message that nobody delivered wakes notify again; one that Slack refused does not', async () => {
    await world.addToOutbox('waiting');
    const run = await newAlertFunction();
    await run();
    await run('2026-11-23T08:15:00Z');
    expect(world.wakeUps()).toBe(2);
    await world.owner.query('update tricost.outbox set failed_at = now()');
    await run('2026-11-23T08:30:00Z');
    expect(world.wakeUps()).toBe(2);
  });

  test('the day is that of the zone', async () => {
    vi.stubEnv('TRICOST_REPORTING_ZONE', 'Asia/Kathmandu');
    const run = await newAlertFunction();
    await expect(run('2026-11-22T18:14:59Z')).rejects.toThrow('the days of Europe/Rome');
    await setReportingZone(world.owner, 'Asia/Kathmandu');
    onTestFinished(() => setReportingZone(world.owner, 'Europe/Rome').then(() => {}));
    // 18:15 UTC is midnight in Kathmandu.
    expect((await run('2026-11-22T18:14:59Z')).dates[0]?.date).toBe('2026-11-22');
    expect((await run('2026-11-22T18:15:00Z')).dates[0]?.date).toBe('2026-11-23');
  });

  test('more than ten features are ten messages and a digest', async () => {
    await world.storeCalls(
      GROWTH.flatMap((call) =>
        Array.from({ length: 15 }, (_, n) => ({
          ...call,
          feature: `f${String(n).padStart(2, '0')}`,
        })),
      ),
    );
    await (await newAlertFunction())();
    const { messages, alerts } = await written();
    expect(messages).toHaveLength(11);
    expect(messages.at(-1)).toMatch(/^:fire: 5 more features/);
    expect(alerts).toHaveLength(15);
    const { rows } = await world.owner.query(
      `select 1 from tricost.alerts where details ->> 'top_prompt' is not null and details ->> 'top_model' is not null`,
    );
    expect(rows).toHaveLength(15);
  });

  test('a name of 3,000 characters, and one that calls the channel', async () => {
    const names = ['🔥'.repeat(3_000), '<!channel>', '`rm -rf`'];
    await world.storeCalls(
      names.flatMap((feature) => GROWTH.map((call) => ({ ...call, feature }))),
    );
    await (await newAlertFunction())();
    const { messages, alerts } = await written();
    expect(alerts).toHaveLength(3);
    expect(messages.join()).toContain(`\`${'🔥'.repeat(79)}…\``);
    expect(messages.join()).not.toContain('<!channel>');
  });

  test('tags that get lost are one message and one row, and no second one while they are', async () => {
    await world.storeCalls([{ ts: '2026-10-01T12:00:00Z', usd: '0.01' }, ...LOST_TAGS]);
    const run = await newAlertFunction();
    await run();
    await world.storeCalls(
      LOST_TAGS.slice(-20).map((call) => ({ ...call, ts: '2026-11-23T12:00:00Z' })),
    );
    await run('2026-11-24T07:00:00Z');
    const told =
      ':label: calls without an environment stopped naming their user: 0.0 % of 20 calls yesterday name feature, user and prompt, usually 100.0 %';
    expect((await written()).messages).toEqual([told]);
    const { rows } = await world.owner.query(
      `select day::text, feature, transition, rule, detail from reporting.alert_history`,
    );
    expect(rows).toEqual([
      {
        ...{ day: '2026-11-23', feature: null, transition: 'opened', rule: 'tags' },
        detail:
          '0.0 % of the calls of no environment name feature, user and prompt, usually 100.0 %; user is missing more often',
      },
    ]);
  });

  test('tags that come back are told of on the second day', async () => {
    await world.storeCalls([{ ts: '2026-10-01T12:00:00Z', usd: '0.01' }, ...LOST_TAGS]);
    const run = await newAlertFunction();
    await run();
    for (const day of [23, 24]) {
      const named = LOST_TAGS.slice(0, 20).map((call) => ({
        ...call,
        ts: `2026-11-${day}T12:00:00Z`,
      }));
      await world.storeCalls(named);
      await run(`2026-11-${day + 1}T07:00:00Z`);
    }
    const { rows } = await world.owner.query(
      'select local_date::text as day, transition from tricost.tag_coverage_alerts order by id',
    );
    expect(rows).toEqual([
      { day: '2026-11-23', transition: 'opened' },
      { day: '2026-11-25', transition: 'resolved' },
    ]);
    expect((await written()).messages.at(-1)).toMatch(/^:white_check_mark: tags of calls without/);
  });

  test('one line says that somebody has looked, once a day, whatever else is told', async () => {
    vi.stubEnv('TRICOST_HEARTBEAT', 'true');
    await world.storeCalls(GROWTH);
    const run = await newAlertFunction();
    await run();
    await run('2026-11-23T08:15:00Z');
    const beat = (open: number, usd: string) =>
      `:green_heart: 1 feature checked, ${usd}, ${open} open alert${open === 1 ? '' : 's'}, coverage 100.0 %, 0 unpriced, data until 18 Nov 13:00`;
    expect((await written()).messages).toEqual([HEADLINE, beat(1, '$20 this week (+100 %)')]);
  });

  test('a day that is caught up has no such line', async () => {
    vi.stubEnv('TRICOST_HEARTBEAT', 'true');
    await world.storeCalls(GROWTH);
    const run = await newAlertFunction();
    await run('2026-11-20T07:00:00Z');
    await run('2026-11-23T07:00:00Z');
    const { rows } = await world.owner.query(
      `select dedupe_key from tricost.outbox where dedupe_key like '%heartbeat' order by id`,
    );
    expect(rows.map(({ dedupe_key }) => dedupe_key)).toEqual([
      'spend-alert:2026-11-20:heartbeat',
      'spend-alert:2026-11-23:heartbeat',
    ]);
  });

  test('thresholds that make no sense fail at cold start, not in the morning', async () => {
    vi.stubEnv('TRICOST_MINIMUM_SPEND_USD', 'five');
    await expect(newAlertFunction()).rejects.toThrow(/not a decimal number/);
  });
});

describe('a moment to come', () => {
  test('is refused, and the days up to it are still judged when their calls are made', async () => {
    await world.storeCalls(GROWTH);
    const run = await newAlertFunction();
    await run('2026-11-26T08:00:00Z');
    const before = await written();
    await expect(run('2026-12-01T08:00:00Z')).rejects.toThrow(/2026-12-01T08:00:00.000Z: it is to/);
    await world.storeCalls([{ ts: '2026-11-26T12:00:00Z', usd: '500' }]);
    vi.setSystemTime('2026-11-27T08:00:05Z');
    expect((await run('2026-11-27T08:00:00Z')).dates).toMatchObject([
      { date: '2026-11-27', state: 'judged', alerts: 1 },
    ]);
    expect((await written()).messages.slice(before.messages.length)).toEqual([
      expect.stringContaining('`f` 25 × (+$480.00)'),
    ]);
  });

  test('by a few seconds is a clock that is fast', async () => {
    const run = await newAlertFunction();
    expect((await run('2026-11-26T23:00:30Z')).dates).toHaveLength(1);
  });
});

describe('the first fourteen days', () => {
  test('are announced once, whatever happens in them', async () => {
    const fresh = ['2026-11-12T12:00:00Z', '2026-11-18T12:00:00Z'];
    await world.storeCalls(fresh.map((ts, index) => ({ ts, usd: String(10 + index * 90) })));
    const run = await newAlertFunction();
    for (let day = 0; day < 3; day += 1) await run(`2026-11-2${day + 3}T08:00:00Z`);
    expect(await written()).toEqual({
      messages: [
        ':seedling: tricost is learning until 2026-11-26: spend alerts compare two full weeks',
      ],
      alerts: [],
    });
    expect((await run('2026-11-26T08:00:00Z')).dates[0]).toMatchObject({ state: 'judged' });
  });

  test('have the line of every morning, too: silence means that nobody has looked', async () => {
    vi.stubEnv('TRICOST_HEARTBEAT', 'true');
    await world.storeCalls([{ ts: '2026-11-18T12:00:00Z', usd: '3' }]);
    const run = await newAlertFunction();
    for (const day of [23, 24]) await run(`2026-11-${day}T08:00:00Z`);
    expect((await written()).messages.map((text) => text.split(',')[0])).toEqual([
      ':seedling: tricost is learning until 2026-12-02: spend alerts compare two full weeks',
      ':seedling: learning until 2 Dec',
      ':seedling: learning until 2 Dec',
    ]);
  });

  test('without any call nothing is said', async () => {
    expect((await (await newAlertFunction())()).dates[0]?.state).toBe('no-data');
    expect(await written()).toEqual({ messages: [], alerts: [] });
  });
});

describe('missed days', () => {
  test('are caught up in order, the last seven at most', async () => {
    await world.storeCalls(GROWTH);
    const run = await newAlertFunction();
    await run('2026-11-10T08:00:00Z');
    const { dates } = await run();
    const expected = Array.from({ length: 7 }, (_, day) => addDays('2026-11-17', day));
    expect(dates.map(({ date }) => date)).toEqual(expected);
    // New on the first day; three times as much with the call of the 18th. What stays so is not told of again.
    expect(await written()).toEqual({
      messages: [
        ':new: `f` is new: $10.00 this week, no calls in the weeks before',
        ':rotating_light: worse: `f` is new: $30.00 this week, no calls in the weeks before',
      ],
      alerts: ['2026-11-17 f', '2026-11-19 f escalated'],
    });
  });

  test('one that fails does not keep back the others, and is done when it can be', async () => {
    await world.storeCalls([...GROWTH, { ts: '2026-11-21T12:00:00Z', feature: 'g', usd: '50' }]);
    const run = await newAlertFunction();
    await run('2026-11-20T08:00:00Z');
    await failOn(
      'update on tricost.job_runs',
      "new.local_date = '2026-11-21' and new.finished_at is not null",
    );
    log.mockClear();
    await expect(run()).rejects.toThrow(/planted/);
    expect((await written()).alerts).toEqual(['2026-11-20 f', '2026-11-22 g']);
    expect(error.mock.calls).toEqual([[expect.stringContaining('2026-11-21: error P0001')]]);
    expect(metricsOf(log)).toMatchObject([{ SpendAlertSucceeded: 1, Alerts: 1 }]);
    await heal('tricost.job_runs');
    expect((await run('2026-11-23T08:15:00Z')).dates).toMatchObject([
      // What it would have said, the days after it have said, or is no news any more.
      { date: '2026-11-21', state: 'outdated', alerts: 0 },
    ]);
    expect((await run('2026-11-23T08:30:00Z')).dates).toEqual([]);
  });

  test('a moment that has gone by ends no alert of today', async () => {
    await world.storeCalls(STEP.filter(({ ts }) => ts < AFTER_MORNINGS));
    const run = await newAlertFunction();
    await run('2026-11-12T08:00:00Z');
    const before = await written();
    expect(before.alerts).toEqual(['2026-11-12 f']);
    const { dates } = await run('2026-11-02T08:00:00Z');
    expect(dates).toMatchObject([{ date: '2026-11-02', state: 'outdated', alerts: 0 }]);
    expect(await written()).toEqual(before);
  });

  test('a day to come that a wrong clock has done keeps no morning quiet', async () => {
    await world.storeCalls(STEP.filter(({ ts }) => ts < AFTER_MORNINGS));
    await world.owner.query(
      `insert into tricost.job_runs (job, local_date, lease_token, lease_expires_at, started_at, finished_at)
       values ('spend-alert', '2027-11-12', gen_random_uuid(), now(), now(), now())`,
    );
    await (await newAlertFunction())('2026-11-12T08:00:00Z');
    expect((await written()).alerts).toEqual(['2026-11-12 f']);
  });

  test('before a first install there are none', async () => {
    const { dates } = await (await newAlertFunction())();
    expect(dates).toHaveLength(1);
  });
});

/** Ten dollars a day from October on, a hundred from the 10th of November. */
const STEP: StoredCall[] = Array.from({ length: 86 }, (_, day) => {
  const ts = new Date(Date.UTC(2026, 9, 1 + day, 12));
  return { ts, usd: ts < new Date('2026-11-10T00:00:00Z') ? '10' : '100' };
});

describe('morning after morning', () => {
  async function mornings(from: string, count: number) {
    const run = await newAlertFunction();
    for (let day = 0; day < count; day += 1) await run(`${addDays(from, day)}T08:00:00Z`);
  }

  test('a step is told of on the next morning, and when it no longer rises; nothing in between', async () => {
    await world.storeCalls(STEP.filter(({ ts }) => new Date(ts) < AFTER_MORNINGS));
    await mornings('2026-11-05', 22);
    expect(await written()).toEqual({
      messages: [
        ':fire: `f` +129 % (+$90.00): +$90.00 price of `claude-sonnet-5`',
        ':white_check_mark: over: `f` no longer rises: $700.00 in the last seven days (since 11 Nov)',
      ],
      alerts: ['2026-11-11 f', '2026-11-24 f resolved'],
    });
  });

  test('the hours of the night are enough', async () => {
    const night: StoredCall[] = Array.from({ length: 54 }, (_, day) => ({
      ts: new Date(Date.UTC(2026, 9, 1 + day, 3)),
      usd: '10',
    }));
    await world.storeCalls([...night, { ts: '2026-11-23T04:00:00Z', usd: '30', prompt_id: 'q' }]);
    await mornings('2026-11-22', 2);
    expect((await written()).messages).toEqual([
      ':zap: `f` today until 09:00 +300 % (+$30.00): +$15.00 from prompt `q`, +$15.00 more calls',
    ]);
  });

  test('what somebody has taken on is told of again when it is twice as much', async () => {
    await world.storeCalls(STEP.filter(({ ts }) => new Date(ts) < AFTER_MORNINGS));
    await mornings('2026-11-10', 2);
    await world.owner.query(
      `insert into tricost.alerts (local_date, feature, transition, details) values ('2026-11-11', 'f', 'acknowledged', '{}')`,
    );
    await mornings('2026-11-12', 2);
    expect((await written()).alerts).toEqual(['2026-11-11 f', '2026-11-11 f acknowledged']);
    await world.storeCalls([{ ts: '2026-11-13T13:00:00Z', usd: '900' }]);
    await mornings('2026-11-14', 1);
    expect((await written()).alerts.at(-1)).toBe('2026-11-14 f escalated');
  });

  test('one day of calls without a user is told of in a week that hardly grew', async () => {
    const days = Array.from({ length: 56 }, (_, day) => ({
      ts: new Date(Date.UTC(2026, 8, 28 + day, 12)),
      usd: '100',
      user_id: '(none)',
      prompt_name: `p${day % 5}`,
    }));
    await world.storeCalls([...days, { ...days[55], ts: '2026-11-22T14:00:00Z', usd: '80' }]);
    await mornings('2026-11-23', 1);
    const { rows } = await world.owner.query(
      `select rule, details -> 'compared' ->> 'span' as span from tricost.alerts`,
    );
    expect(rows).toEqual([{ rule: 'spike', span: 'day' }]);
  });

  test('an alert ends when its feature has no calls any more', async () => {
    await world.storeCalls(STEP.filter(({ ts }) => ts < new Date('2026-11-11T00:00:00Z')));
    await mornings('2026-11-11', 15);
    const { alerts } = await written();
    expect(alerts[0]).toBe('2026-11-11 f');
    expect(alerts.at(-1)).toMatch(/ f resolved$/);
    expect(alerts).toHaveLength(2);
  });

  test('a user around the minimum opens one alert, and ends it when it is clearly below', async () => {
    onTestFinished(() => world.owner.query('truncate tricost.alert_settings').then(() => {}));
    await world.owner.query(
      "insert into tricost.alert_settings (feature, minimum_spend_usd) values ('f', 50)",
    );
    const usdOf = (ts: Date) => {
      const day = (Date.UTC(2026, 10, 22) - ts.getTime()) / 86_400_000;
      return day > 0 && day < 6 ? (Math.ceil(day) % 2 === 0 ? '60' : '49') : '10';
    };
    await world.storeCalls(
      Array.from({ length: 54 }, (_, day) => new Date(Date.UTC(2026, 9, 1 + day, 12))).flatMap(
        (ts) => [
          { ts, usd: '1000' },
          { ts, user_id: 'u_7', usd: usdOf(ts) },
        ],
      ),
    );
    await mornings('2026-11-16', 10);
    expect((await written()).alerts).toEqual(['2026-11-17 f', '2026-11-24 f resolved']);
  });

  test('a feature with lower thresholds of its own is held against these', async () => {
    onTestFinished(() => world.owner.query('truncate tricost.alert_settings').then(() => {}));
    await world.owner.query(
      "insert into tricost.alert_settings (feature, growth_ratio, spike_ratio) values ('f', 0.1, 0.1)",
    );
    const calls = STEP.map(({ ts }) => ({ ts, usd: ts < new Date('2026-11-10') ? '10' : '12' }));
    await world.storeCalls(
      calls
        .filter(({ ts }) => ts < AFTER_MORNINGS)
        .flatMap((call) => [
          { ...call, feature: 'f' },
          { ...call, feature: 'g' },
        ]),
    );
    await mornings('2026-11-15', 1);
    expect((await written()).alerts).toEqual(['2026-11-15 f']);
  });

  test('a feature with thresholds of its own is held against these', async () => {
    onTestFinished(() => world.owner.query('truncate tricost.alert_settings').then(() => {}));
    await world.owner.query(
      "insert into tricost.alert_settings (feature, growth_ratio) values ('f', 1.5), ('g', null)",
    );
    await world.storeCalls(
      ['f', 'g'].flatMap((feature) => GROWTH.map((call) => ({ ...call, feature }))),
    );
    await mornings('2026-11-23', 1);
    expect((await written()).alerts).toEqual(['2026-11-23 g']);
  });

  test('a small user runs away where the feature has a lower minimum of its own', async () => {
    onTestFinished(() => world.owner.query('truncate tricost.alert_settings').then(() => {}));
    await world.owner.query(
      "insert into tricost.alert_settings (feature, minimum_spend_usd) values ('f', 1)",
    );
    const calls = STEP.flatMap(({ ts }) => [
      { ts, usd: '500' },
      { ts, usd: '0.50', user_id: 'u_7' },
    ]);
    const runaway = { ts: '2026-11-22T13:00:00Z', usd: '4', user_id: 'u_7' };
    await world.storeCalls(
      [...calls.filter(({ ts }) => ts < AFTER_MORNINGS), runaway].flatMap((call) => [
        { ...call, feature: 'f' },
        { ...call, feature: 'g' },
      ]),
    );
    await mornings('2026-11-23', 1);
    expect((await written()).alerts).toEqual(['2026-11-23 f']);
    const { rows } = await world.owner.query('select rule from tricost.alerts');
    expect(rows).toEqual([{ rule: 'user' }]);
  });

  test('what is snoozed is quiet until its day', async () => {
    await world.storeCalls(STEP.filter(({ ts }) => new Date(ts) < AFTER_MORNINGS));
    await mornings('2026-11-10', 2);
    await world.owner.query(
      `insert into tricost.alerts (local_date, feature, transition, snoozed_until, details)
       values ('2026-11-11', 'f', 'snoozed', '2026-11-15', '{}')`,
    );
    await world.storeCalls([{ ts: '2026-11-13T13:00:00Z', usd: '900' }]);
    await mornings('2026-11-12', 3);
    expect((await written()).messages).toHaveLength(1);
    await mornings('2026-11-15', 1);
    expect((await written()).alerts.at(-1)).toBe('2026-11-15 f escalated');
  });

  test('one user, and one prompt, that run away in a large feature', async () => {
    const calls = STEP.flatMap(({ ts }) => [
      { ts, usd: '500' },
      { ts, usd: '1', user_id: 'u_7', prompt_name: 'reply', prompt_id: 'r' },
    ]);
    await world.storeCalls([
      ...calls.filter(({ ts }) => ts < AFTER_MORNINGS),
      { ts: '2026-11-22T13:00:00Z', usd: '40', user_id: 'u_7' },
      { ts: '2026-11-24T13:00:00Z', usd: '50', prompt_name: 'reply', prompt_id: 'r' },
    ]);
    await mornings('2026-11-22', 4);
    const { messages } = await written();
    expect(messages[0]).toBe(
      ':zap: `f`, one user, yesterday 41 × (+$40.00): +$29.25 more of prompt `p`, +$10.75 more calls',
    );
    const { rows } = await world.owner.query(
      'select rule, details from tricost.alerts order by id',
    );
    expect(rows[0]).toMatchObject({ rule: 'user', details: { user: { user_id: 'u_7' } } });
  });

  test('a user that is snoozed is, though a prompt gets worse and the feature doubles by it, until its day', async () => {
    const calls = STEP.filter(({ ts }) => ts < new Date('2026-11-26')).flatMap(({ ts }) => [
      { ts, usd: '500' },
      { ts, usd: '1', user_id: 'u_7', prompt_name: 'reply', prompt_id: 'r' },
    ]);
    await world.storeCalls([
      ...calls,
      { ts: '2026-11-22T13:00:00Z', usd: '40', user_id: 'u_7' },
      { ts: '2026-11-23T13:00:00Z', usd: '200', prompt_name: 'reply', prompt_id: 'r' },
      { ts: '2026-11-24T13:00:00Z', usd: '500', user_id: 'u_7' },
      { ts: '2026-11-25T13:00:00Z', usd: '500', user_id: 'u_7' },
    ]);
    await mornings('2026-11-22', 2);
    await world.owner.query(
      `insert into tricost.alerts (local_date, feature, transition, snoozed_until, details)
       values ('2026-11-23', 'f', 'snoozed', '2026-11-26', '{}')`,
    );
    await mornings('2026-11-24', 3);
    expect((await written()).alerts).toEqual([
      ...['2026-11-23 f', '2026-11-23 f snoozed', '2026-11-24 f escalated'],
      '2026-11-26 f escalated',
    ]);
    const { rows } = await world.owner.query(
      `select rule, weekly_excess_usd::float8 as usd from tricost.alerts where transition = 'escalated' order by id`,
    );
    expect(rows).toEqual([
      { rule: 'prompt', usd: 1400 },
      { rule: 'growth', usd: 3500 },
    ]);
  });
});

describe('five at once', () => {
  test('are the messages of one', async () => {
    await world.storeCalls(GROWTH);
    const runs = [];
    for (let n = 0; n < 5; n += 1) runs.push(await newAlertFunction());
    const results = await Promise.all(runs.map((run) => run()));
    expect(await written()).toEqual(ONE_RUN);
    const states = results.flatMap(({ dates }) => dates.map(({ state }) => state));
    expect(states.filter((state) => state === 'judged')).toHaveLength(1);
  });
});

describe('a run that dies', () => {
  beforeEach(() => world.storeCalls(GROWTH));

  test('while it reads: the next one does the day', async () => {
    await world.owner.query('alter view reporting.llm_calls rename to llm_calls_away');
    const run = await newAlertFunction();
    await expect(run()).rejects.toThrow(/llm_calls/);
    await world.owner.query('alter view reporting.llm_calls_away rename to llm_calls');
    await run('2026-11-23T08:15:00Z');
    expect(await written()).toEqual(ONE_RUN);
  });

  test('before the commit: nothing is left, and the next one does the day', async () => {
    await failOn('insert on tricost.alerts');
    const run = await newAlertFunction();
    await expect(run()).rejects.toThrow(/planted/);
    expect(await written()).toEqual({ messages: [], alerts: [] });
    await heal('tricost.alerts');
    await run('2026-11-23T08:15:00Z');
    expect(await written()).toEqual(ONE_RUN);
    expect(world.wakeUps()).toBe(1);
  });

  test('without a word, holding the lease: another waits until it has run out', async () => {
    await claimDate(world.owner, 'spend-alert', '2026-11-23', new Date());
    const run = await newAlertFunction();
    expect((await run()).dates).toEqual([
      { date: '2026-11-23', state: 'held', features: 0, alerts: 0 },
    ]);
    expect(metricsOf(log)).toEqual([{ SpendAlertSucceeded: 0, Alerts: 0, Features: 0 }]);
    await world.owner.query(
      "update tricost.job_runs set lease_expires_at = lease_expires_at - interval '1 hour'",
    );
    await run('2026-11-23T08:15:00Z');
    expect(await written()).toEqual(ONE_RUN);
  });

  test('after the commit, before the wake-up: the next one wakes notify', async () => {
    vi.stubEnv('TRICOST_NOTIFY_QUEUE_URL', `${world.env['TRICOST_NOTIFY_QUEUE_URL']}-gone`);
    await expect((await newAlertFunction())()).rejects.toThrow();
    expect(await written()).toEqual(ONE_RUN);
    vi.unstubAllEnvs();
    expect((await (await newAlertFunction())('2026-11-23T08:15:00Z')).dates).toEqual([]);
    expect(await written()).toEqual(ONE_RUN);
    expect(world.wakeUps()).toBe(1);
  });

  test('no, only sleeps past its lease: what it did is not written over what another did', async () => {
    const later = new Date(Date.now() + 6 * 60_000);
    const slow = await claimDate(world.owner, 'spend-alert', '2026-11-23', new Date());
    const quick = await claimDate(world.owner, 'spend-alert', '2026-11-23', later);
    if (slow.state !== 'claimed' || quick.state !== 'claimed') throw new Error('not claimed');
    await expect(finishDate(world.owner, slow.lease, later, {})).rejects.toThrow(/lost the lease/);
    await finishDate(world.owner, quick.lease, later, {});
    await expect(finishDate(world.owner, quick.lease, later, {})).rejects.toThrow(/lost the lease/);
  });
});

test('the lease is let go once, under any race of claims', async () => {
  const clients = Array.from(
    { length: 8 },
    () => new pg.Client(world.parameters.get('/database-url')),
  );
  await Promise.all(clients.map((client) => client.connect()));
  for (let day = 1; day <= 20; day += 1) {
    const date = `2026-10-${String(day).padStart(2, '0')}`;
    const claims = await Promise.all(
      clients.map((client) => claimDate(client, 'race', date, new Date())),
    );
    expect(claims.filter(({ state }) => state === 'claimed')).toHaveLength(1);
  }
  await Promise.all(clients.map((client) => client.end()));
});

/** Makes every write of a kind fail, as a lost connection would: nothing after it happens. */
async function failOn(event: string, condition?: string): Promise<void> {
  await world.owner.query(`
    create or replace function public.planted() returns trigger language plpgsql
      as $$ begin raise exception 'planted failure'; end $$;
    create trigger planted before ${event} ${condition === undefined ? '' : `for each row when (${condition})`}
      execute function public.planted()`);
}

async function heal(table: string): Promise<void> {
  await world.owner.query(`drop trigger planted on ${table}`);
}
