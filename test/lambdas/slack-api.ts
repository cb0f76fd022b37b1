/** Slack's Web API on loopback, as a bot meets it: keeps what it was asked, and answers as it is told. */
import { createServer, type ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';
import { type LoopbackServer, listenOnLoopback } from './loopback-server.ts';

export interface SlackCall {
  method: string;
  channel: string;
  text: string;
  blocks?: { type: string; elements?: { text: string }[] }[];
  ts?: string;
  thread_ts?: string;
  reply_broadcast?: boolean;
}

export interface SlackApi extends LoopbackServer {
  /** In order, whatever was answered. */
  calls: SlackCall[];
  /** The answers to the next calls; without one, yes. */
  next: ((response: ServerResponse) => void)[];
}

export const BOT_TOKEN = 'xoxb-sekrit';

/** Slack answers 200 to what it refuses, too. */
export const refuse =
  (error: string, status = 200, headers = {}) =>
  (response: ServerResponse): unknown =>
    response.writeHead(status, headers).end(JSON.stringify({ ok: false, error }));

export async function startSlackApi(): Promise<SlackApi> {
  const calls: SlackCall[] = [];
  const next: SlackApi['next'] = [];
  const server = createServer(async (request, response) => {
    const body = JSON.parse(await text(request));
    if (request.headers.authorization !== `Bearer ${BOT_TOKEN}`) {
      refuse('invalid_auth')(response);
      return;
    }
    calls.push({ method: request.url?.replace('/api/', '') ?? '', ...body });
    const ts = `1700000000.${String(calls.length).padStart(6, '0')}`;
    const yes = { ok: true, channel: body.channel, ts };
    (next.shift() ?? ((it) => it.end(JSON.stringify(yes))))(response);
  });
  const { url, stop } = await listenOnLoopback(server);
  return { url: `${url}/api/`, stop, calls, next };
}
