/** notify with teams: each destination gets its own messages, in order and once, and none waits for another. */
import { createHmac } from 'node:crypto';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import { text } from 'node:stream/consumers';
import { Ajv2020 } from 'ajv/dist/2020.js';
import ajvFormats from 'ajv-formats';
import type { Context, SQSBatchResponse } from 'aws-lambda';
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
import { addToOutbox, readDelivery } from '../../adapters/postgres/outbox.ts';
import { setOwner, setTeam } from '../../adapters/postgres/teams.ts';
import schema from '../../docs/reference/webhook.schema.json' with { type: 'json' };
import type { ReplyState } from '../../domain/notify/reply-state.ts';
import { type AlertWorld, startAlertWorld } from './alert-world.ts';
import { type LoopbackServer, listenOnLoopback } from './loopback-server.ts';
import { metricsOf } from './printed-metrics.ts';
import { BOT_TOKEN, refuse, type SlackApi, startSlackApi } from './slack-api.ts';
import { answer } from './slack-webhook.ts';

const KEY = Buffer.alloc(32, 7);
const ALL_DONE = { batchItemFailures: [] };

let world: AlertWorld;
let slack: SlackApi;
let hook: LoopbackServer & {
  got: { headers: IncomingHttpHeaders; body: string }[];
  status: number[];
};
let log: MockInstance<typeof console.log>;

beforeAll(async () => {
  [world, slack, hook] = await Promise.all([startAlertWorld(), startSlackApi(), startHook()]);
  Object.assign(process.env, world.env);
  world.parameters.set('/slack/bot', `${BOT_TOKEN} ${slack.url}`);
  world.parameters.set('/slack/hook', `${hook.url}/in whsec_${KEY.toString('base64')}`);
  world.parameters.set('/slack/webhook', `${world.slack.url}/team`);
});

afterAll(() => Promise.all([world.stop(), slack.stop(), hook.stop()]));

beforeEach(async () => {
  await world.reset();
  for (const list of [slack.calls, slack.next, hook.got, hook.status]) list.length = 0;
  log = vi.spyOn(console, 'log').mockImplementation(() => {});
  vi.spyOn(console, 'error').mockImplementation(() => {});
  const morning = { timeZone: 'Europe/Rome', hour: 9 };
  await setTeam(world.owner, {
    ...morning,
    name: 'support',
    secret: 'bot',
    slackChannel: 'C0SUPPORT',
  });
  await setTeam(world.owner, {
    ...morning,
    name: 'search',
    secret: 'bot',
    slackChannel: 'C0SEARCH',
  });
  await setTeam(world.owner, { ...morning, name: 'data', secret: 'hook', slackChannel: null });
});

async function startHook() {
  const got: (typeof hook)['got'] = [];
  const status: number[] = [];
  const server = createServer(async (request, response) => {
    got.push({ headers: request.headers, body: await text(request) });
    response.writeHead(status.shift() ?? 204, { location: 'http://127.0.0.1:1/' }).end();
  });
  return { ...(await listenOnLoopback(server)), got, status };
}

async function newFunction() {
  vi.resetModules();
  const { handler } = await import('../../lambdas/notify/handler.ts');
  return async (): Promise<SQSBatchResponse> => handler(await world.receive(), {} as Context);
}

const write = (
  team: string | undefined,
  about: string,
  reply?: { to: string; state: ReplyState },
) => addToOutbox(world.owner, about, { text: about }, { team, ...(reply && { reply }) });

async function states(): Promise<Record<string, string>> {
  const { rows } = await world.owner.query<{ dedupe_key: string; state: string }>(
    'select dedupe_key, state from reporting.notifications order by id',
  );
  return Object.fromEntries(rows.map(({ dedupe_key: key, state }) => [key, state]));
}

const letTimePass = () =>
  world.owner.query(
    'update tricost.outbox set next_attempt_at = now() where next_attempt_at is not null',
  );

describe('destinations do not wait for each other', () => {
  test('each gets its own, in order, and what nobody owns goes to the webhook of the stack', async () => {
    await write('support', 'a1');
    await write(undefined, 'd1');
    await write('data', 'h1');
    await write('support', 'a2');
    await write('search', 'b1');
    expect(await (await newFunction())()).toEqual(ALL_DONE);
    expect(slack.calls.map(({ channel, text }) => `${channel} ${text}`).sort()).toEqual([
      'C0SEARCH b1',
      'C0SUPPORT a1',
      'C0SUPPORT a2',
    ]);
    const ofSupport = slack.calls.filter(({ channel }) => channel === 'C0SUPPORT');
    expect(ofSupport.map(({ text }) => text)).toEqual(['a1', 'a2']);
    expect(world.slack.posted).toEqual(['d1']);
    expect(hook.got.map(({ body }) => JSON.parse(body).data.text)).toEqual(['h1']);
  });

  test('the owner of * gets what nobody owns', async () => {
    await setOwner(world.owner, { feature: '*', team: 'support' });
    await write(undefined, 'd1');
    expect(await (await newFunction())()).toEqual(ALL_DONE);
    expect(slack.calls).toMatchObject([{ channel: 'C0SUPPORT', text: 'd1' }]);
  });

  test('what goes first is what waits for the same destination, whoever it was written for', async () => {
    await setOwner(world.owner, { feature: '*', team: 'search' });
    for (const team of ['search', 'support', 'data']) {
      await addToOutbox(world.owner, `to ${team}`, { text: 'x' }, { team });
    }
    const id = await addToOutbox(world.owner, 'to whoever owns the rest', { text: 'x' });
    expect(await readDelivery(world.owner, id ?? '')).toMatchObject({ before: 1 });
  });

  test('one that is down holds back its own messages only', async () => {
    for (const n of [1, 2]) {
      await write('support', `a${n}`);
      await write('search', `b${n}`);
      await write(undefined, `d${n}`);
    }
    world.slack.next.push(answer(503, 'down'));
    expect((await (await newFunction())()).batchItemFailures).toHaveLength(1);
    expect(await states()).toEqual({
      ...{ a1: 'delivered', b1: 'delivered', d1: 'pending' },
      ...{ a2: 'delivered', b2: 'delivered', d2: 'pending' },
    });
  });

  test.each([
    [
      'there is no parameter',
      () => world.parameters.delete('/slack/bot'),
      /\/slack\/bot does not exist/,
    ],
    [
      'it holds something else',
      () => world.parameters.set('/slack/bot', 'x'),
      /\/slack\/bot cannot be used/,
    ],
    [
      'it is a webhook',
      () => world.parameters.set('/slack/bot', world.slack.url),
      /a channel is named/,
    ],
  ])('%s: a person hears of it, and the others go on', async (_case, spoil, reason) => {
    await write('support', 'a1');
    await write(undefined, 'd1');
    spoil();
    const notify = await newFunction();
    expect((await notify()).batchItemFailures).toHaveLength(1);
    expect(metricsOf(log)).toEqual([
      { NotificationsDelivered: 1, NotificationsFailed: 1, NotificationsPending: 1 },
    ]);
    expect(String(log.mock.calls)).toMatch(reason);
    expect(world.slack.posted).toEqual(['d1']);

    world.parameters.set('/slack/bot', `${BOT_TOKEN} ${slack.url}`);
    await letTimePass();
    expect(await notify()).toEqual(ALL_DONE);
    expect(slack.calls).toMatchObject([{ text: 'a1' }]);
  });

  test('five at once, and three destinations: each message once, in order', async () => {
    const numbers = [1, 2, 3, 4];
    for (const n of numbers) {
      await write('data', `h${n}`);
      await write(undefined, `d${n}`);
      await write('search', `b${n}`);
    }
    const functions = [];
    for (let n = 0; n < 5; n += 1) functions.push(await newFunction());
    for (const done of await Promise.all(functions.map((notify) => notify()))) {
      expect(done).toEqual(ALL_DONE);
    }
    expect(world.slack.posted).toEqual(numbers.map((n) => `d${n}`));
    expect(slack.calls.map((call) => call.text)).toEqual(numbers.map((n) => `b${n}`));
    expect(hook.got.map(({ body }) => JSON.parse(body).data.text)).toEqual(
      numbers.map((n) => `h${n}`),
    );
  });

  test('six hours of everything down: everything arrives, in order, once', async () => {
    for (const n of [1, 2]) {
      await write('data', `h${n}`);
      await write(undefined, `d${n}`);
      await write('search', `b${n}`);
    }
    const notify = await newFunction();
    for (let hour = 0; hour < 6; hour += 1) {
      world.slack.next.push(answer(503, 'down'));
      slack.next.push(
        hour % 2 === 0 ? refuse('ratelimited', 429, { 'retry-after': '9' }) : refuse('fatal_error'),
      );
      hook.status.push(502);
      expect((await notify()).batchItemFailures).toHaveLength(1);
      await letTimePass();
    }
    for (const list of [world.slack.posted, slack.calls, hook.got]) list.length = 0;
    expect(await notify()).toEqual(ALL_DONE);
    expect(world.slack.posted).toEqual(['d1', 'd2']);
    expect(slack.calls.map((call) => call.text)).toEqual(['b1', 'b2']);
    expect(hook.got).toHaveLength(2);
  });

  test("before a team's hour its messages wait, and the wake-up comes back then", async () => {
    const inThreeHours = new Date(Date.now() + 3 * 3_600_000);
    await addToOutbox(
      world.owner,
      'a1',
      { text: 'a1' },
      { team: 'support', notBefore: inThreeHours },
    );
    await write('support', 'a2');
    await write(undefined, 'd1');
    const notify = await newFunction();
    expect((await notify()).batchItemFailures).toHaveLength(1);
    expect(slack.calls).toEqual([]);
    expect(world.slack.posted).toEqual(['d1']);
    const [hidden = 0] = world.hiddenSeconds();
    expect(hidden).toBeGreaterThan(3 * 3_600 - 60);
    expect(hidden).toBeLessThanOrEqual(3 * 3_600);
    await letTimePass();
    expect(await notify()).toEqual(ALL_DONE);
    expect(slack.calls.map((call) => call.text)).toEqual(['a1', 'a2']);
  });
});

describe('a bot token', () => {
  test('replies go into the thread of the opening, which is marked', async () => {
    const opening = await write('support', 'opened');
    const notify = await newFunction();
    await notify();
    await write('support', 'worse', { to: opening ?? '', state: 'worse' });
    await write('support', 'over', { to: opening ?? '', state: 'resolved' });
    expect(await notify()).toEqual(ALL_DONE);
    const ts = '1700000000.000001';
    const mark = (text: RegExp) => [{ elements: [{ text: expect.stringMatching(text) }] }];
    expect(slack.calls).toMatchObject([
      { method: 'chat.postMessage', text: 'opened' },
      { method: 'chat.update', ts, text: 'opened', blocks: mark(/Got worse/) },
      { method: 'chat.postMessage', text: 'worse', thread_ts: ts, reply_broadcast: true },
      { method: 'chat.update', ts, text: 'opened', blocks: mark(/Resolved/) },
      { method: 'chat.postMessage', text: 'over', thread_ts: ts, reply_broadcast: false },
    ]);
  });

  test('a mark that Slack does not allow any more does not keep the reply back', async () => {
    const opening = await write('support', 'opened');
    const notify = await newFunction();
    await notify();
    await write('support', 'over', { to: opening ?? '', state: 'resolved' });
    slack.next.push(refuse('edit_window_closed'));
    expect(await notify()).toEqual(ALL_DONE);
    expect(slack.calls.at(-1)).toMatchObject({ text: 'over', thread_ts: expect.any(String) });
  });

  test('a team that moved to another channel gets the reply there', async () => {
    const opening = await write('support', 'opened');
    const notify = await newFunction();
    await notify();
    await world.owner.query(
      `update tricost.teams set slack_channel = 'C0MOVED' where name = 'support'`,
    );
    await write('support', 'over', { to: opening ?? '', state: 'resolved' });
    await notify();
    expect(slack.calls.at(-1)).toMatchObject({ channel: 'C0MOVED', text: 'over' });
    expect(slack.calls.at(-1)).not.toHaveProperty('thread_ts');
  });

  test.each([
    'channel_not_found',
    'not_in_channel',
    'is_archived',
    'invalid_auth',
    'token_revoked',
    'missing_scope',
  ])('%s: a person hears of it, and what was sent to others is through', async (error) => {
    await write('support', 'a1');
    await write('search', 'b1');
    slack.next.push(refuse(error));
    expect(await (await newFunction())()).toEqual(ALL_DONE);
    expect(await states()).toEqual({ a1: 'failed', b1: 'delivered' });
    const { rows } = await world.owner.query('select last_error from tricost.outbox where id = 1');
    expect(rows).toEqual([{ last_error: `Slack chat.postMessage: ${error}` }]);
    expect(metricsOf(log)[0]).toMatchObject({ NotificationsFailed: 1 });
  });

  test('the token is in no log and no table', async () => {
    await write('support', 'a1');
    slack.next.push(refuse('internal_error'));
    await (await newFunction())();
    const written = await world.owner.query('select * from tricost.outbox, tricost.teams');
    const everything = JSON.stringify([log.mock.calls, written.rows]);
    expect(everything).toContain('internal_error');
    expect(everything).not.toContain('sekrit');
  });

  test('the one window: posted, and the commit failed; it is posted once more, and never again', async () => {
    await write('support', 'a1');
    await world.owner.query(`
      create function public.planted() returns trigger language plpgsql
        as $$ begin raise exception 'planted failure'; end $$;
      create trigger planted before update on tricost.outbox execute function public.planted()`);
    const notify = await newFunction();
    expect((await notify()).batchItemFailures).toHaveLength(1);
    await world.owner.query('drop trigger planted on tricost.outbox; drop function public.planted');
    expect(await notify()).toEqual(ALL_DONE);
    expect(await notify()).toEqual(ALL_DONE);
    expect(slack.calls.map((call) => call.text)).toEqual(['a1', 'a1']);
  });
});

describe('a signed webhook', () => {
  const validate = ajvFormats.default(new Ajv2020()).compile(schema);

  test('gets an event of the schema, signed as Standard Webhooks has it', async () => {
    const opening = await write('data', 'opened');
    await write('data', 'over', { to: opening ?? '', state: 'resolved' });
    expect(await (await newFunction())()).toEqual(ALL_DONE);
    expect(hook.got).toHaveLength(2);
    for (const { headers, body } of hook.got) {
      expect(validate(JSON.parse(body)), JSON.stringify(validate.errors)).toBe(true);
      const signed = `${headers['webhook-id']}.${headers['webhook-timestamp']}.${body}`;
      const signature = createHmac('sha256', KEY).update(signed).digest('base64');
      expect(headers['webhook-signature']).toBe(`v1,${signature}`);
    }
    expect(JSON.parse(hook.got[1]?.body ?? '').data).toMatchObject({
      ...{ about: 'over', team: 'data', text: 'over', reply_to: opening, state: 'resolved' },
    });
  });

  test('a second attempt has the same id, by which its receiver drops it', async () => {
    await write('data', 'h1');
    await write('data', 'h2');
    hook.status.push(500);
    const notify = await newFunction();
    await notify();
    await letTimePass();
    await notify();
    const ids = hook.got.map(({ headers }) => headers['webhook-id']);
    expect(ids[0]).toBe(ids[1]);
    expect(new Set(ids).size).toBe(2);
  });

  test.each([301, 400, 401, 404, 410])('%i is no yes: a person hears of it', async (status) => {
    await write('data', 'h1');
    hook.status.push(status);
    expect(await (await newFunction())()).toEqual(ALL_DONE);
    expect(await states()).toEqual({ h1: 'failed' });
    expect(hook.got).toHaveLength(1);
  });
});
