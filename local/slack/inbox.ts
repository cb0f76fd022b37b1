/** Stands in for Slack on this machine: takes what the webhook, and the API of bots, would take, refuses what it would refuse, shows the rest. */
import { randomBytes } from 'node:crypto';
import { appendFile, readFile, writeFile } from 'node:fs/promises';
import {
  type LoopbackRequest,
  type LoopbackResponse,
  startLoopbackServer,
} from '../loopback-server.ts';
import type { SlackPayload } from './block-kit.ts';
import { answerBot, BOT_API_PATH, type BotMessages, type BotPosition } from './bot-api.ts';
import { checkPayload } from './check-payload.ts';
import { inboxPage } from './inbox-page.ts';

export interface InboxMessage {
  /** RFC 3339, UTC. */
  receivedAt: string;
  payload: SlackPayload;
  /** Absent: it came by the webhook. */
  bot?: BotPosition;
  /** How often a bot changed it; absent: never. */
  changes?: number;
}

export interface SlackInbox {
  /** The page. */
  url: string;
  port: number;
  /** What functions post to. */
  webhookUrl: string;
  /** What stands for https://slack.com/api/. */
  botApiUrl: string;
  /** Oldest first. */
  messages(): readonly InboxMessage[];
  close(): Promise<void>;
}

export interface SlackInboxOptions {
  /** Keeps the messages over restarts: one JSON object a line. */
  file: string;
  port?: number;
  /** Gets a copy of each message that is kept. Must not throw: the sender's answer does not wait for it. */
  forward?(body: string): Promise<void>;
}

/** Of the shape of a real one, which is all that a function may check. */
const WEBHOOK_PATH = '/services/T000/B000/local';

export async function startSlackInbox(options: SlackInboxOptions): Promise<SlackInbox> {
  const { file, port = 0, forward } = options;
  const messages = await readMessages(file);
  const forwards = new Set<Promise<void>>();

  const receive = async ({ headers, body }: LoopbackRequest): Promise<LoopbackResponse> => {
    if (headers['content-type']?.startsWith('application/json') !== true) {
      return { status: 400, body: 'invalid_payload' };
    }
    const checked = checkPayload(body);
    if ('error' in checked) return { status: 400, body: checked.error };
    await keep({ receivedAt: new Date().toISOString(), payload: checked.payload }, body);
    return { status: 200, body: 'ok' };
  };

  const keep = async (message: InboxMessage, body: string): Promise<void> => {
    await appendFile(file, lineOf(message), { mode: 0o600 });
    messages.push(message);
    const forwarded = forward?.(body);
    if (forwarded !== undefined) {
      forwards.add(forwarded);
      forwarded.finally(() => forwards.delete(forwarded));
    }
  };

  let posts = 0;
  const botMessages: BotMessages = {
    messages,
    nextTs() {
      posts += 1;
      return `${Math.floor(Date.now() / 1_000)}.${String(posts).padStart(6, '0')}`;
    },
    add: (payload, bot) =>
      keep({ receivedAt: new Date().toISOString(), payload, bot }, JSON.stringify(payload)),
    async change(message, payload) {
      Object.assign(message, { payload, changes: (message.changes ?? 0) + 1 });
      await writeFile(file, messages.map(lineOf).join(''), { mode: 0o600 });
    },
  };

  const server = await startLoopbackServer(async (request) => {
    if (request.method === 'POST' && request.url.pathname.startsWith(BOT_API_PATH)) {
      return answerBot(request, botMessages);
    }
    switch (`${request.method} ${request.url.pathname}`) {
      case `POST ${WEBHOOK_PATH}`:
        return receive(request);
      case 'GET /':
        return page(messages);
      case 'GET /messages':
        return {
          status: 200,
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify(messages),
        };
      case 'DELETE /messages':
        messages.length = 0;
        await writeFile(file, '', { mode: 0o600 });
        return { status: 204 };
      default:
        return { status: 404, body: 'no_service' };
    }
  }, port);
  return {
    url: server.url,
    port: server.port,
    webhookUrl: `${server.url}${WEBHOOK_PATH}`,
    botApiUrl: `${server.url}${BOT_API_PATH}`,
    messages: () => messages,
    async close() {
      await server.close();
      await Promise.all(forwards);
    },
  };
}

function lineOf(message: InboxMessage): string {
  return `${JSON.stringify(message)}\n`;
}

function page(messages: readonly InboxMessage[]): LoopbackResponse {
  const nonce = randomBytes(16).toString('base64');
  return {
    status: 200,
    headers: {
      'content-type': 'text/html; charset=utf-8',
      'content-security-policy': `default-src 'none'; style-src 'unsafe-inline'; script-src 'nonce-${nonce}'; connect-src 'self'`,
    },
    body: inboxPage(messages, nonce),
  };
}

async function readMessages(file: string): Promise<InboxMessage[]> {
  const text = await readFile(file, 'utf8').catch(() => '');
  // A runner that was killed may have left half a line.
  return text.split('\n').flatMap((line) => {
    try {
      return [JSON.parse(line) as InboxMessage];
    } catch {
      return [];
    }
  });
}
