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
