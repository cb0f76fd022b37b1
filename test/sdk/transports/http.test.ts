/** Messages as POST requests. */
import { expect, onTestFinished, test } from 'vitest';
import { createPublisher } from '../../../sdk/src/index.ts';
import { httpTransport } from '../../../sdk/src/transports/http.ts';
import { startLoopbackServer } from '../../support/loopback-server.ts';

const CALL = { model: 'gpt-5', usage: { input_tokens: 1 } };

async function collector(...statuses: number[]) {
  const server = await startLoopbackServer((_, response) => {
    response.writeHead(statuses.shift() ?? 202).end('thanks');
  });
  onTestFinished(server.stop);
  const headers = { authorization: 'Bearer key' };
  const publisher = createPublisher({
    transport: httpTransport({ url: `${server.url}/calls`, headers }),
    maxMessageBytes: 1,
    onError: () => {},
  });
  return { ...server, ...publisher };
}

test('each message is a request with the headers of the app', async () => {
  const { publish, flush, requests } = await collector();
  publish([CALL, CALL]);
  expect(await flush()).toEqual({ sent: 2, dropped: 0, pending: 0 });
  for (const { headers, body } of requests) {
    expect(headers).toMatchObject({
      authorization: 'Bearer key',
      'content-type': 'application/json',
    });
    expect(JSON.parse(body)).toMatchObject({ v: 1, events: [CALL] });
  }
  expect(requests).toHaveLength(2);
});

test.each([401, 404, 408, 429, 500, 503])(
  '%d is tried again, with the same body',
  async (status) => {
    const { publish, flush, requests } = await collector(status);
    publish(CALL);
    expect(await flush()).toEqual({ sent: 1, dropped: 0, pending: 0 });
    expect(requests).toHaveLength(2);
    expect(requests[1]?.body).toBe(requests[0]?.body);
  },
);

test.each([400, 413, 415, 422])('%d is for good', async (status) => {
  const { publish, flush, requests } = await collector(status);
  publish(CALL);
  expect(await flush()).toEqual({ sent: 0, dropped: 1, pending: 0 });
  expect(requests).toHaveLength(1);
});

test('a collector that cannot be reached is named, with the reason', async () => {
  const server = await startLoopbackServer(() => {});
  await server.stop();
  const transport = httpTransport({ url: `${server.url}/calls` });
  const sent = { sequence: 1, body: '{}', bytes: 2, calls: 1, dropped: 0 };
  const { cause } = await transport.send([sent], new AbortController().signal);
  expect(String(cause)).toContain(`${new URL(server.url).host}: connect ECONNREFUSED`);
});
