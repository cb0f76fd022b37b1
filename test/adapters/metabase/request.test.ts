/** What is said again to a server, what is not, and that a key goes nowhere else. */
import type { ServerResponse } from 'node:http';
import { expect, onTestFinished, test } from 'vitest';
import { request } from '../../../adapters/metabase/request.ts';
import { type LoopbackServer, startLoopbackServer } from '../../support/loopback-server.ts';

async function start(...answers: ((response: ServerResponse) => void)[]): Promise<LoopbackServer> {
  const left = [...answers];
  const server = await startLoopbackServer((_, response) =>
    (left.shift() ?? ((unexpected) => unexpected.writeHead(500).end('too many')))(response),
  );
  onTestFinished(server.stop);
  return server;
}

const json = (body: unknown) => (response: ServerResponse) =>
  response.writeHead(200).end(JSON.stringify(body));
const busy = (response: ServerResponse) => response.writeHead(503).end('starting');
const credential = { apiKey: 'mb_secret' };

test('a question is asked again when the server is busy', async () => {
  const { url, requests } = await start(busy, json({ id: 1 }));
  expect(await request({ url, credential }, 'GET', '/api/card/1')).toEqual({ id: 1 });
  expect(requests.map(({ headers }) => headers['x-api-key'])).toEqual(['mb_secret', 'mb_secret']);
});

test('what makes something is sent once, because it may have been made', async () => {
  const { url, requests } = await start(busy, json({ id: 1 }));
  await expect(request({ url, credential }, 'POST', '/api/card', {})).rejects.toThrow(
    `${url} answers POST /api/card with 503: starting`,
  );
  expect(requests).toHaveLength(1);
});

test('a key is not sent on to another address', async () => {
  const other = await start(json({}));
  const { url } = await start((response) => response.writeHead(302, { location: other.url }).end());
  await expect(request({ url, credential }, 'GET', '/api/card/1')).rejects.toThrow(
    `${url} sends on to ${other.url}: use the address that Metabase itself answers at`,
  );
  expect(other.requests).toEqual([]);
});

test("a proxy's page is no answer of Metabase", async () => {
  const { url } = await start((response) => response.writeHead(200).end('<html>Sign in</html>'));
  await expect(request({ url }, 'GET', '/api/session/properties')).rejects.toThrow(
    'something that is not JSON: is this the address of Metabase?',
  );
});

test('what is wrong with a body is told field by field', async () => {
  const { url } = await start((response) =>
    response.writeHead(400).end(JSON.stringify({ errors: { name: 'must not be blank' } })),
  );
  await expect(request({ url, credential }, 'PUT', '/api/card/1', {})).rejects.toThrow(
    '{"name":"must not be blank"}',
  );
});
