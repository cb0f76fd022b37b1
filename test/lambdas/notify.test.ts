/** The function as its queue calls it: in order, once, and nothing lost whatever Slack says. */
import type { Context, SQSBatchResponse, SQSEvent } from 'aws-lambda';
import {
  afterAll,
  beforeAll,
  beforeEach,
  describe,
  expect,
  type MockInstance,
  test,
  vi,
} from 'vitest';
import { type AlertWorld, startAlertWorld } from './alert-world.ts';
import { metricsOf } from './printed-metrics.ts';
import { answer, HANG_UP, SECRET_PATH } from './slack-webhook.ts';

let world: AlertWorld;
let log: MockInstance<typeof console.log>;
let errorLog: MockInstance<typeof console.error>;

beforeAll(async () => {
  world = await startAlertWorld();
  Object.assign(process.env, world.env);
});

afterAll(() => world.stop());

beforeEach(async () => {
  await world.reset();
  log = vi.spyOn(console, 'log').mockImplementation(() => {});
  errorLog = vi.spyOn(console, 'error').mockImplementation(() => {});
});

/** A function of its own, as every concurrent invocation has one. */
async function newFunction() {
  vi.resetModules();
  const { handler } = await import('../../lambdas/notify/handler.ts');
  return async (event?: SQSEvent, context = {} as Context): Promise<SQSBatchResponse> =>
    handler(event ?? (await world.receive()), context);
}

async function outbox() {
  const { rows } = await world.owner.query<{
    text: string;
    state: string;
    attempts: number;
    last_error: string | null;
  }>(
    `select o.payload ->> 'text' as text, n.state, o.attempts, o.last_error
     from tricost.outbox as o join reporting.notifications as n using (id) order by id`,
  );
  return rows.map((row) => [row.text, row.state, row.attempts, row.last_error]);
}

/** As if the time that Slack asked for had passed. */
function letTimePass() {
  return world.owner.query('update tricost.outbox set next_attempt_at = now()');
}

const ALL_DONE = { batchItemFailures: [] };

describe('Slack is well', () => {
  test('messages arrive in order, whole, and are not sent again', async () => {
    await world.addToOutbox('one', 'two', 'three');
    const notify = await newFunction();
    expect(await notify()).toEqual(ALL_DONE);
    expect(await notify()).toEqual(ALL_DONE);
    expect(world.slack.bodies).toEqual([{ text: 'one' }, { text: 'two' }, { text: 'three' }]);
    expect(await outbox()).toEqual([
      ['one', 'delivered', 1, null],
      ['two', 'delivered', 1, null],
      ['three', 'delivered', 1, null],
    ]);
    expect(metricsOf(log)[0]).toEqual({
      NotificationsDelivered: 3,
      NotificationsFailed: 0,
      NotificationsPending: 0,
    });
  });

  test('any body is a wake-up', async () => {
    await world.addToOutbox('one');
    const event = await world.receive();
    for (const record of event.Records) record.body = 'not { json';
    expect(await (await newFunction())(event)).toEqual(ALL_DONE);
    expect(world.slack.posted).toEqual(['one']);
  });

  test('five at once send each message once, in order', async () => {
    const texts = Array.from({ length: 12 }, (_, n) => `message ${n}`);
    await world.addToOutbox(...texts);
    const functions = [];
    for (let n = 0; n < 5; n += 1) functions.push(await newFunction());
    const events: SQSEvent[] = [];
    for (let n = 0; n < 5; n += 1) events.push(await world.receive());
    const answers = await Promise.all(functions.map((notify, n) => notify(events[n])));
    expect(answers).toEqual(Array.from({ length: 5 }, () => ALL_DONE));
    expect(world.slack.posted).toEqual(texts);
  });
});

describe('Slack asks for patience', () => {
  test.each([
    ['429 with Retry-After', answer(429, 'rate_limited', { 'retry-after': '77' }), 77, 77],
    ['503 with Retry-After', answer(503, '', { 'retry-after': '120' }), 120, 120],
    // SQS takes 12 hours from the receipt at most, and refuses what would end later.
    ['429 for a day', answer(429, 'rate_limited', { 'retry-after': '86400' }), 42_600, 42_600],
    ['429 without', answer(429, 'rate_limited'), 30, 38],
    ['500', answer(500, 'rollup_error'), 30, 38],
    ['a broken connection', HANG_UP, 30, 38],
  ])('%s: the message waits, and those after it', async (_case, slacksAnswer, from, to) => {
    await world.addToOutbox('one', 'two');
    world.slack.next.push(slacksAnswer);
    const notify = await newFunction();
    const event = await world.receive();
    expect(await notify(event)).toEqual({
      batchItemFailures: [{ itemIdentifier: event.Records[0]?.messageId }],
    });
    expect(world.slack.posted).toEqual(['one']);
    const [first, second] = await outbox();
    expect(first).toEqual(['one', 'pending', 1, expect.any(String)]);
    expect(second).toEqual(['two', 'pending', 0, null]);
    const { rows } = await world.owner.query<{ wait: string }>(
      'select extract(epoch from next_attempt_at - last_attempt_at) as wait from tricost.outbox where attempts = 1',
    );
    expect(Number(rows[0]?.wait)).toBeGreaterThanOrEqual(from);
    expect(Number(rows[0]?.wait)).toBeLessThanOrEqual(to);
    // The queue's own timeout is far longer, so this is what the function asked for.
    expect(world.hiddenSeconds()[0]).toBeLessThanOrEqual(to);

    // Another wake-up in the meantime leaves Slack alone.
    expect((await notify()).batchItemFailures).toHaveLength(1);
    expect(world.slack.posted).toEqual(['one']);

    await letTimePass();
    expect(await notify()).toEqual(ALL_DONE);
    expect(world.slack.posted).toEqual(['one', 'one', 'two']);
    expect(await outbox()).toEqual([
      ['one', 'delivered', 2, null],
      ['two', 'delivered', 1, null],
    ]);
  });

  // Each try is a receive, and after a hundred receives the wake-up would be in the dead-letter queue.
  test('429 again and again: it waits longer each time, however soon Slack says to come back', async () => {
    await world.addToOutbox('one');
    await world.owner.query('update tricost.outbox set attempts = 8');
    world.slack.next.push(answer(429, 'rate_limited', { 'retry-after': '5' }));
    expect((await (await newFunction())()).batchItemFailures).toHaveLength(1);
    const [hidden = 0] = world.hiddenSeconds();
    expect(hidden).toBeGreaterThan(3_500);
    expect(hidden).toBeLessThanOrEqual(4_500);
  });

  test('six hours of outage: everything arrives, in order, once', async () => {
    await world.addToOutbox('one', 'two', 'three');
    const notify = await newFunction();
    for (let hour = 0; hour < 8; hour += 1) {
      world.slack.next.push(answer(503, 'down'));
      expect((await notify()).batchItemFailures).not.toEqual([]);
      await letTimePass();
    }
    world.slack.posted.length = 0;
    expect(await notify()).toEqual(ALL_DONE);
    expect(world.slack.posted).toEqual(['one', 'two', 'three']);
  });
});

describe('Slack refuses for good', () => {
  test.each([
    [400, 'invalid_blocks'],
    [403, 'action_prohibited'],
    [404, 'no_service'],
    [410, 'channel_is_archived'],
    [302, ''],
  ])(
    '%i %s: it stays visible, a person hears of it, the next one goes on',
    async (status, body) => {
      await world.addToOutbox('one', 'two');
      world.slack.next.push(answer(status, body, { location: `${world.slack.url}/elsewhere` }));
      expect(await (await newFunction())()).toEqual(ALL_DONE);
      expect(world.slack.posted).toEqual(['one', 'two']);
      expect(await outbox()).toEqual([
        ['one', 'failed', 1, `HTTP ${status} ${body}`.trim()],
        ['two', 'delivered', 1, null],
      ]);
      expect(metricsOf(log)).toEqual([
        { NotificationsDelivered: 1, NotificationsFailed: 1, NotificationsPending: 0 },
      ]);
      expect(errorLog).toHaveBeenCalledWith(expect.stringContaining(`HTTP ${status}`));
    },
  );

  test('a page that answers 200 is not Slack', async () => {
    await world.addToOutbox('one');
    world.slack.next.push(answer(200, '<html>Please log in</html>'));
    await (await newFunction())();
    expect(await outbox()).toEqual([['one', 'failed', 1, 'HTTP 200 <html>Please log in</html>']]);
  });

  test('an operator who has mended it sends it again by clearing failed_at', async () => {
    await world.addToOutbox('one');
    world.slack.next.push(answer(404, 'no_service'));
    const notify = await newFunction();
    await notify();
    await world.owner.query('update tricost.outbox set failed_at = null');
    expect(await notify()).toEqual(ALL_DONE);
    expect(await outbox()).toEqual([['one', 'delivered', 2, null]]);
  });
});

describe('nothing can be tried', () => {
  test.each([
    ['no address', 'none', /cannot be used: it does not hold an https:/],
    ['an address in the clear', 'http://hooks.example/services/T0/B0/sekrit', /does not hold/],
    ['nothing', undefined, /the SSM parameter \/slack-webhook-url does not exist; create it/],
  ])(
    '%s in the parameter: messages wait, and a person hears of it',
    async (_case, value, reason) => {
      const address = world.parameters.get('/slack-webhook-url') ?? '';
      if (value === undefined) world.parameters.delete('/slack-webhook-url');
      else world.parameters.set('/slack-webhook-url', value);
      await world.addToOutbox('one', 'two');
      const notify = await newFunction();
      expect((await notify()).batchItemFailures).toHaveLength(1);
      expect(metricsOf(log)).toEqual([
        { NotificationsDelivered: 0, NotificationsFailed: 1, NotificationsPending: 2 },
      ]);
      expect(String(log.mock.calls[0])).toMatch(reason);
      const [one, two] = await outbox();
      expect(one).toEqual(['one', 'pending', 1, expect.stringMatching(reason)]);
      expect(two).toEqual(['two', 'pending', 0, null]);
      expect(JSON.stringify([log.mock.calls, errorLog.mock.calls, one])).not.toContain('sekrit');

      world.parameters.set('/slack-webhook-url', address);
      await letTimePass();
      expect(await notify()).toEqual(ALL_DONE);
    },
  );

  test('the database refuses: messages wait, and a person hears of it', async () => {
    await world.addToOutbox('one');
    await world.owner.query('revoke select on tricost.outbox from tricost_ingest');
    expect((await (await newFunction())()).batchItemFailures).toHaveLength(1);
    expect(metricsOf(log)).toEqual([{ NotificationsFailed: 1 }]);
    await world.owner.query('grant select on tricost.outbox to tricost_ingest');
    expect(await (await newFunction())()).toEqual(ALL_DONE);
  });

  test('the address is in no log and no table', async () => {
    await world.addToOutbox('one', 'two', 'three');
    world.slack.next.push(answer(400, 'invalid_payload'), answer(500, 'x'));
    const notify = await newFunction();
    await notify();
    await letTimePass();
    world.slack.next.push(HANG_UP);
    await notify();
    const written = await world.owner.query('select * from tricost.outbox');
    const everything = JSON.stringify([log.mock.calls, errorLog.mock.calls, written.rows]);
    expect(everything).toContain('network error');
    expect(everything).not.toContain(SECRET_PATH);
  });
});

describe('the one window for a second copy', () => {
  test('is not a timeout: a run is never answered for while it goes on', async () => {
    await world.addToOutbox('one');
    world.slack.next.push((response) => setTimeout(() => response.end('ok'), 500));
    const context = { getRemainingTimeInMillis: () => 50 } as Context;
    expect(await (await newFunction())(undefined, context)).toEqual(ALL_DONE);
    expect(world.slack.posted).toEqual(['one']);
  });

  test('Slack took it, and the commit failed: it is sent once more, and never again', async () => {
    await world.addToOutbox('one', 'two');
    await world.owner.query(`
      create function public.planted() returns trigger language plpgsql
        as $$ begin raise exception 'planted failure'; end $$;
      create trigger planted before update on tricost.outbox execute function public.planted()`);
    const notify = await newFunction();
    expect((await notify()).batchItemFailures).toHaveLength(1);
    expect(world.slack.posted).toEqual(['one']);
    await world.owner.query('drop trigger planted on tricost.outbox');
    expect(await notify()).toEqual(ALL_DONE);
    expect(await notify()).toEqual(ALL_DONE);
    expect(world.slack.posted).toEqual(['one', 'one', 'two']);
  });
});
