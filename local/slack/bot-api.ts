/** Slack's Web API as far as a bot of tricost asks it (https://docs.slack.dev/reference/methods/chat.postMessage): posts, threads, changes. */
import type { LoopbackRequest, LoopbackResponse } from '../loopback-server.ts';
import type { SlackPayload } from './block-kit.ts';
import { checkPayload } from './check-payload.ts';
import type { InboxMessage } from './inbox.ts';

export const BOT_API_PATH = '/api/';

/** Where a bot's message is. */
export interface BotPosition {
  channel: string;
  /** By which Slack knows it, in its channel. */
  ts: string;
  /** Of the message whose thread it is in. */
  threadTs?: string;
  /** Whether the channel sees a reply, too. */
  isBroadcast?: boolean;
}

export interface BotMessages {
  messages: readonly InboxMessage[];
  /** Of the next message, and of no other. */
  nextTs(): string;
  add(payload: SlackPayload, bot: BotPosition): Promise<void>;
  change(message: InboxMessage, payload: SlackPayload): Promise<void>;
}

interface Input {
  channel?: unknown;
  ts?: unknown;
  thread_ts?: unknown;
  reply_broadcast?: unknown;
}

const CHANNEL = /^[CGD][A-Z0-9]{6,30}$/;

/** Slack answers 200 to what it refuses, too. */
export async function answerBot(
  { url, headers, body }: LoopbackRequest,
  to: BotMessages,
): Promise<LoopbackResponse> {
  if (!/^Bearer xoxb-./.test(headers.authorization ?? '')) return refuse('invalid_auth');
  const method = url.pathname.slice(BOT_API_PATH.length);
  if (method === 'auth.test') return accept({});
  if (method !== 'chat.postMessage' && method !== 'chat.update') return refuse('unknown_method');
  const checked = checkPayload(body);
  if ('error' in checked) {
    return refuse(checked.error === 'invalid_payload' ? 'invalid_json' : checked.error);
  }
  const { text, blocks } = checked.payload;
  const payload = { ...(text !== undefined && { text }), ...(blocks !== undefined && { blocks }) };
  const input = JSON.parse(body) as Input;
  const { channel } = input;
  if (typeof channel !== 'string' || !CHANNEL.test(channel)) return refuse('channel_not_found');
  return method === 'chat.update'
    ? update(channel, input, payload, to)
    : post(channel, input, payload, to);
}

async function post(
  channel: string,
  { thread_ts: threadTs, reply_broadcast: broadcast }: Input,
  payload: SlackPayload,
  to: BotMessages,
): Promise<LoopbackResponse> {
  // Of a message that is not here any more, a reply is shown by itself.
  const thread = find(channel, threadTs, to)?.bot?.ts;
  const ts = to.nextTs();
  await to.add(payload, {
    ...{ channel, ts },
    ...(thread !== undefined && { threadTs: thread, isBroadcast: broadcast === true }),
  });
  return accept({ channel, ts });
}

async function update(
  channel: string,
  { ts }: Input,
  payload: SlackPayload,
  to: BotMessages,
): Promise<LoopbackResponse> {
  const message = find(channel, ts, to);
  if (message === undefined) return refuse('message_not_found');
  await to.change(message, payload);
  return accept({ channel, ts });
}

function find(channel: string, ts: unknown, { messages }: BotMessages): InboxMessage | undefined {
  return messages.find(({ bot }) => bot?.channel === channel && bot.ts === ts);
}

function accept(said: object): LoopbackResponse {
  return json({ ok: true, ...said });
}

function refuse(error: string): LoopbackResponse {
  return json({ ok: false, error });
}

function json(body: object): LoopbackResponse {
  return {
    status: 200,
    headers: { 'content-type': 'application/json; charset=utf-8' },
    body: JSON.stringify(body),
  };
}
