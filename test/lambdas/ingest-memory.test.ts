/** The bundled ingest function in a process of its own, given as much as one invocation can carry. */
import { randomBytes, randomUUID } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { zstdCompressSync } from 'node:zlib';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { connect } from '../../adapters/postgres/connect.ts';
import { ensurePartitions } from '../../adapters/postgres/create-partitions.ts';
import { demoCalls } from '../../local/demo/traffic.ts';
import { Sandbox } from '../../local/functions/sandbox.ts';
import { createTestDatabase, type TestDatabase } from '../support/postgres.ts';
import type { LoopbackServer } from './loopback-server.ts';
import { startParameterStore } from './parameter-store.ts';

const HANDLER = fileURLToPath(
  new URL('../../dist/lambdas/ingest-calls/handler.mjs', import.meta.url),
);
const NOW = new Date();
const CALLS = demoCalls(NOW);

/** Half of the function's memory: the other half is for what no test thinks of. */
const RESIDENT_LIMIT_MB = 256;
const MEGABYTE = 1024 * 1024;

let database: TestDatabase;
let store: LoopbackServer;
let taskRoot: string;

beforeAll(async () => {
  database = await createTestDatabase();
  const owner = await connect({ connectionString: database.url, applicationName: 'test' });
  await ensurePartitions(owner, NOW, { monthsBack: 3, monthsAhead: 0 });
  await owner.end();
  store = await startParameterStore(new Map([['/database-url', database.runtimeUrl]]));
  taskRoot = await mkdtemp(join(tmpdir(), 'tricost-memory-'));
  // The answer says how large the process has been.
  await writeFile(
    join(taskRoot, 'handler.mjs'),
    `import { handler as ingest } from '${pathToFileURL(HANDLER)}';
     export const handler = async (event, context) => ({
       ...(await ingest(event, context)), maxRssKb: process.resourceUsage().maxRSS });`,
  );
});

afterAll(async () => {
  await Promise.all([store.stop(), database.drop(), rm(taskRoot, { recursive: true })]);
});

async function ingest(bodies: string[]) {
  const lines: string[] = [];
  const sandbox = await Sandbox.start({
    functionArn: 'arn:aws:lambda:eu-west-1:000000000000:function:ingest',
    taskRoot,
    memoryMb: 512,
    // Memory is what is measured, on however slow a machine.
    timeoutSeconds: 600,
    log: (line) => lines.push(line),
    environment: {
      _HANDLER: 'handler.handler',
      LAMBDA_TASK_ROOT: taskRoot,
      // As the template has it: see test/lib/ingest-calls.test.ts.
      NODE_OPTIONS: '--max-semi-space-size=8',
      AWS_REGION: 'eu-west-1',
      AWS_ACCESS_KEY_ID: 'test',
      AWS_SECRET_ACCESS_KEY: 'test',
      AWS_ENDPOINT_URL_SSM: store.url,
      TRICOST_DATABASE_URL_PARAMETER: '/database-url',
      TRICOST_DATABASE_CA: '',
      TRICOST_QUEUE_URL: 'http://127.0.0.1:1/000000000000/calls',
      TRICOST_NOTIFY_QUEUE_URL: 'http://127.0.0.1:1/000000000000/notify',
    },
  });
  try {
    const payload = JSON.stringify({ Records: bodies.map(toRecord) });
    const result = await sandbox.invoke(payload);
    const answer = JSON.parse(result.payload) as { batchItemFailures: []; maxRssKb: number };
    return {
      ...answer,
      error: result.error,
      bytes: Buffer.byteLength(payload),
      metrics: JSON.parse(lines.at(-1) ?? '{}') as unknown,
    };
  } finally {
    await sandbox.stop();
  }
}

const toRecord = (body: string, index: number) => ({
  messageId: `m${index}`,
  receiptHandle: '',
  body,
  attributes: { ApproximateReceiveCount: '1', SentTimestamp: String(NOW.getTime()) },
});

/** @param note makes the event larger without making the message so */
function packed(calls: number, note = ''): string {
  const events = Array.from({ length: calls }, (_, index) => ({
    ...CALLS[index % CALLS.length],
    event_id: randomUUID(),
    trace_id: randomBytes(64).toString('base64'),
    tags: { note },
  }));
  const data = zstdCompressSync(JSON.stringify({ v: 1, events })).toString('base64');
  return JSON.stringify({ v: 1, encoding: 'zstd', data });
}

test('a full invocation of compressed messages is stored within half of the memory', async () => {
  // One message inflates to nearly 16 MiB, the others carry a few hundred calls each.
  const bodies = [
    packed(19_500, 'x'.repeat(250)),
    ...Array.from({ length: 99 }, () => packed(140)),
  ];
  const { bytes, error, batchItemFailures, metrics, maxRssKb } = await ingest(bodies);
  expect(bytes).toBeGreaterThan(5 * MEGABYTE);
  expect(bytes).toBeLessThan(6 * MEGABYTE);
  expect(error).toBeUndefined();
  expect(batchItemFailures).toEqual([]);
  expect(metrics).toMatchObject({ Messages: 100, Stored: 33_360, Duplicate: 0, Rejected: 0 });
  expect(maxRssKb / 1024).toBeLessThan(RESIDENT_LIMIT_MB);
}, 300_000);
