import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import http from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  ChangeMessageVisibilityCommand,
  ListQueuesCommand,
  ReceiveMessageCommand,
  SendMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import { expect, onTestFinished, test } from 'vitest';
import {
  type LoopbackFauxqsOptions,
  startLoopbackFauxqs,
} from '../../../local/queue/loopback-fauxqs.ts';

async function start(options?: LoopbackFauxqsOptions) {
  const engine = await startLoopbackFauxqs(options);
  onTestFinished(() => engine.stop());
  return engine;
}

function clientOf({ address }: { address: string }): SQSClient {
  const sqs = new SQSClient({
    endpoint: address,
    region: 'us-east-1',
    credentials: { accessKeyId: 'x', secretAccessKey: 'y' },
    maxAttempts: 1,
  });
  onTestFinished(() => sqs.destroy());
  return sqs;
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
  const sqs = clientOf(engine);
  const { QueueUrls } = await sqs.send(new ListQueuesCommand({}));
  expect(QueueUrls).toEqual([expect.stringMatching(/\/calls$/)]);
});

test.each(['memory', 'a file'])(
  'a message that is given back at once comes again, kept in %s',
  async (where) => {
    const dataDir = await mkdtemp(join(tmpdir(), 'tricost-fauxqs-'));
    onTestFinished(() => rm(dataDir, { recursive: true }));
    const engine = await start(where === 'memory' ? {} : { dataDir });
    const { queueUrl: QueueUrl } = engine.createQueue('calls');
    const sqs = clientOf(engine);
    const receive = async (WaitTimeSeconds: number) => {
      const { Messages: messages = [] } = await sqs.send(
        new ReceiveMessageCommand({ QueueUrl, WaitTimeSeconds }),
      );
      return messages;
    };
    await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: 'x' }));
    const [received] = await receive(0);
    const waiting = receive(20);
    const ReceiptHandle = received?.ReceiptHandle;
    await sqs.send(
      new ChangeMessageVisibilityCommand({ QueueUrl, ReceiptHandle, VisibilityTimeout: 0 }),
    );
    expect(await waiting).toMatchObject([{ Body: 'x' }]);
  },
);
