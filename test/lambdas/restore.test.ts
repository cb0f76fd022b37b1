/** The claim of docs/how-to/back-up-and-restore.md: a restored database and everything redelivered since make the same totals. */
import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { SQSBatchResponse } from 'aws-lambda';
import pg from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ensurePartitions } from '../../adapters/postgres/create-partitions.ts';
import { demoCalls } from '../../local/demo/traffic.ts';
import { Sandbox } from '../../local/functions/sandbox.ts';
import { createTestDatabase, type TestDatabase } from '../support/postgres.ts';
import type { LoopbackServer } from './loopback-server.ts';
import { startParameterStore } from './parameter-store.ts';

const BUNDLE = fileURLToPath(new URL('../../dist/lambdas/ingest-calls', import.meta.url));
const NOW = new Date();
const MESSAGE_CALLS = 100;

const parameters = new Map<string, string>();
const databases: TestDatabase[] = [];
let store: LoopbackServer;

beforeAll(async () => {
  if (!existsSync(BUNDLE)) throw new Error('there are no bundles; run `npm run bundle` first');
  store = await startParameterStore(parameters);
});

afterAll(async () => {
  await store.stop();
  for (const database of databases) await database.drop();
});

/** The deployed function in a fresh environment: it reads its parameter again. */
function startIngest(): Promise<Sandbox> {
  return Sandbox.start({
    functionArn: 'arn:aws:lambda:eu-west-1:000000000000:function:ingest',
    taskRoot: BUNDLE,
    memoryMb: 512,
    timeoutSeconds: 60,
    log: () => {},
    environment: {
      _HANDLER: 'handler.handler',
      LAMBDA_TASK_ROOT: BUNDLE,
      AWS_REGION: 'eu-west-1',
      AWS_ACCESS_KEY_ID: 'test',
      AWS_SECRET_ACCESS_KEY: 'test',
      AWS_ENDPOINT_URL_SSM: store.url,
      TRICOST_DATABASE_URL_PARAMETER: '/database-url',
      TRICOST_DATABASE_CA: '',
      TRICOST_QUEUE_URL: 'http://127.0.0.1:1/000000000000/calls',
      // Nobody is there to be told of a model without a price; that keeps no call from being stored.
      TRICOST_NOTIFY_QUEUE_URL: 'http://127.0.0.1:1/000000000000/notify',
    },
  });
}

interface Message {
  messageId: string;
  body: string;
}

async function ingest(sandbox: Sandbox, messages: readonly Message[]): Promise<void> {
  const Records = messages.map((message) => ({
    ...message,
    receiptHandle: 'r',
    attributes: { ApproximateReceiveCount: '1', SentTimestamp: String(Date.now()) },
  }));
  const { payload } = await sandbox.invoke(JSON.stringify({ Records }));
  expect(JSON.parse(payload) as SQSBatchResponse).toEqual({ batchItemFailures: [] });
}

async function inDatabase<Result>(
  database: TestDatabase,
  work: (client: pg.Client) => Promise<Result>,
): Promise<Result> {
  // Closed at once: a database that somebody is connected to cannot be copied.
  const client = new pg.Client({ connectionString: database.url });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

const books = (database: TestDatabase) =>
  inDatabase(database, async (client) => {
    const calls = await client.query(
      `select feature, prompt_version, count(*) as calls, sum(cost_usd)::text as usd
       from reporting.llm_calls group by 1, 2 order by 1, 2`,
    );
    const refused = await client.query(
      'select reason, count(*) as events from reporting.rejected_calls group by 1 order by 1',
    );
    return { calls: calls.rows, refused: refused.rows };
  });

async function newDatabase(template?: TestDatabase): Promise<TestDatabase> {
  const name = template && new URL(template.url).pathname.slice(1);
  const database = await createTestDatabase(name === undefined ? {} : { template: name });
  databases.push(database);
  return database;
}

test('restored to an earlier state, then delivered everything since and some from before: the same books', async () => {
  const events = demoCalls(NOW).slice(-2_000);
  const messages = Array.from({ length: events.length / MESSAGE_CALLS }, (_, index): Message => {
    const packed = events.slice(index * MESSAGE_CALLS, (index + 1) * MESSAGE_CALLS);
    return {
      messageId: randomUUID(),
      body: JSON.stringify({ v: 1, events: [...packed, { broken: index }] }),
    };
  });
  const half = messages.length / 2;

  const original = await newDatabase();
  await inDatabase(original, (client) =>
    ensurePartitions(client, NOW, { monthsBack: 3, monthsAhead: 1 }),
  );
  parameters.set('/database-url', original.runtimeUrl);
  let running = await startIngest();
  await ingest(running, messages.slice(0, half));
  // Its connection must be gone before the copy, which stands for a dump or a point in time.
  await running.stop();
  await expect.poll(() => connections(original)).toBe(0);
  const restored = await newDatabase(original);

  running = await startIngest();
  await ingest(running, messages.slice(half));
  await running.stop();
  const expected = await books(original);
  expect(expected.refused).toEqual([{ reason: 'ts_missing', events: String(messages.length) }]);

  parameters.set('/database-url', restored.runtimeUrl);
  running = await startIngest();
  expect(await books(restored)).not.toEqual(expected);
  await ingest(running, messages.slice(half - 3));
  await ingest(running, messages.slice(-2));
  await running.stop();
  expect(await books(restored)).toEqual(expected);
}, 120_000);

async function connections(database: TestDatabase): Promise<number> {
  const url = Object.assign(new URL(database.url), { pathname: 'postgres' }).href;
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  const { rows } = await client.query<{ sessions: number }>(
    'select count(*)::int as sessions from pg_stat_activity where datname = $1',
    [new URL(database.url).pathname.slice(1)],
  );
  await client.end();
  return rows[0]?.sessions ?? 0;
}
