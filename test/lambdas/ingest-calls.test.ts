/** The ingest function when something around it is down: nothing is lost, nothing is refused that is not broken. */

import { zstdCompressSync } from 'node:zlib';
import { ReceiveMessageCommand, SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { clearCache } from '@middy/util';
import type { SQSBatchResponse, SQSEvent } from 'aws-lambda';
import type { FauxqsServer } from 'fauxqs';
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { connect } from '../../adapters/postgres/connect.ts';
import {
  ensurePartitions,
  oldestPartitionStart,
} from '../../adapters/postgres/create-partitions.ts';
import { builtInPriceBook } from '../../domain/pricing/built-in-prices.ts';
import { ingestMessages } from '../../lambdas/ingest-calls/ingest-messages.ts';
import { startLoopbackFauxqs } from '../../local/queue/loopback-fauxqs.ts';
import { createTestDatabase, type TestDatabase } from '../support/postgres.ts';
import type { LoopbackServer } from './loopback-server.ts';
import { startParameterStore } from './parameter-store.ts';
import { metricsOf } from './printed-metrics.ts';
import { toRecord } from './sqs-record.ts';

const REGION = 'eu-west-1';
const QUEUE = 'calls';
const NOTIFY_QUEUE = 'notify';
/** Nothing listens on port 1. */
const NO_DATABASE = 'postgres://nobody:secret-password@127.0.0.1:1/none';

let database: TestDatabase;
let fauxqs: FauxqsServer;
let store: LoopbackServer;
let sqs: SQSClient;
let queueUrl: string;
let notifyQueueUrl: string;
const parameters = new Map<string, string>();

beforeAll(async () => {
  database = await createTestDatabase();
  const owner = await connect({ connectionString: database.url, applicationName: 'test' });
  await ensurePartitions(owner, new Date(), { monthsBack: 1, monthsAhead: 1 });
  await owner.end();
  fauxqs = await startLoopbackFauxqs();
  store = await startParameterStore(parameters);
  const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };
  sqs = new SQSClient({ endpoint: fauxqs.address, region: REGION, credentials });
});

afterAll(async () => {
  sqs.destroy();
  await Promise.all([fauxqs.stop(), store.stop(), database.drop()]);
});

beforeEach(async () => {
  fauxqs.deleteQueue(QUEUE, { region: REGION });
  const { queueUrl: named } = fauxqs.createQueue(QUEUE, {
    region: REGION,
    attributes: { VisibilityTimeout: '43200' },
  });
  queueUrl = new URL(new URL(named).pathname, fauxqs.address).href;
  fauxqs.deleteQueue(NOTIFY_QUEUE, { region: REGION });
  fauxqs.createQueue(NOTIFY_QUEUE, { region: REGION });
  notifyQueueUrl = queueUrl.replace(QUEUE, NOTIFY_QUEUE);
  parameters.set('/database-url', database.runtimeUrl);
  await database.query(
    'truncate tricost.llm_calls, tricost.rejected_calls, tricost.unpriced_models, tricost.outbox cascade',
  );
  coldStart();
  for (const [name, value] of Object.entries({
    AWS_REGION: REGION,
    AWS_ACCESS_KEY_ID: 'test',
    AWS_SECRET_ACCESS_KEY: 'test',
    AWS_ENDPOINT_URL_SSM: store.url,
    AWS_ENDPOINT_URL_SQS: fauxqs.address,
    POWERTOOLS_DEV: 'true',
    POWERTOOLS_METRICS_DISABLED: 'false',
    TRICOST_DATABASE_URL_PARAMETER: '/database-url',
    TRICOST_DATABASE_CA: '',
    TRICOST_QUEUE_URL: queueUrl,
    TRICOST_NOTIFY_QUEUE_URL: notifyQueueUrl,
  })) {
    vi.stubEnv(name, value);
  }
});

function coldStart(): void {
  vi.resetModules();
  // The secrets' cache lives in a package, which resetModules leaves alone.
  clearCache();
}

/** Runs the handler, with what it printed. */
async function ingest(event: SQSEvent, remainingMs = 60_000) {
  const log = vi.spyOn(console, 'log').mockImplementation(() => {});
  const { handler } = await import('../../lambdas/ingest-calls/handler.ts');
  const response = (await handler(event, {
    getRemainingTimeInMillis: () => remainingMs,
  } as never)) as SQSBatchResponse;
  const [metrics] = metricsOf(log);
  return { response, metrics, printed: JSON.stringify(log.mock.calls) };
}

async function receive(...bodies: string[]): Promise<SQSEvent> {
  for (const MessageBody of bodies) {
    await sqs.send(new SendMessageCommand({ QueueUrl: queueUrl, MessageBody }));
  }
  const { Messages = [] } = await sqs.send(
    new ReceiveMessageCommand({
      QueueUrl: queueUrl,
      MaxNumberOfMessages: 10,
      MessageSystemAttributeNames: ['All'],
    }),
  );
  return { Records: Messages.map((message) => toRecord(message, REGION)) };
}

/** Seconds until each received message shows again. */
function hiddenSeconds(): number[] {
  const inflight = fauxqs.inspectQueue(QUEUE)?.messages.inflight ?? [];
  return inflight.map(({ visibilityDeadline }) => (visibilityDeadline - Date.now()) / 1_000);
}

const CALL = JSON.stringify({
  ts: new Date().toISOString(),
  feature: 'support.reply',
  provider: 'openai',
  model: 'gpt-5',
  usage: { prompt_tokens: 10, completion_tokens: 2 },
});

/** A compressed message of as many calls as one slice holds. */
function fullSlice(feature = 'support.reply'): string {
  const calls = Array.from({ length: 5_000 }, () => CALL.replace('support.reply', feature));
  const data = zstdCompressSync(`[${calls.join(',')}]`).toString('base64');
  return JSON.stringify({ v: 1, encoding: 'zstd', data });
}

const failedBodies = (event: SQSEvent, { batchItemFailures }: SQSBatchResponse) =>
  batchItemFailures.map(
    ({ itemIdentifier }) =>
      event.Records.find(({ messageId }) => messageId === itemIdentifier)?.body,
  );

async function storedCalls(): Promise<number> {
  const { rows } = await database.query<{ calls: string }>(
    'select count(*) as calls from reporting.llm_calls',
  );
  return Number(rows[0]?.calls);
}

describe('ingest-calls', () => {
  test('stores a batch and acknowledges all of it, the broken ones too', async () => {
    const { response, metrics } = await ingest(await receive(CALL, 'broken', CALL));
    expect(response).toEqual({ batchItemFailures: [] });
    expect(metrics).toMatchObject({ Messages: 3, Stored: 2, Rejected: 1, Parked: 0, Bugs: 0 });
    expect(await storedCalls()).toBe(2);
  });

  test('wakes notify the first time a model has no price, and not again', async () => {
    const unpriced = CALL.replace('gpt-5', 'acme-1');
    const wakeUps = () => fauxqs.inspectQueue(NOTIFY_QUEUE)?.messages.ready.length;
    const { metrics } = await ingest(await receive(CALL, unpriced));
    expect(metrics).toMatchObject({ Stored: 2, Unpriced: 1 });
    expect(wakeUps()).toBe(1);
    await ingest(await receive(unpriced));
    expect(wakeUps()).toBe(1);
    const { rows } = await database.query<{ text: string }>(
      "select payload ->> 'text' as text from tricost.outbox",
    );
    expect(rows.map(({ text }) => text)).toEqual([expect.stringContaining('`acme-1`')]);
  });

  test('stores and acknowledges its calls when notify cannot be woken', async () => {
    vi.stubEnv('TRICOST_NOTIFY_QUEUE_URL', `${notifyQueueUrl}-gone`);
    const error = vi.spyOn(console, 'error').mockImplementation(() => {});
    const { response } = await ingest(await receive(CALL.replace('gpt-5', 'acme-1')));
    expect(response).toEqual({ batchItemFailures: [] });
    expect(await storedCalls()).toBe(1);
    expect(String(error.mock.calls)).toContain('could not wake notify');
  });

  test.each([
    ['the database', () => parameters.set('/database-url', NO_DATABASE)],
    ['the parameter', () => parameters.delete('/database-url')],
  ])('parks the batch, broken messages too, while %s is missing', async (_what, breakIt) => {
    breakIt();
    const event = await receive(CALL, 'broken');
    const { response, metrics, printed } = await ingest(event);
    expect(response.batchItemFailures.map((failure) => failure.itemIdentifier)).toEqual(
      event.Records.map((record) => record.messageId),
    );
    expect(metrics).toMatchObject({ Messages: 2, Stored: 0, Rejected: 0, Parked: 2 });
    for (const seconds of hiddenSeconds()) {
      // The queue's own twelve hours became 30 s with jitter; the clock has run on a little since.
      expect(seconds).toBeGreaterThan(20);
      expect(seconds).toBeLessThanOrEqual(38);
    }
    expect(printed).not.toContain('secret-password');
  });

  test('waits longer for a message that has come often', async () => {
    parameters.set('/database-url', NO_DATABASE);
    const event = await receive(CALL);
    for (const record of event.Records) record.attributes.ApproximateReceiveCount = '9';
    await ingest(event);
    const [seconds] = hiddenSeconds();
    expect(seconds).toBeGreaterThan(3_590);
    expect(seconds).toBeLessThanOrEqual(4_500);
  });

  test('what was parked is stored when the database is back', async () => {
    const event = await receive(CALL);
    parameters.set('/database-url', NO_DATABASE);
    await ingest(event);
    parameters.set('/database-url', database.runtimeUrl);
    coldStart();
    expect((await ingest(event)).response).toEqual({ batchItemFailures: [] });
    expect(await storedCalls()).toBe(1);
  });

  test('a connection that the server closed is opened again', async () => {
    await ingest(await receive(CALL));
    const same = await connect({ connectionString: database.runtimeUrl, applicationName: 'test' });
    await same.query(
      `select pg_terminate_backend(pid) from pg_stat_activity
       where application_name = 'tricost ingest-calls' and datname = current_database()`,
    );
    await same.end();
    const event = await receive(CALL);
    const first = await ingest(event);
    // Whether the closing was noticed before the batch or by it, the next delivery finds a new connection.
    if (first.response.batchItemFailures.length > 0) {
      expect((await ingest(event)).response).toEqual({ batchItemFailures: [] });
    }
    expect(await storedCalls()).toBe(2);
  });

  test('what there is no time for comes again soon, the rest is stored and acknowledged', async () => {
    const event = await receive(fullSlice(), fullSlice(), CALL);
    const { response, metrics, printed } = await ingest(event, 24_000);
    expect(failedBodies(event, response)).toEqual(event.Records.slice(1).map(({ body }) => body));
    expect(metrics).toMatchObject({ Messages: 3, Stored: 5_000, Parked: 0 });
    expect(printed).toContain('2 messages come again');
    expect(await storedCalls()).toBe(5_000);
    expect(hiddenSeconds().filter((seconds) => seconds < 6)).toHaveLength(2);
  });

  test('a batch that is late in the middle of a statement is parked while there is time for it', async () => {
    const locker = await connect({ connectionString: database.url, applicationName: 'test' });
    await locker.query('begin; lock table tricost.llm_calls in exclusive mode');
    try {
      const event = await receive(fullSlice(), CALL);
      const { response, metrics, printed } = await ingest(event, 5_500);
      expect(response.batchItemFailures).toHaveLength(2);
      expect(metrics).toMatchObject({ Messages: 2, Stored: 0, Parked: 2 });
      // Not the limit of a statement, which is longer than what was left.
      expect(printed).not.toContain('timeout');
    } finally {
      await locker.end();
    }
    expect(await storedCalls()).toBe(0);
  });

  test('more calls than an invocation may hold in memory come again', async () => {
    const messages = [fullSlice(), fullSlice(), CALL].map((body, index) => ({
      messageId: `m${index}`,
      body,
    }));
    const client = await connect({ connectionString: database.url, applicationName: 'test' });
    const prices = builtInPriceBook();
    const { stored, lateMessageIds } = await ingestMessages(messages, {
      ...{ client, promptVersions: new Map(), remainingMs: () => 60_000, reservedMs: 25_000 },
      ...{
        now: new Date(),
        oldest: await oldestPartitionStart(client),
        prices,
        readPrices: async () => prices,
      },
      // One more than a slice: the slices of an invocation count together.
      maxEvents: 5_001,
    });
    expect(stored).toBe(10_000);
    expect([...lateMessageIds]).toEqual(['m2']);
    await client.end();
  });

  test('what was stored before something went down is acknowledged, the rest is not even tried', async () => {
    await database.query(`
      create function public.full_disk() returns trigger language plpgsql as $$begin
        if new.feature = 'down' then raise exception 'planted' using errcode = 'disk_full'; end if;
        return new;
      end$$;
      create trigger full_disk before insert on tricost.llm_calls for each row execute function public.full_disk()`);
    try {
      const event = await receive(fullSlice(), fullSlice('down'), CALL);
      const { response, metrics } = await ingest(event);
      expect(failedBodies(event, response)).toEqual(event.Records.slice(1).map(({ body }) => body));
      expect(metrics).toMatchObject({ Messages: 3, Stored: 5_000, Parked: 2 });
      expect(await storedCalls()).toBe(5_000);
      expect(hiddenSeconds().filter((seconds) => seconds > 20 && seconds < 40)).toHaveLength(2);
    } finally {
      await database.query(
        'drop trigger full_disk on tricost.llm_calls; drop function public.full_disk',
      );
    }
  });

  test('a bug fails its message alone, and not the other events in it', async () => {
    const domain = await import('../../domain/ingest-calls/parse-call.ts');
    const { parseCall } = domain;
    vi.doMock('../../domain/ingest-calls/parse-call.ts', () => ({
      parseCall: (event: { feature?: string }, context: never) => {
        if (event.feature === 'bug') throw new TypeError('planted');
        return parseCall(event, context);
      },
    }));
    const error = vi.spyOn(console, 'error').mockImplementation(() => {});
    const bug = CALL.replace('support.reply', 'bug');
    const number = '"v":1,"producer_id":"buggy","sequence":1';
    const event = await receive(CALL, `{${number},"events":[${bug},${CALL}]}`);
    const { response, metrics } = await ingest(event);
    vi.doUnmock('../../domain/ingest-calls/parse-call.ts');
    const planted = event.Records.find(({ body }) => body.includes('bug'))?.messageId;
    expect(response.batchItemFailures).toEqual([{ itemIdentifier: planted }]);
    expect(metrics).toMatchObject({ Stored: 2, Bugs: 1 });
    expect(error).toHaveBeenCalledWith(expect.stringContaining(`${planted}: TypeError: planted`));
    // It comes again, and has not arrived before all of it is stored.
    const noted = "select count(*)::int from tricost.deliveries where producer_id = 'buggy'";
    expect(await database.query(noted)).toMatchObject({ rows: [{ count: 0 }] });
  });
});
