import { once } from 'node:events';
import http from 'node:http';
import { ListQueuesCommand, SQSClient } from '@aws-sdk/client-sqs';
import { expect, onTestFinished, test } from 'vitest';
import { startLoopbackFauxqs } from '../../../local/queue/loopback-fauxqs.ts';

async function start() {
  const engine = await startLoopbackFauxqs();
  onTestFinished(() => engine.stop());
  return engine;
}

async function statusFor(port: number, host: string): Promise<number | undefined> {
  const request = http.get({ host: '127.0.0.1', port, path: '/_fauxqs/queues', headers: { host } });
  const [response] = (await once(request, 'response')) as [http.IncomingMessage];
  response.resume();
  return response.statusCode;
}

test('answers to its loopback names and to no other, as a web page would use', async () => {
  const { port } = await start();
  expect(await statusFor(port, `127.0.0.1:${port}`)).toBe(200);
  expect(await statusFor(port, `localhost:${port}`)).toBe(200);
  expect(await statusFor(port, `rebound.example:${port}`)).toBe(403);
  expect(await statusFor(port, `127.0.0.1.example:${port}`)).toBe(403);
});

test('still serves the SQS clients', async () => {
  const engine = await start();
  engine.createQueue('calls');
  const sqs = new SQSClient({
    endpoint: engine.address,
    region: 'us-east-1',
    credentials: { accessKeyId: 'x', secretAccessKey: 'y' },
  });
  onTestFinished(() => sqs.destroy());
  const { QueueUrls } = await sqs.send(new ListQueuesCommand({}));
  expect(QueueUrls).toEqual([expect.stringMatching(/\/calls$/)]);
});
