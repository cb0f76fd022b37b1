/** A Slack webhook on loopback that keeps what it was sent and answers as it is told. */
import { createServer, type ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';
import { type LoopbackServer, listenOnLoopback } from './loopback-server.ts';

export type Answer = (response: ServerResponse) => void;

export interface SlackWebhook extends LoopbackServer {
  /** The `text` of every message posted, in order, whatever was answered. */
  posted: string[];
  bodies: unknown[];
  /** The answers to the next posts; without one, `ok`. */
  next: Answer[];
  /** Resolves when the next post has come in. */
  nextPost(): Promise<void>;
}

/** Part of every webhook address of these tests: it must not turn up in a log or a table. */
export const SECRET_PATH = '/services/T0/B0/sekrit';

export async function startSlackWebhook(): Promise<SlackWebhook> {
  const posted: string[] = [];
  const bodies: unknown[] = [];
  const next: Answer[] = [];
  let waiting: (() => void)[] = [];
  const server = createServer(async (request, response) => {
    const body = JSON.parse(await text(request));
    bodies.push(body);
    posted.push(body.text);
    for (const resolve of waiting) resolve();
    waiting = [];
    (next.shift() ?? answer(200, 'ok'))(response);
  });
  const { url, stop } = await listenOnLoopback(server);
  const nextPost = () => new Promise<void>((resolve) => waiting.push(resolve));
  return { url: `${url}${SECRET_PATH}`, stop, posted, bodies, next, nextPost };
}

export function answer(status: number, body: string, headers: Record<string, string> = {}): Answer {
  return (response) => response.writeHead(status, headers).end(body);
}

/** The connection breaks before an answer. */
export const HANG_UP: Answer = (response) => response.destroy();

/** No answer at all. */
export const SILENCE: Answer = () => {};
