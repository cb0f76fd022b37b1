/** An HTTP server that only programs on this machine can reach, and that web pages open on it cannot. */
import http from 'node:http';
import type { AddressInfo } from 'node:net';

export interface LoopbackServer {
  /** `http://127.0.0.1:<port>` */
  url: string;
  port: number;
  close(): Promise<void>;
}

export interface LoopbackRequest {
  method: string;
  url: URL;
  headers: http.IncomingHttpHeaders;
  body: string;
}

export interface LoopbackResponse {
  status: number;
  headers?: Record<string, string>;
  body?: string;
}

/** The answer to a request for another host. */
export const FOREIGN_HOST = 'this server answers only to 127.0.0.1 and localhost';

export const TOO_LARGE: LoopbackResponse = { status: 413, body: 'the request is too large' };

type Handler = (request: LoopbackRequest) => Promise<LoopbackResponse>;

const LOOPBACK = '127.0.0.1';

/** What SQS and Lambda accept is at most 6 MiB; a loopback server needs no more. */
const MAXIMUM_BODY_BYTES = 8 * 1024 * 1024;

/**
 * @param port 0 lets the system choose
 * @throws the system's error when the port is taken.
 */
export async function startLoopbackServer(handler: Handler, port = 0): Promise<LoopbackServer> {
  const server = http.createServer((request, response) => {
    answer(handler, request)
      .catch((error: unknown) => ({ status: 500, body: String(error) }) as LoopbackResponse)
      .then(({ status, headers, body }) => response.writeHead(status, headers).end(body));
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen({ port, host: LOOPBACK }, () => resolve());
  });
  const address = server.address() as AddressInfo;
  return {
    url: `http://${LOOPBACK}:${address.port}`,
    port: address.port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function answer(handler: Handler, request: http.IncomingMessage): Promise<LoopbackResponse> {
  if (!isLoopbackHost(request.headers.host)) {
    return { status: 403, body: FOREIGN_HOST };
  }
  const read = await readRequest(request);
  return read === undefined ? TOO_LARGE : handler(read);
}

/** Undefined when it is larger than anything the services take. */
export async function readRequest(
  request: http.IncomingMessage,
): Promise<LoopbackRequest | undefined> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > MAXIMUM_BODY_BYTES) return undefined;
    chunks.push(chunk);
  }
  return {
    method: request.method ?? 'GET',
    url: new URL(request.url ?? '/', `http://${LOOPBACK}`),
    headers: request.headers,
    body: Buffer.concat(chunks).toString('utf8'),
  };
}

/** A page of a hostile site whose name was made to point at this machine still sends its own name here. */
export function isLoopbackHost(host: string | undefined): boolean {
  return /^(127\.0\.0\.1|localhost)(:\d+)?$/.test(host ?? '');
}
