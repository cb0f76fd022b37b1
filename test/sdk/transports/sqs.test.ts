/** SQS without the AWS SDK: requests signed with the keys of the environment. */
import type { SQSClient } from '@aws-sdk/client-sqs';
import {
  afterAll,
  beforeAll,
  beforeEach,
  describe,
  expect,
  onTestFinished,
  test,
  vi,
} from 'vitest';
import type { Message } from '../../../sdk/src/delivery/message-packer.ts';
import { sqsTransport } from '../../../sdk/src/transports/sqs.ts';
import { regionOf } from '../../../sdk/src/transports/sqs-batch.ts';
import { startLoopbackServer } from '../../support/loopback-server.ts';
import { receiveBodies } from '../../support/received-envelopes.ts';
import { startQueue, type TestQueueEngine } from '../../support/sqs.ts';

let engine: TestQueueEngine;
beforeAll(async () => {
  engine = await startQueue();
});
afterAll(() => engine.stop());
beforeEach(() => {
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'AKIDEXAMPLE');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'secret');
  vi.stubEnv('AWS_SESSION_TOKEN', 'token');
  vi.stubEnv('AWS_REGION', 'eu-central-1');
});

const message = (sequence: number, body: string): Message => ({
  sequence,
  body,
  bytes: Buffer.byteLength(body),
  calls: 1,
  dropped: 0,
});
const { signal } = new AbortController();

async function serverThat(...answers: { status?: number; date?: string; body: unknown }[]) {
  const server = await startLoopbackServer((_, response) => {
    const { status = 200, date, body } = answers.shift() ?? expect.fail('one request too many');
    if (date !== undefined) response.setHeader('date', date);
    response.writeHead(status).end(JSON.stringify(body));
  });
  onTestFinished(server.stop);
  return { ...server, queueUrl: `${server.url}/123456789012/calls` };
}

describe('with keys in the environment', () => {
  test.each([
    ['http://127.0.0.1:9/1/q', /127\.0\.0\.1:9: .*(?:ECONNREFUSED|bad port)/],
    ['http://queue.invalid/1/q', /queue\.invalid: .*(?:ENOTFOUND|EAI_AGAIN)/],
  ])('a queue that cannot be reached: %s', async (queueUrl, reason) => {
    await expect(sqsTransport({ queueUrl }).send([message(1, 'x')], signal)).rejects.toThrow(
      reason,
    );
  });

  test('what is sent is in the queue', async () => {
    const queueUrl = await engine.createQueue('signed');
    const url = `${engine.endpoint}${new URL(queueUrl).pathname}`;
    const bodies = ['{"a":1}', '{"text":"Müller 中"}'];
    const outcome = await sqsTransport({ queueUrl: url }).send(
      bodies.map((body, index) => message(index + 1, body)),
      signal,
    );
    expect(outcome).toEqual({ failed: [], refused: [] });
    expect((await receiveBodies(engine.client, queueUrl)).sort()).toEqual(bodies.sort());
  });

  test('the request is the one that AWS documents', async () => {
    const { queueUrl, requests } = await serverThat({ body: { Successful: [] } });
    await sqsTransport({ queueUrl }).send([message(7, 'hello')], signal);
    expect(requests).toMatchObject([
      {
        headers: {
          'content-type': 'application/x-amz-json-1.0',
          'x-amz-target': 'AmazonSQS.SendMessageBatch',
          'x-amz-security-token': 'token',
          authorization: expect.stringContaining('/eu-central-1/sqs/aws4_request'),
        },
      },
    ]);
    expect(JSON.parse(requests[0]?.body ?? '')).toEqual({
      QueueUrl: queueUrl,
      Entries: [{ Id: '7', MessageBody: 'hello' }],
    });
  });

  test('a part that failed is told from a part that was refused', async () => {
    const { queueUrl } = await serverThat({
      body: {
        Successful: [{ Id: '1' }],
        Failed: [
          { Id: '2', SenderFault: false, Code: 'InternalError' },
          { Id: '3', SenderFault: true, Code: 'InvalidMessageContents', Message: 'bad character' },
        ],
      },
    });
    const outcome = await sqsTransport({ queueUrl }).send(
      [1, 2, 3].map((sequence) => message(sequence, 'x')),
      signal,
    );
    expect(outcome).toMatchObject({
      failed: [2],
      refused: [3],
      cause: { message: 'InternalError: ' },
    });
  });

  test('an error says what SQS said', async () => {
    const body = { __type: 'com.amazon.coral.service#AccessDeniedException', message: 'not yours' };
    const { queueUrl } = await serverThat({ status: 400, body });
    await expect(sqsTransport({ queueUrl }).send([message(1, 'x')], signal)).rejects.toThrow(
      /SQS answered 400: .*AccessDenied.*not yours/,
    );
  });

  test('a clock that is wrong is corrected by the answer, and back', async () => {
    const refused = { status: 403, body: { __type: 'InvalidSignatureException' } };
    const { queueUrl, requests } = await serverThat(
      { ...refused, date: 'Sat, 05 Dec 2026 10:00:00 GMT' },
      { ...refused, date: new Date().toUTCString() },
      { body: {} },
    );
    const transport = sqsTransport({ queueUrl });
    const send = () => transport.send([message(1, 'x')], signal).catch(() => {});
    for (let attempt = 0; attempt < 3; attempt += 1) await send();
    const dates = requests.map(({ headers }) => String(headers['x-amz-date']).slice(0, 8));
    const today = new Date().toISOString().slice(0, 10).replaceAll('-', '');
    expect(dates).toEqual([today, '20261205', today]);
  });
});

describe('leaves it to the AWS SDK', () => {
  test.each([
    ['a profile', { AWS_PROFILE: 'prod' }],
    ['no keys', { AWS_ACCESS_KEY_ID: '' }],
    ['an endpoint', { AWS_ENDPOINT_URL_SQS: 'http://127.0.0.1:9' }],
  ])('with %s', async (_, environment) => {
    for (const [name, value] of Object.entries(environment)) vi.stubEnv(name, value);
    const fetch = vi.spyOn(globalThis, 'fetch');
    const transport = sqsTransport({ queueUrl: 'http://127.0.0.1:9/1/calls' });
    await expect(transport.send([message(1, 'x')], signal)).rejects.toThrow();
    expect(fetch).not.toHaveBeenCalled();
    await transport.close?.();
  });

  test('with a client of the app, which stays open', async () => {
    const queueUrl = await engine.createQueue('client');
    const transport = sqsTransport({ queueUrl, client: engine.client });
    await transport.send([message(1, 'x')], signal);
    await transport.close?.();
    expect(await receiveBodies(engine.client satisfies SQSClient, queueUrl)).toEqual(['x']);
  });
});

test.each([
  ['https://sqs.eu-west-1.amazonaws.com/1/q', 'eu-west-1'],
  ['https://sqs.cn-north-1.amazonaws.com.cn/1/q', 'cn-north-1'],
  ['https://sqs-fips.us-gov-west-1.amazonaws.com/1/q', 'us-gov-west-1'],
  ['https://sqs.eu-west-1.api.aws/1/q', 'eu-west-1'],
  ['https://vpce-0a1b2c-3d4e.sqs.us-east-1.vpce.amazonaws.com/1/q', 'us-east-1'],
  ['http://127.0.0.1:4566/1/q', undefined],
  ['https://sqs.example.com/1/q', undefined],
])('the region of %s is %s', (url, region) => {
  expect(regionOf(url)).toBe(region);
});
