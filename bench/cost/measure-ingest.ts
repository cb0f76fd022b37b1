/** What an invocation of the bundled ingest function takes, on an embedded Postgres on this machine. */
import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import type pg from 'pg';
import { ParameterStore } from '../../local/endpoints/parameter-store.ts';
import { startLoopbackServer } from '../../local/loopback-server.ts';
import { Teardown } from '../../local/teardown.ts';
import type { SerialisedCall } from '../../sdk/src/delivery/serialise-call.ts';
import { startBenchDatabase } from '../bench-database.ts';
import type { InvocationCost } from './invoke-bundle.ts';
import { compress, PACKED_CALLS, pack, SAMPLE_AT } from './sample.ts';

export interface IngestCost {
  per_invocation: TimeShare;
  per_message: TimeShare;
  per_event: TimeShare;
  /** Of a compressed message. */
  per_compressed_event: TimeShare;
  log_bytes_per_invocation: number;
  sent_to_postgres_bytes_per_event: number;
  bytes_per_row: number;
}

/** Microseconds. */
export interface TimeShare {
  cpu_us: number;
  wait_us: number;
}

const BUNDLE = fileURLToPath(
  new URL('../../dist/lambdas/ingest-calls/handler.mjs', import.meta.url),
);
const CHILD = fileURLToPath(new URL('invoke-bundle.ts', import.meta.url));
const REGION = 'us-east-1';
const WARM_UP = 3;
/** The event source's. */
const BATCH_MESSAGES = 100;
const COMPRESSED_MESSAGES = 12;

export async function measureIngest(
  calls: readonly SerialisedCall[],
  compressedCalls: number,
): Promise<IngestCost> {
  const teardown = new Teardown();
  try {
    const { runtimeUrl, owner } = await startBenchDatabase(SAMPLE_AT, teardown);
    return await measure(calls, compressedCalls, runtimeUrl, owner);
  } finally {
    await teardown.run();
  }
}

async function measure(
  calls: readonly SerialisedCall[],
  compressedCalls: number,
  databaseUrl: string,
  owner: pg.Client,
): Promise<IngestCost> {
  const single = ([call]: SerialisedCall[]) => call?.json ?? '';
  const shapes = [
    { messages: 1, size: 1, runs: 40, write: single },
    { messages: BATCH_MESSAGES, size: 1, runs: 20, write: single },
    { messages: BATCH_MESSAGES, size: PACKED_CALLS, runs: 7, write: pack },
    { messages: COMPRESSED_MESSAGES, size: compressedCalls, runs: 7, write: compress },
  ];
  const results: Measured[] = [];
  for (const { messages, size, runs, write } of shapes) {
    const batches = Array.from({ length: runs + WARM_UP }, () =>
      Array.from({ length: messages }, () => write(freshCalls(calls, size))),
    );
    results.push(median(await invoke(batches, databaseUrl)));
  }
  const [one, hundred, packed, compressed] = results;
  if (!one || !hundred || !packed || !compressed) throw new Error('a shape was not measured');

  // Three unknowns, three shapes: 1 message of 1 event, 100 of 1, 100 of 100.
  const packedEvents = BATCH_MESSAGES * PACKED_CALLS;
  const perEvent = difference(packed, hundred, packedEvents - BATCH_MESSAGES);
  const perMore = difference(hundred, one, BATCH_MESSAGES - 1);
  const perMessage = minus(perMore, perEvent);
  const perInvocation = minus(minus(one, perMessage), perEvent);
  const compressedEvents = COMPRESSED_MESSAGES * compressedCalls;
  const rest = minus(compressed, perInvocation);
  return {
    per_invocation: rounded(perInvocation),
    per_message: rounded(perMessage),
    per_event: rounded(perEvent),
    per_compressed_event: rounded(
      difference(minus(rest, times(perMessage, COMPRESSED_MESSAGES)), NOTHING, compressedEvents),
    ),
    log_bytes_per_invocation: Math.ceil(one.logBytes),
    sent_to_postgres_bytes_per_event: Math.ceil(packed.sentBytes / packedEvents),
    bytes_per_row: await bytesPerRow(owner),
  };
}

/** Microseconds, and bytes. */
interface Measured {
  cpuUs: number;
  waitUs: number;
  sentBytes: number;
  logBytes: number;
}

type Time = Pick<Measured, 'cpuUs' | 'waitUs'>;

const NOTHING: Time = { cpuUs: 0, waitUs: 0 };

function times({ cpuUs, waitUs }: Time, factor: number): Time {
  return { cpuUs: cpuUs * factor, waitUs: waitUs * factor };
}

function minus(a: Time, b: Time): Time {
  return { cpuUs: Math.max(0, a.cpuUs - b.cpuUs), waitUs: Math.max(0, a.waitUs - b.waitUs) };
}

function difference(more: Time, less: Time, by: number): Time {
  return times(minus(more, less), 1 / by);
}

function rounded({ cpuUs, waitUs }: Time): TimeShare {
  return { cpu_us: Math.ceil(cpuUs), wait_us: Math.ceil(waitUs) };
}

/** A call that is stored twice would cost less. */
function freshCalls(calls: readonly SerialisedCall[], size: number): SerialisedCall[] {
  const start = Math.floor(Math.random() * (calls.length - size));
  return calls.slice(start, start + size).map(({ json, bytes }) => ({
    json: json.replace(/"event_id":"[^"]*"/, `"event_id":"${randomUUID()}"`),
    bytes,
  }));
}

/** One process, warm after its first invocations, which are left out. */
async function invoke(batches: readonly string[][], databaseUrl: string): Promise<Measured[]> {
  const folder = await mkdtemp(join(tmpdir(), 'tricost-bench-'));
  const parameters = new ParameterStore();
  parameters.set('/database-url', databaseUrl);
  const aws = await startLoopbackServer(async (request) => parameters.answer(request));
  try {
    const file = join(folder, 'events');
    await writeFile(
      file,
      batches.map((bodies) => `${JSON.stringify(sqsEvent(bodies))}\n`).join(''),
    );
    const child = spawn(process.execPath, [CHILD, BUNDLE, file], {
      stdio: ['ignore', 'pipe', 'inherit', 'pipe'],
      env: {
        PATH: process.env['PATH'],
        AWS_REGION: REGION,
        AWS_ACCESS_KEY_ID: 'local',
        AWS_SECRET_ACCESS_KEY: 'local',
        AWS_ENDPOINT_URL_SSM: aws.url,
        AWS_ENDPOINT_URL_SQS: aws.url,
        TRICOST_DATABASE_URL_PARAMETER: '/database-url',
        TRICOST_DATABASE_CA: '',
        TRICOST_QUEUE_URL: `${aws.url}/queue`,
        TRICOST_NOTIFY_QUEUE_URL: `${aws.url}/notify`,
      },
    });
    const [log, report] = await Promise.all([
      text(child.stdout as Readable),
      text(child.stdio[3] as Readable),
    ]);
    const costs = report.split('\n').filter(Boolean);
    if (costs.length !== batches.length) throw new Error('the function did not store every batch');
    return costs.slice(WARM_UP).map((line) => {
      const { ms, cpuMs, sentBytes } = JSON.parse(line) as InvocationCost;
      return {
        cpuUs: cpuMs * 1_000,
        waitUs: Math.max(0, ms - cpuMs) * 1_000,
        sentBytes,
        logBytes: Buffer.byteLength(log) / batches.length,
      };
    });
  } finally {
    await aws.close();
    await rm(folder, { recursive: true });
  }
}

function sqsEvent(bodies: readonly string[]): object {
  return {
    Records: bodies.map((body) => ({
      messageId: randomUUID(),
      receiptHandle: 'receipt',
      body,
      attributes: { ApproximateReceiveCount: '1', SentTimestamp: String(Date.now()) },
      eventSource: 'aws:sqs',
    })),
  };
}

function median(measured: readonly Measured[]): Measured {
  const middle = (key: keyof Measured) =>
    measured.map((each) => each[key]).sort((a, b) => a - b)[Math.floor(measured.length / 2)] ?? 0;
  return {
    cpuUs: middle('cpuUs'),
    waitUs: middle('waitUs'),
    sentBytes: middle('sentBytes'),
    logBytes: middle('logBytes'),
  };
}

/** With its indexes, in the partitions that were filled. */
async function bytesPerRow(owner: pg.Client): Promise<number> {
  const { rows } = await owner.query<{ bytes: string; calls: string }>(
    `select sum(pg_total_relation_size(partition_oid)) as bytes, (select count(*) from tricost.llm_calls) as calls
     from tricost.llm_calls_partitions`,
  );
  return Math.ceil(Number(rows[0]?.bytes) / Number(rows[0]?.calls));
}
