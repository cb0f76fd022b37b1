/** A Slack webhook that is well or ill as a scenario wants, and keeps what it took. */
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';

export type SlackState =
  | { kind: 'well' }
  /** Nobody listens. */
  | { kind: 'refused' }
  | { kind: 'error' }
  | { kind: 'rate limited'; retryAfterSeconds: number }
  /** It takes the request and never answers. */
  | { kind: 'silent' };

const PATH = '/services/T000/B000/soak';
const LOOPBACK = '127.0.0.1';

export class FlakySlack {
  readonly #server: http.Server;
  readonly #port: number;
  #state: SlackState = { kind: 'well' };
  /** The `text` of every message that was answered with `ok`, in order. */
  readonly taken: string[] = [];
  /** How many posts met which state; one that nobody listened to is not seen. */
  readonly posts = new Map<SlackState['kind'], number>();

  private constructor(server: http.Server, port: number) {
    this.#server = server;
    this.#port = port;
    server.on('request', (request, response) => this.#answer(request, response));
  }

  static async start(): Promise<FlakySlack> {
    const server = http.createServer();
    await listen(server, 0);
    return new FlakySlack(server, (server.address() as AddressInfo).port);
  }

  get webhookUrl(): string {
    return `http://${LOOPBACK}:${this.#port}${PATH}`;
  }

  async become(state: SlackState): Promise<void> {
    this.#state = state;
    if (state.kind === 'refused') await this.stop();
    else if (!this.#server.listening) await listen(this.#server, this.#port);
  }

  async stop(): Promise<void> {
    if (!this.#server.listening) return;
    const closed = new Promise((resolve) => this.#server.close(resolve));
    this.#server.closeAllConnections();
    await closed;
  }

  async #answer(request: http.IncomingMessage, response: http.ServerResponse): Promise<void> {
    const state = this.#state;
    this.posts.set(state.kind, (this.posts.get(state.kind) ?? 0) + 1);
    const { text } = (await json(request)) as { text: string };
    switch (state.kind) {
      case 'well':
        this.taken.push(text);
        response.end('ok');
        break;
      case 'error':
        response.writeHead(500).end('rollup_error');
        break;
      case 'rate limited':
        response
          .writeHead(429, { 'retry-after': String(state.retryAfterSeconds) })
          .end('rate_limited');
        break;
    }
  }
}

function listen(server: http.Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen({ port, host: LOOPBACK }, () => {
      server.off('error', reject);
      resolve();
    });
  });
}
