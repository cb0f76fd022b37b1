/**
 * LLM providers on loopback that answer as the real ones do, tokens and all: for an app's tests, in which its own SDK, client
 * code and tricost run as they are.
 */
import { once } from 'node:events';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { createServer } from 'node:http';
import {
  createServer as createHttp2Server,
  type Http2ServerRequest,
  type Http2ServerResponse,
} from 'node:http2';
import type { AddressInfo, Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import { setImmediate } from 'node:timers/promises';
import { isObject, type JsonObject } from '../../../domain/json.ts';
import type { HostOptions } from '../meter/hosts.ts';
import { answerAsAnthropic } from './fake-anthropic.ts';
import { answerAsBedrock } from './fake-bedrock.ts';
import { answerAsGoogle } from './fake-google.ts';
import { answerAsOpenAi } from './fake-openai.ts';
import type { FakeReply, FakeRequest } from './fake-reply.ts';

/** What goes wrong with a request instead of an answer, or in one. */
export type Fault =
  /** Refused with this status: 429, 500, … */
  | { status: number; headers?: Record<string, string> }
  /** The connection breaks after so many events of a stream. */
  | { cutAfter: number }
  /** Nothing more comes after so many events; with 0, nothing at all. */
  | { hangAfter: number };

export interface FakeProvider {
  /** Where it listens, without a path: `http://127.0.0.1:49152`. */
  readonly url: string;
  /** What it was asked, in order; without what it refused because it was no JSON object. */
  readonly requests: readonly FakeRequest[];
  /** Of the next requests, one each, in order. What was said before and has not happened is forgotten. */
  fail(...faults: Fault[]): void;
}

export interface FakeProviders {
  /** Chat Completions, Responses, embeddings. */
  readonly openai: FakeProvider;
  readonly anthropic: FakeProvider;
  /** The Gemini API. */
  readonly google: FakeProvider;
  /** Converse and InvokeModel, plain and as streams; by HTTP/2, as the AWS SDK speaks to Bedrock. */
  readonly bedrock: FakeProvider;
  /** For `createTricost({ hosts })`. */
  readonly hosts: Record<string, HostOptions>;
  stop(): Promise<void>;
}

type Answerer = (request: FakeRequest) => FakeReply | undefined;
type Incoming = IncomingMessage | Http2ServerRequest;
type Outgoing = ServerResponse | Http2ServerResponse;

export async function startFakeProviders(): Promise<FakeProviders> {
  const [openai, anthropic, google, bedrock] = await Promise.all([
    startProvider(answerAsOpenAi),
    startProvider(answerAsAnthropic),
    startProvider(answerAsGoogle),
    startProvider(answerAsBedrock, true),
  ]);
  const host = ({ url }: FakeProvider) => new URL(url).host;
  return {
    ...{ openai, anthropic, google, bedrock },
    hosts: {
      [host(openai)]: { provider: 'openai', includeUsage: true },
      [host(anthropic)]: { provider: 'anthropic' },
      [host(google)]: { provider: 'google' },
      [host(bedrock)]: { provider: 'aws' },
    },
    async stop() {
      await Promise.all([openai, anthropic, google, bedrock].map(({ stop }) => stop()));
    },
  };
}

async function startProvider(
  answer: Answerer,
  isHttp2 = false,
): Promise<FakeProvider & { stop(): Promise<void> }> {
  const requests: FakeRequest[] = [];
  let faults: Fault[] = [];
  const sockets = new Set<Socket>();
  const serve = async (incoming: Incoming, outgoing: Outgoing): Promise<void> => {
    const body = parseBody(await text(incoming).catch(() => ''));
    if (body === undefined) {
      refuse(outgoing as ServerResponse, 400, 'a fake provider takes a JSON object');
      return;
    }
    const path = new URL(incoming.url ?? '/', 'http://fake').pathname;
    const request = { path, headers: incoming.headers, body };
    requests.push(request);
    await send(outgoing, answer(request), faults.shift());
  };
  const server: Server = isHttp2
    ? (createHttp2Server(serve) as unknown as Server)
    : createServer(serve);
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    requests,
    fail(...next) {
      faults = next;
    },
    async stop() {
      server.close();
      for (const socket of sockets) socket.destroy();
      await once(server, 'close');
    },
  };
}

/** @returns undefined for what is not JSON of an object, which the real ones refuse */
function parseBody(body: string): JsonObject | undefined {
  if (body === '') return {};
  try {
    const parsed: unknown = JSON.parse(body);
    return isObject(parsed) ? parsed : undefined;
  } catch {
    return undefined;
  }
}

function refuse(response: ServerResponse, status: number, message: string): void {
  response.sendDate = false;
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(JSON.stringify({ error: { type: 'fake', message } }));
}

async function send(
  outgoing: Outgoing,
  reply: FakeReply | undefined,
  fault: Fault | undefined,
): Promise<void> {
  // Two kinds of response with one interface, which their types do not share.
  const response = outgoing as ServerResponse;
  // The same answer each time.
  response.sendDate = false;
  if (fault !== undefined && 'status' in fault) {
    response.writeHead(fault.status, { 'content-type': 'application/json', ...fault.headers });
    response.end('{"error":{"type":"fake","message":"a fake provider was told to fail"}}');
    return;
  }
  if (reply === undefined) {
    response.writeHead(404, { 'content-type': 'application/json' });
    response.end('{"error":{"type":"not_found","message":"a fake provider does not have this"}}');
    return;
  }
  const hangsAfter = fault !== undefined && 'hangAfter' in fault ? fault.hangAfter : undefined;
  const cutsAfter = fault !== undefined && 'cutAfter' in fault ? fault.cutAfter : undefined;
  if (hangsAfter === 0) return;
  response.writeHead(200, {
    'content-type': reply.contentType,
    'x-request-id': 'req_fake',
    'request-id': 'req_fake',
  });
  for (const [index, piece] of reply.pieces.entries()) {
    if (index === hangsAfter) return;
    if (index === cutsAfter) {
      response.destroy();
      return;
    }
    response.write(piece);
    // One by one, as tokens come.
    await setImmediate();
  }
  response.end();
}
