/** Dead letters and rejected events, on a real queue engine and a real database. */

import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import {
  DeleteMessageCommand,
  DeleteQueueCommand,
  PurgeQueueCommand,
  ReceiveMessageCommand,
  SendMessageBatchCommand,
  type SendMessageBatchRequestEntry,
  SendMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import pg from 'pg';
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
import { ensurePartitions } from '../../adapters/postgres/create-partitions.ts';
import { forgetUser } from '../../adapters/postgres/forget-user.ts';
import { storeBatch } from '../../adapters/postgres/store-batch.ts';
import { moveBatch } from '../../adapters/sqs/move-batch.ts';
import { queueDepth } from '../../adapters/sqs/queue-depth.ts';
import { lookAt } from '../../cli/dlq-peek.ts';
import { messagesUnderWay } from '../../cli/messages-under-way.ts';
import { Mention } from '../../domain/forget-user/mention.ts';
import { planBatch } from '../../domain/ingest-calls/plan-batch.ts';
import { builtInPriceBook } from '../../domain/pricing/built-in-prices.ts';
import { ParameterStore } from '../../local/endpoints/parameter-store.ts';
import { startAwsEndpoint } from '../../local/endpoints/start-aws-endpoint.ts';
import { AccessControl } from '../../local/iam/access-control.ts';
import { Guard } from '../../local/iam/guard.ts';
import type { LoopbackServer } from '../../local/loopback-server.ts';
import { createTestDatabase, type TestDatabase } from '../support/postgres.ts';
import { startQueue, type TestQueueEngine } from '../support/sqs.ts';
import { runCommand } from './run-command.ts';

const OLDEST = new Date();
OLDEST.setUTCMonth(OLDEST.getUTCMonth() - 1, 1);
OLDEST.setUTCHours(0, 0, 0, 0);

let database: TestDatabase;
let owner: pg.Client;
let queues: TestQueueEngine;
let endpoint: LoopbackServer;
let urls: { calls: string; deadLetters: string; notify: string; notifyDead: string; jobs: string };
const invoked: string[] = [];
let jobFails = false;

beforeAll(async () => {
  database = await createTestDatabase();
  owner = new pg.Client({ connectionString: database.url });
  await owner.connect();
  await ensurePartitions(owner, new Date(), { monthsBack: 1, monthsAhead: 1 });
  queues = await startQueue();
  const [calls, deadLetters, notify, notifyDead, jobs] = await Promise.all(
    ['calls', 'calls-dlq', 'notify', 'notify-dlq', 'jobs'].map(async (name) => {
      const { pathname } = new URL(await queues.createQueue(name));
      // The engine names a host that not every machine resolves.
      return new URL(pathname, queues.endpoint).href;
    }),
  );
  if (!(calls && deadLetters && notify && notifyDead && jobs)) throw new Error('no queue');
  urls = { calls, deadLetters, notify, notifyDead, jobs };
  const parameters = new ParameterStore();
  parameters.set('/migrate', database.url);
  endpoint = await startAwsEndpoint(
    {
      guard: new Guard(new AccessControl([]), 'us-east-1'),
      stack: {
        stackName: 'Tricost',
        outputs: {
          QueueUrl: calls,
          DeadLetterQueueUrl: deadLetters,
          NotifyQueueUrl: notify,
          NotifyDeadLetterQueueUrl: notifyDead,
          FailedJobsQueueUrl: jobs,
          ScheduleGroupName: 'Tricost',
          MigrateDatabaseUrlParameter: '/migrate',
        },
      },
      parameters,
      schedules: [SPEND_ALERT],
      invoker: {
        invoke: async (_name, payload) => {
          invoked.push(payload);
          if (!jobFails) return { payload: '"done"' };
          const error = { errorType: 'Error', errorMessage: 'still down', trace: [] };
          return { payload: JSON.stringify(error), error };
        },
        invokeAsynchronously: () => false,
      },
    },
    0,
  );
});

afterAll(async () => {
  await owner.end();
  await Promise.all([queues.stop(), endpoint.close()]);
  await database.drop();
});

beforeEach(async () => {
  for (const [name, value] of Object.entries(environment())) vi.stubEnv(name, value);
  invoked.length = 0;
  jobFails = false;
  for (const url of Object.values(urls)) {
    await queues.client.send(new PurgeQueueCommand({ QueueUrl: url }));
  }
  await owner.query('truncate tricost.llm_calls, tricost.rejected_calls');
});

const FUNCTION_ARN = 'arn:aws:lambda:eu-west-1:000000000000:function:Tricost-SpendAlert';
const SPEND_ALERT = {
  logicalId: 'S',
  name: 'spend-alert',
  arn: 'arn:aws:scheduler:eu-west-1:000000000000:schedule/Tricost/spend-alert',
  groupName: 'Tricost',
  expression: 'rate(1 day)',
  timezone: 'UTC',
  recurrence: { next: () => undefined },
  enabled: true,
  targetArn: FUNCTION_ARN,
  input: '{"scheduledTime":"<aws.scheduler.scheduled-time>"}',
  roleArn: 'arn:aws:iam::000000000000:role/scheduler',
  deadLetterQueueArn: undefined,
  description: undefined,
};

function environment(): Record<string, string> {
  return {
    AWS_REGION: 'us-east-1',
    AWS_ACCESS_KEY_ID: 'test',
    AWS_SECRET_ACCESS_KEY: 'test',
    AWS_ENDPOINT_URL: endpoint.url,
    AWS_ENDPOINT_URL_SQS: queues.endpoint,
  };
}

const dlq = (...args: string[]) => runCommand(['dlq', ...args, '--aws']);
const depth = (url: string) => queueDepth(queues.client, url);

const call = (fields: object = {}) => ({
  ts: new Date().toISOString(),
  model: 'gpt-5',
  provider: 'openai',
  usage: { prompt_tokens: 1_000, completion_tokens: 100 },
  ...fields,
});

async function send(url: string, ...bodies: string[]): Promise<void> {
  for (let start = 0; start < bodies.length; start += 10) {
    const entries = bodies.slice(start, start + 10);
    await queues.client.send(
      new SendMessageBatchCommand({
        QueueUrl: url,
        Entries: entries.map((body, index) => ({ Id: `${index}`, MessageBody: body })),
      }),
    );
  }
}

async function receive(url: string) {
  const { Messages: messages = [] } = await queues.client.send(
    new ReceiveMessageCommand({
      QueueUrl: url,
      MaxNumberOfMessages: 10,
      MessageAttributeNames: ['All'],
      MessageSystemAttributeNames: ['All'],
    }),
  );
  return messages;
}

/** Takes everything off the calls queue and stores it, as the function does. */
async function ingest(): Promise<void> {
  for (let messages = await receive(urls.calls); messages.length > 0; ) {
    const incoming = messages.map(({ MessageId = '', Body = '' }) => ({
      messageId: MessageId,
      body: Body,
    }));
    const plan = planBatch(incoming, {
      now: new Date(),
      oldest: OLDEST,
      prices: builtInPriceBook(),
    });
    await storeBatch(owner, plan, new Map());
    for (const { ReceiptHandle } of messages) {
      await queues.client.send(new DeleteMessageCommand({ QueueUrl: urls.calls, ReceiptHandle }));
    }
    messages = await receive(urls.calls);
  }
}

async function count(table: 'llm_calls' | 'rejected_calls'): Promise<number> {
  const { rows } = await owner.query(`select count(*)::int as rows from tricost.${table}`);
  return rows[0].rows;
}

describe('peek', () => {
  test('says what would become of each message, groups equal ones, and takes none', async () => {
    const old = call({ ts: '2001-01-01T00:00:00Z' });
    await send(urls.deadLetters, JSON.stringify(call()), 'no\u0009JSON', 'none either');
    await send(urls.deadLetters, JSON.stringify([call(), old]));
    const { stdout, code } = await dlq('peek', '--bodies', '--limit', '4');
    expect(code).toBe(0);
    expect(stdout).toContain('about 4 in the dead-letter queue of calls, 4 looked at:');
    expect(stdout).toContain('  2 × refused: not_json\n');
    expect(stdout).toContain('  1 × would be stored\n');
    expect(stdout).toContain('  1 × would be stored in part, refused: ts_too_old\n');
    expect(stdout).toContain('  no\\u0009JSON\n');
    expect(await depth(urls.deadLetters)).toBe(4);
    const again = JSON.parse((await dlq('peek', '--json', '--limit', '3')).stdout);
    expect(again).toMatchObject({ queue: 'calls' });
    expect(again.messages).toHaveLength(3);
    expect(again.messages[0]).toMatchObject({ receive_count: 2, message_id: expect.any(String) });
    expect(again.messages[0]).not.toHaveProperty('body');
  });

  test('ends, although the first ones come back before the last ones are seen', async () => {
    await send(urls.deadLetters, 'one', 'two', 'three');
    const slow = new SQSClient({
      endpoint: queues.endpoint,
      region: 'us-east-1',
      credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    });
    // As if looking took longer than a message stays out of sight.
    slow.middlewareStack.add(
      (next) => (args) =>
        next({
          ...args,
          input:
            'WaitTimeSeconds' in args.input ? { ...args.input, VisibilityTimeout: 1 } : args.input,
        }),
      { step: 'initialize' },
    );
    const seen = await lookAt(slow, urls.deadLetters, 100);
    expect(seen.map(({ body }) => body).toSorted()).toEqual(['one', 'three', 'two']);
    expect(await depth(urls.deadLetters)).toBe(3);
  });

  test('says that there is nothing', async () => {
    expect((await dlq('peek', '--queue', 'notify')).stdout).toBe(
      'the dead-letter queue of notify is empty\n',
    );
  });
});

describe('redrive', () => {
  test('moves all of them, with their attributes', async () => {
    const attributes = {
      Text: { DataType: 'String', StringValue: 'ä' },
      Number: { DataType: 'Number.int', StringValue: '7' },
      Bytes: { DataType: 'Binary', BinaryValue: new Uint8Array([0, 255]) },
    };
    const body = JSON.stringify(call({ event_id: '019ab0f4-7d00-7cc3-8a5e-0242ac120002' }));
    await queues.client.send(
      new SendMessageCommand({
        QueueUrl: urls.deadLetters,
        MessageBody: body,
        MessageAttributes: attributes,
      }),
    );
    const { stdout, code } = await dlq('redrive');
    expect([code, stdout]).toEqual([0, 'messages moved: 1\n']);
    const [moved] = await receive(urls.calls);
    expect(moved).toMatchObject({ Body: body, MessageAttributes: attributes });
    expect(await depth(urls.deadLetters)).toBe(0);
  });

  test('packs requests by size: ten messages of half a mebibyte, and more than ten', async () => {
    const large = 'x'.repeat(500_000);
    for (let index = 0; index < 5; index += 1) await send(urls.deadLetters, large);
    await send(urls.deadLetters, ...Array.from({ length: 25 }, (_, index) => `small ${index}`));
    expect(JSON.parse((await dlq('redrive', '--json', '--limit', '30')).stdout)).toEqual({
      queue: 'calls',
      moved: 30,
      doubled: 0,
      left: {},
    });
    expect(await depth(urls.calls)).toBe(30);
  });

  test('stops at its limit, and only looks in a dry run', async () => {
    await send(urls.notifyDead, ...Array.from({ length: 12 }, () => '{"wake":"notify"}'));
    const dry = await dlq('redrive', '--queue', 'notify', '--dry-run', '--limit', '12');
    expect(dry.stdout).toBe(
      'dry run: about 12 in the dead-letter queue of notify; of the first 12:\n  12 × a wake-up: the messages themselves are in tricost.outbox\n',
    );
    expect(await depth(urls.notifyDead)).toBe(12);
    expect((await dlq('redrive', '--queue', 'notify', '--limit', '11')).stdout).toBe(
      'messages moved: 11\n',
    );
    expect([await depth(urls.notify), await depth(urls.notifyDead)]).toEqual([11, 1]);
  });

  test('finishes the batch in hand at Ctrl-C, and says how far it came', async () => {
    await send(urls.notifyDead, ...Array.from({ length: 300 }, () => '{"wake":"notify"}'));
    const running = dlq('redrive', '--queue', 'notify', '--json');
    await vi.waitFor(async () => expect(await depth(urls.notify)).toBeGreaterThan(0), 20_000);
    process.listeners('SIGINT').at(-1)?.('SIGINT');
    const { code, stdout } = await running;
    expect(code).toBe(130);
    const { moved } = JSON.parse(stdout) as { moved: number };
    expect(moved).toBeLessThan(300);
    expect([await depth(urls.notify), await depth(urls.notifyDead)]).toEqual([moved, 300 - moved]);
  });

  test('a call without an id stays one call, although some of its message was stored before', async () => {
    const body = JSON.stringify([call(), call({ model: 'gpt-5-mini' })]);
    await send(urls.deadLetters, body);
    const [dead] =
      (await dlq('peek', '--json', '--limit', '1')).stdout.match(/(?<="message_id":")[^"]+/) ?? [];
    const plan = planBatch([{ messageId: dead ?? '', body }], {
      now: new Date(),
      oldest: OLDEST,
      prices: builtInPriceBook(),
    });
    await storeBatch(owner, { ...plan, calls: plan.calls.slice(0, 1) }, new Map());
    await dlq('redrive', '--limit', '1');
    await ingest();
    expect(await count('llm_calls')).toBe(2);
  });

  test('what the queue refuses stays, and is told', async () => {
    await send(urls.deadLetters, 'good', 'bad', 'good too');
    const refusing = new SQSClient({
      endpoint: queues.endpoint,
      region: 'us-east-1',
      credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    });
    // SQS refuses single entries of a request; the local engine never does.
    refusing.middlewareStack.add(
      (next, context) => async (args) => {
        const input = args.input as { Entries?: SendMessageBatchRequestEntry[] };
        if (context.commandName !== 'SendMessageBatchCommand') return next(args);
        const index = input.Entries?.findIndex(({ MessageBody }) => MessageBody === 'bad') ?? -1;
        const Entries = input.Entries?.filter((_, position) => position !== index);
        const result = await next({ ...args, input: { ...args.input, Entries } });
        const failed = { Id: String(index), Code: 'InternalError', SenderFault: false };
        return { ...result, output: { ...(result.output as object), Failed: [failed] } } as never;
      },
      { step: 'initialize' },
    );
    const batch = await moveBatch(
      refusing,
      { from: urls.deadLetters, to: urls.calls },
      10,
      ({ body }) => body,
    );
    expect(batch).toMatchObject({ received: 3, moved: 2, doubled: 0 });
    expect(batch.refused).toEqual([
      { message: expect.objectContaining({ body: 'bad' }), reason: 'InternalError: undefined' },
    ]);
    expect((await receive(urls.calls)).map(({ Body }) => Body).toSorted()).toEqual([
      'good',
      'good too',
    ]);
  });

  test('runs failed jobs again as of when they were due, and leaves those that fail again', async () => {
    const record = (scheduledTime: string, functionArn = `${FUNCTION_ARN}:$LATEST`) =>
      JSON.stringify({
        requestContext: { functionArn },
        requestPayload: { scheduledTime },
        responsePayload: { errorMessage: 'database is down' },
      });
    await send(urls.jobs, record('2026-11-23T08:00:00Z'), record('2026-11-23T08:15:00Z', 'other'));
    await queues.client.send(
      new SendMessageCommand({
        QueueUrl: urls.jobs,
        MessageBody: '{"scheduledTime":"2026-11-23T08:30:00Z"}',
        MessageAttributes: {
          TARGET_ARN: { DataType: 'String', StringValue: FUNCTION_ARN },
          ERROR_MESSAGE: { DataType: 'String', StringValue: 'throttled' },
        },
      }),
    );
    expect((await dlq('peek', '--queue', 'failed-jobs', '--limit', '3')).stdout).toContain(
      '1 × Tricost-SpendAlert: database is down',
    );
    jobFails = true;
    const failing = await dlq('redrive', '--queue', 'failed-jobs', '--limit', '3');
    expect(failing.code).toBe(1);
    expect(failing.stdout).toContain('jobs run: 0\n2 left: spend-alert failed:');
    jobFails = false;
    invoked.length = 0;
    const { code, stdout } = await dlq('redrive', '--queue', 'failed-jobs', '--limit', '3');
    expect([code, stdout]).toEqual([
      1,
      'jobs run: 2\n1 left: it names no scheduled job of this stack\n',
    ]);
    expect(invoked.toSorted()).toEqual([
      '{"scheduledTime":"2026-11-23T08:00:00.000Z"}',
      '{"scheduledTime":"2026-11-23T08:30:00.000Z"}',
    ]);
    expect(await depth(urls.jobs)).toBe(1);
  });
});

describe('requeue', () => {
  /** Sends messages that are refused now. */
  async function reject(...bodies: string[]): Promise<void> {
    await send(urls.calls, ...bodies);
    await ingest();
  }
  /** Makes what was too old young enough: the fix. */
  const mend = () =>
    owner.query(
      `update tricost.rejected_calls
       set body = convert_to(replace(convert_from(body, 'UTF8'), '2001-01-01', $1), 'UTF8')`,
      [new Date().toISOString().slice(0, 10)],
    );
  const old = (fields: object = {}) => call({ ts: '2001-01-01T00:00:00Z', ...fields });

  test('sends what would be a call now, leaves the rest, and says why', async () => {
    await reject(JSON.stringify([old(), call({ model: '' }), old()]), 'no JSON');
    const before = await dlq('requeue', '--dry-run');
    expect(before.stdout).toContain(
      'dry run: 0 would be sent again\n2 left: still refused: ts_too_old',
    );
    await mend();
    const dry = await dlq('requeue', '--dry-run', '--json');
    const left = { 'still refused: model_missing': 1, 'still refused: not_json': 1 };
    expect(JSON.parse(dry.stdout)).toEqual({ dry_run: true, sent: 2, left });
    expect([await count('rejected_calls'), await depth(urls.calls)]).toEqual([4, 0]);

    const some = await dlq('requeue', '--reason', 'model_missing', '--json');
    expect(JSON.parse(some.stdout)).toMatchObject({ sent: 0 });
    const future = new Date(Date.now() + 60_000).toISOString();
    expect((await dlq('requeue', '--since', future)).stdout).toBe('0 sent again\n');
    const real = await dlq('requeue', '--json', '--until', future);
    expect(JSON.parse(real.stdout)).toEqual({ dry_run: false, sent: 2, left });
    expect(real.stderr).toContain('from the parameter /migrate');
    await ingest();
    expect([await count('llm_calls'), await count('rejected_calls')]).toEqual([2, 2]);
  });

  test('of more events than a page holds, sends each once', async () => {
    await reject(JSON.stringify(Array.from({ length: 35 }, () => old())));
    await mend();
    expect((await dlq('requeue', '--limit', '12')).stdout).toBe('12 sent again\n');
    expect((await dlq('requeue')).stdout).toBe('23 sent again\n');
    await ingest();
    expect([await count('llm_calls'), await count('rejected_calls')]).toEqual([35, 0]);
  });

  test('killed between sending and deleting, and run again, counts nothing twice', async () => {
    await reject(JSON.stringify([old(), old()]));
    await mend();
    const locker = new pg.Client({ connectionString: database.url });
    onTestFinished(() => locker.end());
    await locker.connect();
    await locker.query('begin; lock table tricost.rejected_calls in share mode');
    const child = spawn(
      process.execPath,
      [
        '--experimental-import-text',
        fileURLToPath(new URL('../../cli/tricost.ts', import.meta.url)),
        ...['dlq', 'requeue', '--aws'],
      ],
      { env: { PATH: process.env['PATH'], ...environment() }, stdio: 'ignore' },
    );
    await vi.waitFor(async () => expect(await depth(urls.calls)).toBe(2), { timeout: 30_000 });
    child.kill('SIGKILL');
    await once(child, 'exit');
    await locker.query(
      `select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'tricost dlq requeue'`,
    );
    await locker.query('rollback');
    expect(await count('rejected_calls')).toBe(2);

    expect((await dlq('requeue')).stdout).toBe('2 sent again\n');
    expect([await depth(urls.calls), await count('rejected_calls')]).toEqual([4, 0]);
    await ingest();
    expect(await count('llm_calls')).toBe(2);
  });

  test('stops when the queue takes nothing, says what remains, and goes on when run again', async () => {
    await reject(JSON.stringify(Array.from({ length: 25 }, () => old())), 'no JSON');
    await mend();
    await queues.client.send(new DeleteQueueCommand({ QueueUrl: urls.calls }));
    const { code, stdout } = await dlq('requeue', '--reason', 'ts_too_old');
    await queues.createQueue('calls');
    expect(code).toBe(1);
    expect(stdout).toMatch(
      /^0 sent again\n10 left: .*queue does not exist.*\nstopped: 25 that match are still in the table; the same command goes on with them\n$/,
    );
    expect((await dlq('requeue', '--reason', 'ts_too_old')).stdout).toBe('25 sent again\n');
  });

  test('goes on after one event that the queue does not take', async () => {
    // Random: what no compression brings below the 1 MiB of a message.
    await reject(
      ...Array.from({ length: 12 }, (_, index) =>
        index === 11 ? JSON.stringify(old()) : 'no JSON',
      ),
    );
    await mend();
    await owner.query(
      `update tricost.rejected_calls set body = convert_to($1, 'UTF8')
       where message_id = (select message_id from tricost.rejected_calls where reason = 'not_json' order by received_at limit 1)`,
      [JSON.stringify({ ...call(), extra: { blob: randomBytes(2_000_000).toString('base64') } })],
    );
    const { code, stdout } = await dlq('requeue', '--json');
    expect(code).toBe(1);
    expect(JSON.parse(stdout)).toMatchObject({ sent: 1, left: { 'still refused: not_json': 10 } });
    expect([await depth(urls.calls), await count('rejected_calls')]).toEqual([1, 11]);
  });

  test('leaves what forget-user has emptied: an event, and a whole message', async () => {
    await reject(JSON.stringify([old({ user_id: 'u_10421' })]), 'no JSON of u_10421');
    await mend();
    await forgetUser(owner, {
      mention: new Mention('u_10421'),
      erase: false,
      now: new Date(),
      signal: new AbortController().signal,
      onProgress: () => {},
    });
    const { rows } = await owner.query(
      'select event_index as index, length(body) as bytes from tricost.rejected_calls order by 1',
    );
    expect(rows).toEqual([
      { index: -1, bytes: 0 },
      { index: 0, bytes: 0 },
    ]);
    const { code, stdout } = await dlq('requeue', '--json');
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({
      sent: 0,
      left: { 'still refused: ts_too_old': 1, 'still refused: not_json': 1 },
    });
    expect([await depth(urls.calls), await count('rejected_calls')]).toEqual([0, 2]);
  });

  test('refuses a database whose stack is not named: its calls would go to the local queue', async () => {
    const { code, stderr } = await runCommand(['dlq', 'requeue', '--database-url', database.url]);
    expect([code, stderr]).toEqual([1, expect.stringContaining('add --aws')]);
    expect(stderr).toContain('without --aws the queues are those of the local stack');
  });

  test('refuses a reason that does not exist', async () => {
    expect((await dlq('requeue', '--reason', 'too_blue')).code).toBe(1);
  });
});

describe('messages under way', () => {
  test('are those that wait and those in hand, of both queues', async () => {
    await send(urls.calls, 'one', 'two');
    await send(urls.deadLetters, 'dead');
    await receive(urls.calls);
    expect(await messagesUnderWay({ aws: true })).toEqual({ queue: 2, deadLetterQueue: 1 });
  });

  test('not counted, they say why', async () => {
    expect(await messagesUnderWay({ aws: true, stack: 'Other' })).toEqual({
      notCounted: expect.stringContaining('there is no stack Other in this account and region'),
    });
  });
});
