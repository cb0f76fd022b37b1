import { appendFile, mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { startLoopbackServer } from '../../../local/loopback-server.ts';
import { forwardToSlack } from '../../../local/slack/forward-to-slack.ts';
import { type SlackInboxOptions, startSlackInbox } from '../../../local/slack/inbox.ts';

async function open(options: Partial<SlackInboxOptions> = {}) {
  const directory = await mkdtemp(join(tmpdir(), 'tricost-inbox-'));
  onTestFinished(() => rm(directory, { recursive: true }));
  const inbox = await startSlackInbox({ file: join(directory, 'slack.jsonl'), ...options });
  onTestFinished(() => inbox.close());
  return { inbox, file: join(directory, 'slack.jsonl') };
}

async function post(url: string, body: unknown, type = 'application/json; charset=utf-8') {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': type },
    body: JSON.stringify(body),
  });
  return [response.status, await response.text()];
}

describe('the webhook', () => {
  test('takes a message and answers ok', async () => {
    const { inbox, file } = await open();
    expect(await post(inbox.webhookUrl, { text: 'hello' })).toEqual([200, 'ok']);
    expect(inbox.messages()).toMatchObject([{ payload: { text: 'hello' } }]);
    expect(JSON.parse(await readFile(file, 'utf8'))).toMatchObject({ payload: { text: 'hello' } });
    expect((await stat(file)).mode & 0o077).toBe(0);
  });

  test('refuses what Slack would refuse, and keeps nothing of it', async () => {
    const { inbox } = await open();
    expect(await post(inbox.webhookUrl, {})).toEqual([400, 'no_text']);
    expect(await post(inbox.webhookUrl, { blocks: [{ type: 'poem' }] })).toEqual([
      400,
      'invalid_blocks',
    ]);
    expect(await post(inbox.webhookUrl, { text: 'x' }, 'text/plain')).toEqual([
      400,
      'invalid_payload',
    ]);
    expect(await post(`${inbox.url}/services/T/B/other`, { text: 'x' })).toEqual([
      404,
      'no_service',
    ]);
    expect(inbox.messages()).toEqual([]);
  });

  test('forwards to a real webhook and keeps the message whatever that answers', async () => {
    const received: string[] = [];
    const slack = await startLoopbackServer(async ({ body }) => {
      received.push(body);
      return received.length === 1
        ? { status: 200, body: 'ok' }
        : { status: 404, body: 'no_service' };
    });
    onTestFinished(() => slack.close());
    const problems: string[] = [];
    const forward = forwardToSlack(new URL(`${slack.url}/secret`), (problem) =>
      problems.push(problem),
    );
    const { inbox } = await open({ forward });
    expect(await post(inbox.webhookUrl, { text: 'one' })).toEqual([200, 'ok']);
    await vi.waitFor(() => expect(received).toHaveLength(1));
    expect(await post(inbox.webhookUrl, { text: 'two' })).toEqual([200, 'ok']);
    await vi.waitFor(() => expect(problems).toHaveLength(1));
    expect(received).toEqual(['{"text":"one"}', '{"text":"two"}']);
    expect(problems).toEqual([
      'Slack answered 404 no_service; the message is in the local inbox only',
    ]);
    expect(inbox.messages()).toHaveLength(2);
  });

  test('a webhook that cannot be reached costs no message and shows no address', async () => {
    const gone = await startLoopbackServer(async () => ({ status: 200 }));
    await gone.close();
    const problems: string[] = [];
    const { inbox } = await open({
      forward: forwardToSlack(new URL(`${gone.url}/secret`), (problem) => problems.push(problem)),
    });
    expect(await post(inbox.webhookUrl, { text: 'x' })).toEqual([200, 'ok']);
    await inbox.close();
    expect(problems).toEqual([
      'Slack cannot be reached (ECONNREFUSED); the message is in the local inbox only',
    ]);
    expect(inbox.messages()).toHaveLength(1);
  });
});

describe('the page', () => {
  test('shows messages, newest first, and lets no script in', async () => {
    const { inbox } = await open();
    await post(inbox.webhookUrl, { text: 'an older one' });
    await post(inbox.webhookUrl, { text: '<script>alert(1)</script>' });
    const response = await fetch(inbox.url);
    const page = await response.text();
    expect(page.indexOf('an older one')).toBeGreaterThan(page.indexOf('alert(1)'));
    expect(page.match(/<script/g)).toHaveLength(1);
    const nonce = /<script nonce="([^"]+)">/.exec(page)?.[1];
    expect(response.headers.get('content-security-policy')).toContain(`'nonce-${nonce}'`);
  });

  test('says so when there is nothing', async () => {
    const { inbox } = await open();
    expect(await (await fetch(inbox.url)).text()).toContain('No message yet');
  });

  test('messages are readable as JSON and can be cleared', async () => {
    const { inbox, file } = await open();
    await post(inbox.webhookUrl, { text: 'x' });
    const messages = async () => (await fetch(`${inbox.url}/messages`)).json();
    expect(await messages()).toHaveLength(1);
    expect((await fetch(`${inbox.url}/messages`, { method: 'DELETE' })).status).toBe(204);
    expect(await messages()).toEqual([]);
    expect(await readFile(file, 'utf8')).toBe('');
  });
});

test('messages survive a restart, even one in the middle of a write', async () => {
  const { inbox, file } = await open();
  await post(inbox.webhookUrl, { text: 'kept' });
  await appendFile(file, '{"receivedAt":"2026-');
  const again = await startSlackInbox({ file });
  onTestFinished(() => again.close());
  expect(again.messages()).toMatchObject([{ payload: { text: 'kept' } }]);
});

describe('the API of bots', () => {
  async function openAsBot() {
    const { inbox, file } = await open();
    const call = async (method: string, input: object, token = 'xoxb-local') => {
      const response = await fetch(new URL(method, inbox.botApiUrl), {
        method: 'POST',
        headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
        body: JSON.stringify(input),
      });
      return (await response.json()) as { ok: boolean; error?: string; ts?: string };
    };
    return { inbox, file, call };
  }
  const channel = 'C0SUPPORT';

  test('a thread hangs on its message, which is changed, over a restart too', async () => {
    const { inbox, file, call } = await openAsBot();
    await post(inbox.webhookUrl, { text: 'by the webhook' });
    const { ts } = await call('chat.postMessage', { channel, text: 'opened' });
    const reply = { channel, text: 'over', thread_ts: ts, reply_broadcast: true };
    expect((await call('chat.postMessage', reply)).ts).not.toBe(ts);
    expect(await call('chat.update', { channel, ts, text: 'resolved: opened' })).toMatchObject({
      ok: true,
    });
    const known = [
      { payload: { text: 'by the webhook' } },
      { payload: { text: 'resolved: opened' }, bot: { channel, ts }, changes: 1 },
      { payload: { text: 'over' }, bot: { channel, threadTs: ts, isBroadcast: true } },
    ];
    expect(inbox.messages()).toMatchObject(known);
    const again = await startSlackInbox({ file });
    onTestFinished(() => again.close());
    expect(again.messages()).toMatchObject(known);
    const page = await (await fetch(again.url)).text();
    expect(page).toContain('data-count="4"');
    const order = ['resolved: opened', 'C0SUPPORT, too', '<p>over</p>', 'by the webhook'];
    expect([...order].sort((x, y) => page.indexOf(x) - page.indexOf(y))).toEqual(order);
    expect(page.match(/<\/article>\s*<\/article>/g)).toHaveLength(1);
  });

  test('refuses what Slack would refuse, in its words', async () => {
    const { inbox, call } = await openAsBot();
    const errors = [
      await call('chat.postMessage', { channel, text: 'x' }, 'xoxp-other'),
      await call('chat.postMessage', { channel: '#support', text: 'x' }),
      await call('chat.postMessage', { channel }),
      await call('chat.postMessage', { channel, blocks: [{ type: 'poem' }] }),
      await call('chat.update', { channel, ts: '1.000000', text: 'x' }),
      await call('chat.delete', { channel, ts: '1.000000' }),
    ].map(({ error }) => error);
    expect(errors).toEqual([
      ...['invalid_auth', 'channel_not_found', 'no_text', 'invalid_blocks'],
      ...['message_not_found', 'unknown_method'],
    ]);
    expect((await call('auth.test', {})).ok).toBe(true);
    expect(inbox.messages()).toEqual([]);
  });
});
