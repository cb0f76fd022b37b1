/** Starts fauxqs, the SQS engine of local runs and tests, on 127.0.0.1 only, out of reach of web pages open there. */
import http from 'node:http';
import net from 'node:net';
import { type FauxqsServer, startFauxqs } from 'fauxqs';
import type { Guard } from '../iam/guard.ts';
import { FOREIGN_HOST, isLoopbackHost, readRequest, TOO_LARGE } from '../loopback-server.ts';

export interface LoopbackFauxqsOptions {
  /** 0, the default, lets the system choose. A queue's address carries it, so a persisted queue wants its old one back. */
  port?: number;
  /** Folder of the SQLite file that keeps queues and messages over restarts; absent: memory only. */
  dataDir?: string;
  /** Refuses what a caller may not do; absent: everybody may do everything. */
  guard?: Guard;
}

const LOOPBACK = '127.0.0.1';

/** One start at a time: two overlapping ones would each take the other's replacement for the original. */
let previousStart: Promise<unknown> = Promise.resolve();

/**
 * A running engine; its `address` (`http://127.0.0.1:<port>`) is the endpoint for SQS clients, `stop()` ends it.
 *
 * @throws Error when the port is taken (`code` EADDRINUSE), or when it does not listen on 127.0.0.1 after all.
 */
export function startLoopbackFauxqs(options: LoopbackFauxqsOptions = {}): Promise<FauxqsServer> {
  const start = previousStart.then(() => startConfined(options));
  previousStart = start.catch(() => {});
  return start;
}

// fauxqs 2.4.1 listens on 0.0.0.0 without authentication, and its `host` option only changes queue addresses
// (https://github.com/kibertoad/fauxqs, src/app.ts, `app.listen({ port, host: '0.0.0.0' })`).
async function startConfined({ guard, ...options }: LoopbackFauxqsOptions): Promise<FauxqsServer> {
  const listen = net.Server.prototype.listen;
  net.Server.prototype.listen = function confined(this: net.Server, ...args: unknown[]) {
    const [first, ...rest] = args;
    if (!listensEverywhere(first)) return Reflect.apply(listen, this, args);
    if (this instanceof http.Server) filterRequests(this, guard);
    return Reflect.apply(listen, this, [{ ...first, host: LOOPBACK }, ...rest]);
  };
  let server: FauxqsServer;
  try {
    await mendReturnAtOnce();
    server = await startFauxqs({ port: 0, ...options, logger: false });
  } finally {
    net.Server.prototype.listen = listen;
  }
  if (new URL(server.address).hostname !== LOOPBACK) {
    await server.stop();
    throw new Error(
      `the local queue listened on ${server.address}, which other machines may reach, so it was stopped: check how the installed fauxqs version calls listen() in ${import.meta.filename}`,
    );
  }
  return server;
}

interface EngineQueue {
  /** @param seconds from 0 */
  changeVisibility(receiptHandle: string, seconds: number): void;
}

let isMended = false;

/**
 * fauxqs 2.4.1 with a `dataDir` loses a message whose visibility is set to 0: its SQLite statement fails when the message is
 * no longer in flight and not yet in the queue (https://github.com/kibertoad/fauxqs, src/persistence.ts,
 * `updateMessageReady`). A timeout that is over as soon as it begins says the same, and is written down.
 */
async function mendReturnAtOnce(): Promise<void> {
  if (isMended) return;
  const store = new URL('sqs/sqsStore.js', import.meta.resolve('fauxqs'));
  const { SqsQueue } = (await import(store.href)) as { SqsQueue: { prototype: EngineQueue } };
  const { changeVisibility } = SqsQueue.prototype;
  SqsQueue.prototype.changeVisibility = function mended(this: EngineQueue, handle, seconds) {
    Reflect.apply(changeVisibility, this, [handle, seconds === 0 ? Number.MIN_VALUE : seconds]);
  };
  isMended = true;
}

/** fauxqs looks at neither Host header nor credentials and lets nobody add a hook, so the checks go before its own listeners. */
function filterRequests(server: http.Server, guard: Guard | undefined): void {
  const listeners = server.listeners('request');
  const serve = (request: http.IncomingMessage, response: http.ServerResponse): void => {
    for (const listener of listeners) Reflect.apply(listener, server, [request, response]);
  };
  server.removeAllListeners('request');
  server.on('request', (request: http.IncomingMessage, response: http.ServerResponse) => {
    if (!isLoopbackHost(request.headers.host)) {
      response.writeHead(403).end(FOREIGN_HOST);
    } else if (guard?.concerns(request.headers)) {
      serveGuarded(guard, request, response, serve).catch((error: unknown) => {
        if (!response.headersSent) response.writeHead(500).end(String(error));
      });
    } else {
      serve(request, response);
    }
  });
}

async function serveGuarded(
  guard: Guard,
  request: http.IncomingMessage,
  response: http.ServerResponse,
  serve: (request: http.IncomingMessage, response: http.ServerResponse) => void,
): Promise<void> {
  const read = await readRequest(request);
  const refusal = read === undefined ? TOO_LARGE : guard.refusal(read);
  if (refusal !== undefined) response.writeHead(refusal.status, refusal.headers).end(refusal.body);
  else if (read !== undefined) serve(replay(request, read.body), response);
}

/** A request with the same head, whose body can be read once more. */
function replay(request: http.IncomingMessage, body: string): http.IncomingMessage {
  const copy = new http.IncomingMessage(request.socket);
  const { method, url, headers, rawHeaders, httpVersion, httpVersionMajor, httpVersionMinor } =
    request;
  Object.assign(copy, { method, url, rawHeaders, httpVersion, httpVersionMajor, httpVersionMinor });
  copy.headers = headers;
  copy.complete = true;
  copy.push(body);
  copy.push(null);
  return copy;
}

function listensEverywhere(options: unknown): options is net.ListenOptions {
  return (
    typeof options === 'object' &&
    options !== null &&
    'host' in options &&
    options.host === '0.0.0.0'
  );
}
