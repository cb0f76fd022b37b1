/** Follow-ups: asked for once whatever happens, and what they say, and when they are silent. */
import {
  ConflictException,
  CreateScheduleCommand,
  SchedulerClient,
} from '@aws-sdk/client-scheduler';
import type { Context } from 'aws-lambda';
import { mockClient } from 'aws-sdk-client-mock';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { setOwner, setTeam } from '../../adapters/postgres/teams.ts';
import { type AlertWorld, MORNING, startAlertWorld } from './alert-world.ts';

const ARN = 'arn:aws:lambda:eu-west-1:123456789012:function:spend-alert';
const THROTTLED = Object.assign(new Error('slow down'), { name: 'ThrottlingException' });
const DENIED = Object.assign(new Error('not authorized'), { name: 'AccessDeniedException' });

const scheduler = mockClient(SchedulerClient);
let world: AlertWorld;

beforeAll(async () => {
  world = await startAlertWorld();
  Object.assign(process.env, world.env);
});

afterAll(() => world.stop());

beforeEach(async () => {
  vi.useFakeTimers({ toFake: ['Date'], now: new Date('2026-11-23T08:01:00Z') });
  scheduler.reset();
  scheduler.on(CreateScheduleCommand).resolves({ ScheduleArn: 'arn' });
  await world.reset();
  vi.spyOn(console, 'log').mockImplementation(() => {});
  vi.spyOn(console, 'error').mockImplementation(() => {});
  const team = { timeZone: 'UTC', hour: 0 };
  await setTeam(world.owner, { ...team, name: 'bot', secret: 'bot', slackChannel: 'C0SUPPORT' });
  await setTeam(world.owner, { ...team, name: 'hook', secret: 'hook', slackChannel: null });
  await setOwner(world.owner, { feature: 'f', team: 'bot' });
  await setOwner(world.owner, { feature: 'g', team: 'hook' });
  await world.storeCalls(
    ['f', 'g'].flatMap((feature) => [
      { feature, ts: '2026-10-01T12:00:00Z', usd: '0.01' },
      { feature, ts: '2026-11-12T12:00:00Z', usd: '10' },
      { feature, ts: '2026-11-18T12:00:00Z', usd: '20' },
    ]),
  );
});

afterEach(() => {
  vi.useRealTimers();
});

async function newFunction() {
  const { handler } = await import('../../lambdas/spend-alert/handler.ts');
  const context = { getRemainingTimeInMillis: () => 60_000, invokedFunctionArn: ARN } as Context;
  return (event: object = {}) => handler({ scheduledTime: MORNING, ...event }, { ...context });
}

/** As if the alerts had opened in that morning, whatever the clock of the database says. */
const openInTheMorning = () =>
  world.owner.query(`alter table tricost.alerts alter column created_at set default '${MORNING}'`);

const asked = () =>
  scheduler.commandCalls(CreateScheduleCommand).map(({ args: [{ input }] }) => input);

describe('after an opening', () => {
  beforeEach(openInTheMorning);

  test('a day and a week later are asked for, where there are threads', async () => {
    await (await newFunction())();
    const { rows } = await world.owner.query(`select id from tricost.alerts where feature = 'f'`);
    const [{ id }] = rows;
    expect(asked().map((it) => [it.Name, it.ScheduleExpression])).toEqual([
      [`follow-up-${id}-24h`, 'at(2026-11-24T08:00:00)'],
      [`follow-up-${id}-168h`, 'at(2026-11-30T08:00:00)'],
    ]);
    expect(asked()[0]).toMatchObject({
      GroupName: 'follow-ups',
      ScheduleExpressionTimezone: 'UTC',
      ActionAfterCompletion: 'DELETE',
      Target: {
        Arn: ARN,
        RoleArn: world.env['TRICOST_FOLLOW_UP_ROLE_ARN'],
        DeadLetterConfig: { Arn: world.env['TRICOST_FAILED_JOBS_QUEUE_ARN'] },
      },
    });
    expect(JSON.parse(asked()[0]?.Target?.Input ?? '')).toEqual({
      scheduledTime: '<aws.scheduler.scheduled-time>',
      followUp: { openingId: id, hours: 24 },
    });
  });

  test('one that is there already is left alone', async () => {
    const conflict = new ConflictException({ message: 'exists', $metadata: {}, Message: 'exists' });
    scheduler.on(CreateScheduleCommand).rejects(conflict);
    await expect((await newFunction())()).resolves.toMatchObject({ dates: [{ alerts: 2 }] });
    expect(asked()).toHaveLength(2);
  });

  test.each([
    ['throttled', THROTTLED],
    ['denied', DENIED],
  ])(
    '%s: the alert is told of, the run fails so that a person hears, and the next one makes up for it',
    async (_case, error) => {
      scheduler.on(CreateScheduleCommand).rejects(error);
      const run = await newFunction();
      await expect(run()).rejects.toThrow(error.message);
      const { rows } = await world.owner.query(
        'select count(*)::int as messages from tricost.outbox',
      );
      expect(rows).toEqual([{ messages: 2 }]);
      expect(world.wakeUps()).toBe(1);
      scheduler.reset();
      scheduler.on(CreateScheduleCommand).resolves({ ScheduleArn: 'arn' });
      vi.setSystemTime(new Date('2026-11-23T08:16:00Z'));
      await run({ scheduledTime: '2026-11-23T08:15:00Z' });
      expect(asked()).toHaveLength(2);
    },
  );

  test('two days later nothing is asked for again', async () => {
    await (await newFunction())();
    scheduler.resetHistory();
    vi.setSystemTime(new Date('2026-11-25T08:01:00Z'));
    await (await newFunction())().catch(() => {});
    await (await newFunction())({ scheduledTime: '2026-11-25T08:00:00Z' });
    expect(asked().filter(({ ScheduleExpression: at }) => at?.startsWith('at(2026-11-24'))).toEqual(
      [],
    );
  });
});

describe('a follow-up', () => {
  beforeEach(openInTheMorning);

  async function followUp(
    feature: string,
    after: (id: string) => Promise<unknown> = async () => {},
  ) {
    const run = await newFunction();
    await run();
    const { rows } = await world.owner.query<{ id: string; outbox_id: string }>(
      'select id, outbox_id from tricost.alerts where feature = $1',
      [feature],
    );
    const { id = '', outbox_id: opening } = rows[0] ?? {};
    await after(id);
    vi.setSystemTime(new Date('2026-11-24T08:00:30Z'));
    const event = { scheduledTime: '2026-11-24T08:00:00Z', followUp: { openingId: id, hours: 24 } };
    await run(event);
    // Scheduler, and Lambda, may deliver it twice.
    await run(event);
    const said = await world.owner.query(
      `select payload ->> 'text' as text, team, reply_to, reply_state from tricost.outbox
       where dedupe_key like 'follow-up-%'`,
    );
    return { said: said.rows, opening };
  }

  const happens = (feature: string, transition: string) => () =>
    world.owner.query(
      `insert into tricost.alerts (local_date, feature, transition, details, snoozed_until)
       values ('2026-11-24', $1, $2, '{}', case when $2 = 'snoozed' then date '2026-12-24' end)`,
      [feature, transition],
    );

  test('says in the thread, once, that it goes on', async () => {
    const { said, opening } = await followUp('f');
    expect(said).toEqual([
      {
        text: ':hourglass_flowing_sand: still growing, a day after it opened: `f`, $20.00 in the last seven days',
        ...{ team: 'bot', reply_to: opening, reply_state: 'growing' },
      },
    ]);
  });

  test('says that it got worse', async () => {
    const { said } = await followUp('f', happens('f', 'escalated'));
    expect(said).toMatchObject([{ reply_state: 'worse' }]);
  });

  test('comes at the hour of the team', async () => {
    const team = { name: 'bot', secret: 'bot', slackChannel: 'C0SUPPORT' };
    await setTeam(world.owner, { ...team, timeZone: 'America/Los_Angeles', hour: 9 });
    await followUp('f');
    const { rows } = await world.owner.query(
      `select next_attempt_at as due from tricost.outbox where dedupe_key like 'follow-up-%'`,
    );
    expect(rows).toEqual([{ due: new Date('2026-11-24T17:00:00Z') }]);
  });

  test('is silent about one that has stopped growing, and has not ended yet', async () => {
    await world.owner.query('truncate tricost.llm_calls');
    await world.storeCalls(
      Array.from({ length: 50 }, (_, back) => ({
        ts: new Date(Date.UTC(2026, 10, 23 - back, 6)),
        usd: back === 1 ? '25' : '10',
      })),
    );
    const { said, opening } = await followUp('f');
    expect(opening).toBeDefined();
    expect(said).toEqual([]);
  });

  test.each(['resolved', 'acknowledged', 'snoozed'])(
    'is silent about one that is %s',
    async (transition) => {
      expect((await followUp('f', happens('f', transition))).said).toEqual([]);
    },
  );

  test('is silent where there are no threads: of a change the job has told', async () => {
    expect((await followUp('g')).said).toEqual([]);
  });
});
