/** What was sent is what arrived, is a dead letter, is parked or is lost: on a real queue engine and a real database. */
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  ChangeMessageVisibilityCommand,
  DeleteMessageCommand,
  ReceiveMessageCommand,
  SendMessageCommand,
} from '@aws-sdk/client-sqs';
import type pg from 'pg';
import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { oldestPartitionStart } from '../../adapters/postgres/create-partitions.ts';
import { storeBatch } from '../../adapters/postgres/store-batch.ts';
import { planBatch } from '../../domain/ingest-calls/plan-batch.ts';
import { builtInPriceBook } from '../../domain/pricing/built-in-prices.ts';
import { ParameterStore } from '../../local/endpoints/parameter-store.ts';
import { startAwsEndpoint } from '../../local/endpoints/start-aws-endpoint.ts';
import { AccessControl } from '../../local/iam/access-control.ts';
import { Guard } from '../../local/iam/guard.ts';
import type { LoopbackServer } from '../../local/loopback-server.ts';
import { createOwnedDatabase, type OwnedDatabase } from '../support/owned-database.ts';
import { startQueue, type TestQueueEngine } from '../support/sqs.ts';
import { runCommand } from './run-command.ts';

let owned: OwnedDatabase;
let owner: pg.Client;
let queues: TestQueueEngine;
let endpoint: LoopbackServer;
let calls: string;
let deadLetters: string;

beforeAll(async () => {
  owned = await createOwnedDatabase(new Date(), { monthsBack: 1, monthsAhead: 1 });
  ({ owner } = owned);
  queues = await startQueue();
});

beforeEach(async () => {
  await owner.query('truncate tricost.llm_calls, tricost.deliveries, tricost.rejected_calls');
  calls = await createQueue();
  deadLetters = await createQueue();
  const parameters = new ParameterStore();
  parameters.set('/migrate', owned.database.url);
  endpoint = await startAwsEndpoint(
    {
      guard: new Guard(new AccessControl([]), 'us-east-1'),
      stack: {
        stackName: 'Tricost',
        outputs: {
          QueueUrl: calls,
          DeadLetterQueueUrl: deadLetters,
          MigrateDatabaseUrlParameter: '/migrate',
        },
      },
      parameters,
      schedules: [],
      invoker: { invoke: async () => ({ payload: '' }), invokeAsynchronously: () => false },
    },
    0,
  );
  for (const [name, value] of Object.entries({
    AWS_REGION: 'us-east-1',
    AWS_ACCESS_KEY_ID: 'test',
    AWS_SECRET_ACCESS_KEY: 'test',
    AWS_ENDPOINT_URL: endpoint.url,
    AWS_ENDPOINT_URL_SQS: queues.endpoint,
  })) {
    vi.stubEnv(name, value);
  }
  return () => endpoint.close();
});

afterAll(async () => {
  await queues.stop();
  await owned.drop();
});

async function createQueue(): Promise<string> {
  // The engine names a host that not every machine resolves.
  return new URL(new URL(await queues.createQueue(randomUUID())).pathname, queues.endpoint).href;
}

const deliveries = (...args: string[]) => runCommand(['deliveries', ...args, '--aws']);

async function account() {
  const { code, stdout } = await deliveries('--json');
  return { code, ...JSON.parse(stdout) };
}

/** As many events as its number says, of which every third cannot be a call. */
function envelope(producer: string, sequence: number): string {
  const events = Array.from({ length: sequence }, (_, index) =>
    index % 3 === 2
      ? { model: 'no-time' }
      : {
          ...{ event_id: randomUUID(), ts: new Date().toISOString(), provider: 'openai' },
          ...{ model: 'gpt-5', usage: { prompt_tokens: 10, completion_tokens: 1 } },
        },
  );
  return JSON.stringify({ v: 1, producer_id: producer, sequence, events });
}

const send = (queueUrl: string, body: string) =>
  queues.client.send(new SendMessageCommand({ QueueUrl: queueUrl, MessageBody: body }));

async function receive() {
  const { Messages: messages = [] } = await queues.client.send(
    new ReceiveMessageCommand({ QueueUrl: calls, MaxNumberOfMessages: 10 }),
  );
  return messages;
}

/** Takes all that is visible off the calls queue and stores it, as the function does. */
async function ingest(): Promise<void> {
  for (let messages = await receive(); messages.length > 0; messages = await receive()) {
    const plan = planBatch(
      messages.map(({ MessageId: messageId = '', Body: body = '' }) => ({ messageId, body })),
      {
        now: new Date(),
        oldest: await oldestPartitionStart(owner),
        prices: builtInPriceBook(),
      },
    );
    await storeBatch(owner, plan, new Map());
    for (const { ReceiptHandle } of messages) {
      await queues.client.send(new DeleteMessageCommand({ QueueUrl: calls, ReceiptHandle }));
    }
  }
}

async function setParkedSeconds(receipt: string | undefined, seconds: number): Promise<void> {
  await queues.client.send(
    new ChangeMessageVisibilityCommand({
      QueueUrl: calls,
      ReceiptHandle: receipt,
      VisibilityTimeout: seconds,
    }),
  );
}

const pass = (age: string) =>
  owner.query('update tricost.deliveries set received_at = received_at - $1::interval', [age]);

async function count(table: string): Promise<number> {
  const { rows } = await owner.query(`select count(*)::int as rows from tricost.${table}`);
  return rows[0].rows;
}

test('lost, parked, dead and rejected: the sum holds to the event, and closes as they are brought back', async () => {
  const bodies = Array.from({ length: 11 }, (_, index) => envelope('api', index));
  const body = (sequence: number) => bodies[sequence] ?? '';
  await send(calls, body(6));
  const [parked] = await receive();
  await setParkedSeconds(parked?.ReceiptHandle, 3_600);
  for (const sequence of [8, 1, 2, 5, 4, 2]) await send(calls, body(sequence));
  await ingest();
  // 7 fills a gap; after 9 nothing came; 3 and 10 never left the producer's machine.
  for (const sequence of [9, 7]) await send(deadLetters, body(sequence));

  expect(await account()).toMatchObject({
    ...{ code: 0, verdict: 'complete', gaps: [] },
    totals: { envelopes_sent: 9, envelopes_missing: 2, envelopes_overdue: 0 },
  });
  await pass('25 hours');
  const lost = await account();
  expect(lost).toMatchObject({
    ...{ code: 1, verdict: 'lost', lost_at_least: 1, rejected_unread: 0 },
    queue: { visible: 0, not_visible: 1, delayed: 0 },
    dead_letters: { messages: 2, looked_at: 2, numbered: 2 },
    gaps: [
      { producer_id: 'api', first_sequence: 3, last_sequence: 3, missing: 1 },
      { producer_id: 'api', first_sequence: 6, last_sequence: 7, missing: 1 },
    ],
    producers: [
      {
        ...{ producer_id: 'api', envelopes_sent: 9, envelopes_arrived: 5 },
        ...{ envelopes_dead_letters: 2, envelopes_missing: 2, envelopes_overdue: 2 },
        ...{ envelopes_repeated: 1, numbers_used_twice: 0 },
        ...{ events: 20, events_stored: 16, events_rejected: 4 },
      },
    ],
  });
  expect(await count('llm_calls')).toBe(16);
  // The repeated envelope holds no event that cannot be a call.
  expect(await count('rejected_calls')).toBe(4);
  // Nobody lost a message by being looked at.
  expect((await account()).dead_letters).toEqual(lost.dead_letters);

  await setParkedSeconds(parked?.ReceiptHandle, 0);
  await ingest();
  expect((await runCommand(['dlq', 'redrive', '--aws'])).code).toBe(0);
  await ingest();
  expect(await account()).toMatchObject({
    ...{ code: 1, lost_at_least: 1, gaps: [{ first_sequence: 3, last_sequence: 3 }] },
    totals: { envelopes_sent: 9, envelopes_arrived: 8, events: 42, events_rejected: 11 },
  });
  expect(await count('llm_calls')).toBe(31);
  expect(await count('rejected_calls')).toBe(11);

  await send(calls, body(3));
  await ingest();
  expect(await account()).toMatchObject({ code: 0, verdict: 'complete', gaps: [] });
});

test('says what nobody can tell: as many are missing as are only counted, or an id is shared', async () => {
  for (const sequence of [1, 3]) await send(calls, envelope('api', sequence));
  await send(calls, 'not JSON');
  await ingest();
  await pass('25 hours');
  expect(await account()).toMatchObject({
    ...{ code: 2, verdict: 'undecided', lost_at_least: 0, rejected_unread: 1 },
  });
  await owner.query('truncate tricost.rejected_calls');
  expect(await account()).toMatchObject({ code: 1, verdict: 'lost' });
  await send(calls, envelope('api', 9));
  expect(await account()).toMatchObject({ code: 2, verdict: 'undecided' });

  await owner.query('truncate tricost.deliveries');
  await ingest();
  await send(calls, envelope('shared', 1));
  // What tells them apart are their calls' times, which two of one millisecond share.
  await sleep(2);
  await send(calls, envelope('shared', 1));
  await ingest();
  expect(await account()).toMatchObject({ code: 2, totals: { numbers_used_twice: 1 } });
  expect((await deliveries()).stdout).toContain('shared used 1 of its numbers');
});

test('shows it to a person, and no name moves the cursor', async () => {
  for (const sequence of [1, 4]) await send(calls, envelope('\u001b[2Japi', sequence));
  await send(deadLetters, envelope('silent', 2));
  await ingest();
  await pass('25 hours');
  const { code, stdout } = await deliveries();
  expect(code).toBe(1);
  expect(stdout).not.toContain('\u001b[2J');
  expect(stdout).toMatch(/silent +2 +0 +1 +1 +0 +0 +0 +0 +0\n/);
  expect(stdout).toMatch(/\\u001b\[2Japi +4 +2 +0 +2 +2 +5 +4 +1 +0\n/);
  expect(stdout).toMatch(/all 2 +6 +2 +1 +3 +2 +5 +4 +1 +0\n/);
  expect(stdout).toContain('  \\u001b[2Japi: numbers 2 to 3; a later one arrived at ');
  expect(stdout).toContain('lost: at least 2, ');
});

test('refuses a database without its stack', async () => {
  const { code, stderr } = await runCommand(['deliveries', '--database-url', owned.database.url]);
  expect(code).toBe(1);
  expect(stderr).toContain('--database-url names a database');
});
