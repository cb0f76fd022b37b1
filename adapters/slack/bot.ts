/** Slack with a bot token, which needs scope `chat:write` and a seat in the channel: threads, and changes of what was posted. */
import type { SlackMessage } from '../../domain/slack/message.ts';
import { postJson, type Retry } from '../http/post-json.ts';
import type { PostResult, SlackPosition } from '../http/post-result.ts';

export interface SlackBot {
  /** Ends in a slash; https://slack.com/api/ unless the workspace is elsewhere. */
  api: URL;
  /** A secret; it is in no result. */
  token: string;
}

export interface Thread {
  /** The message that the thread hangs on. */
  ts: string;
  /** Whether the channel sees the reply too. */
  broadcast: boolean;
}

/** https://docs.slack.dev/reference/methods/chat.postMessage */
export async function postMessage(
  bot: SlackBot,
  channel: string,
  message: SlackMessage,
  thread: Thread | undefined,
  now: Date,
): Promise<PostResult> {
  const said = await call(bot, 'chat.postMessage', now, {
    channel,
    ...message,
    unfurl_links: false,
    ...(thread === undefined ? {} : { thread_ts: thread.ts, reply_broadcast: thread.broadcast }),
  });
  if (said.state !== 'done') return said;
  const { ts } = said.answer;
  // Without it, it can be in no thread and have no mark; it was posted all the same.
  return typeof ts === 'string'
    ? { state: 'delivered', slack: { channel, ts } }
    : { state: 'delivered' };
}

/** https://docs.slack.dev/reference/methods/chat.update; doing it twice is doing it once. */
export async function updateMessage(
  bot: SlackBot,
  { channel, ts }: SlackPosition,
  message: SlackMessage,
  now: Date,
): Promise<PostResult> {
  const said = await call(bot, 'chat.update', now, { channel, ts, ...message });
  return said.state === 'done' ? { state: 'delivered' } : said;
}

/** Whether Slack knows the token; it posts nothing. https://docs.slack.dev/reference/methods/auth.test */
export async function testToken(bot: SlackBot, now: Date): Promise<PostResult> {
  const said = await call(bot, 'auth.test', now, {});
  return said.state === 'done' ? { state: 'delivered' } : said;
}

/** Slack's trouble, and not the message's: https://docs.slack.dev/reference/methods/chat.postMessage#errors */
const LATER = new Set([
  'rate_limited',
  'ratelimited',
  'message_limit_exceeded',
  'internal_error',
  'fatal_error',
  'request_timeout',
  'service_unavailable',
  'team_added_to_org',
]);

type Said = { state: 'done'; answer: Record<string, unknown> } | Retry | Refused;
type Refused = Extract<PostResult, { state: 'permanent' }>;

/** Slack answers 200 to what it refuses, too. */
async function call(bot: SlackBot, method: string, now: Date, input: object): Promise<Said> {
  const headers = { authorization: `Bearer ${bot.token}` };
  const answer = await postJson(new URL(method, bot.api), JSON.stringify(input), headers, now);
  if (answer.state === 'retry') return answer;
  const said = parse(answer.body);
  if (answer.status === 200 && said['ok'] === true) return { state: 'done', answer: said };
  const { error } = said;
  if (typeof error !== 'string') return { state: 'permanent', reason: answer.reason };
  const reason = `Slack ${method}: ${error}`;
  return LATER.has(error) ? { state: 'retry', reason } : { state: 'permanent', reason };
}

function parse(body: string): Record<string, unknown> {
  try {
    return (JSON.parse(body) ?? {}) as Record<string, unknown>;
  } catch {
    return {};
  }
}
