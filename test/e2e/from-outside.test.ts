/** The stack that `cdk deploy` would create, run here, and fed from outside with everything the contract names. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import { SendMessageBatchCommand, SendMessageCommand } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { connect } from '../../adapters/postgres/connect.ts';
import { queueDepth } from '../../adapters/sqs/queue-depth.ts';
import { deliverTest } from '../../cli/alerts-test/deliver.ts';
import { examine } from '../../cli/doctor/examine.ts';
import type { LlmCall } from '../../domain/contract/llm-call.ts';
import type { Finding } from '../../domain/doctor/finding.ts';
import { type LocalTricost, startTricost } from '../../local/start-tricost.ts';
import { Teardown } from '../../local/teardown.ts';
import { runTricost } from '../cli/run-tricost.ts';
import { refusedEvents, refusedMessages } from '../domain/ingest-calls/rejection-cases.ts';
import { createTestDatabase, type TestDatabase } from '../support/postgres.ts';
import { sharedAssembly } from '../support/shared-assembly.ts';

const START_TIMEOUT_MS = 120_000;
const VALID = 1_000;
const TWICE = 50;
/** Three months before the current one, as tricost.config.json has it by default. */
const OLDEST = new Date();
OLDEST.setUTCMonth(OLDEST.getUTCMonth() - 3, 1);
OLDEST.setUTCHours(0, 0, 0, 0);

const teardown = new Teardown();
const problems: string[] = [];
let database: TestDatabase;
let directory: string;
let tricost: LocalTricost;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'tricost-e2e-'));
  teardown.add(() => rm(directory, { recursive: true }));
  database = await createTestDatabase({ template: 'template0' });
  teardown.add(() => database.drop());
  tricost = await startTricost({
    assemblyDirectory: await sharedAssembly(),
    stateDirectory: directory,
    databaseUrl: database.url,
    teardown,
    onProgress: () => {},
    onError: (name, problem) => problems.push(`${name}: ${problem}`),
    onFatal: (problem) => problems.push(problem),
  });
}, START_TIMEOUT_MS);

afterAll(() => teardown.run(), START_TIMEOUT_MS);

let nextId = 0;

function call(fields: Partial<LlmCall> = {}): LlmCall {
  nextId += 1;
  return {
    event_id: `019ab0f4-7d00-7cc3-8a5e-${String(nextId).padStart(12, '0')}`,
    ts: new Date(Date.now() - nextId * 60_000).toISOString(),
    user_id: `u_${nextId % 17}`,
    feature: `feature.${nextId % 5}`,
    prompt_id: `p_${nextId % 3}`,
    provider: 'openai',
    model: 'gpt-5-mini',
    usage: { prompt_tokens: 1_000, completion_tokens: 100, total_tokens: 1_100 },
    status: 'ok',
    latency_ms: 640,
    ...fields,
  };
}

/** Every form that a body may have, each holding the given calls. */
const FORMS: ((calls: LlmCall[]) => string[])[] = [
  (calls) => calls.map((event) => JSON.stringify(event)),
  (calls) => [JSON.stringify(calls)],
  (calls) => [JSON.stringify({ v: 1, events: calls })],
  (calls) => [
    JSON.stringify({ v: 1, producer_id: 'e2e', sequence: nextId, dropped: 0, events: calls }),
  ],
  (calls) => [compressed('gzip', gzipSync(JSON.stringify({ v: 1, events: calls })))],
  (calls) => [compressed('zstd', zstdCompressSync(JSON.stringify(calls)))],
  (calls) =>
    calls.map((data) =>
      JSON.stringify({
        specversion: '1.0',
        id: data.event_id,
        source: 'e2e',
        type: 'llm.call',
        data,
      }),
    ),
];

function compressed(encoding: string, data: Buffer): string {
  return JSON.stringify({ v: 1, encoding, data: data.toString('base64') });
}

async function send(bodies: string[]): Promise<void> {
  const { stack, file } = tricost;
  for (let start = 0; start < bodies.length; start += 10) {
    const entries = bodies
      .slice(start, start + 10)
      .map((body, index) => ({ Id: String(index), MessageBody: body }));
    const { Failed } = await stack.sqs.send(
      new SendMessageBatchCommand({ QueueUrl: file.queueUrl, Entries: entries }),
    );
    expect(Failed ?? []).toEqual([]);
  }
}

async function messagesLeft(): Promise<number> {
  const { stack, file } = tricost;
  const depths = await Promise.all(
    [file.queueUrl, file.dlqUrl].map((url) => queueDepth(stack.sqs, url)),
  );
  return depths.reduce((sum, depth) => sum + depth, 0);
}

describe('a thousand calls in every form, fifty of them twice, and every kind of broken body', () => {
  test('become a thousand rows, one rejected row each, and nothing is left', async () => {
    const calls = Array.from({ length: VALID }, () => call());
    const groups = Array.from({ length: 70 }, (_, index) =>
      calls.filter((_call, position) => position % 70 === index),
    );
    const bodies = groups.flatMap((group, index) => FORMS[index % FORMS.length]?.(group) ?? []);
    const again = calls.slice(0, TWICE).map((event) => JSON.stringify(event));
    const context = { now: new Date(Date.now() + 60_000), oldest: OLDEST };
    const brokenEvents = refusedEvents(call(), context);
    const brokenMessages = refusedMessages(call());
    const first = call();
    await send([
      ...bodies,
      ...again,
      ...brokenEvents.map(([, , event]) => JSON.stringify([event])),
      ...brokenMessages.map(([, , body]) => body).filter((body) => body !== ''),
      // The same id with another ts, in one body.
      JSON.stringify([first, { ...first, ts: new Date().toISOString() }]),
    ]);
    await vi.waitFor(async () => expect(await messagesLeft()).toBe(0), {
      timeout: 60_000,
      interval: 250,
    });

    const { rows: stored } = await database.query<{ feature: string; calls: string; usd: string }>(
      `select count(*) as calls, count(cost_usd) as priced, count(distinct event_id) as ids,
         sum(cost_usd) as usd from reporting.llm_calls`,
    );
    // 1,000 × (1,000 × $0.25 + 100 × $2.00) / 1,000,000, and the first of the two with one id.
    expect(stored).toEqual([{ calls: '1001', priced: '1001', ids: '1001', usd: '0.450450000000' }]);

    const { rows: rejected } = await database.query<{ reason: string; rejected: string }>(
      'select reason, count(*) as rejected from reporting.rejected_calls group by reason',
    );
    const expected = new Map<string, number>([['event_id_reused', 1]]);
    for (const [reason, , body] of [...brokenEvents, ...brokenMessages]) {
      // SQS itself refuses an empty body.
      if (body !== '') expected.set(reason, (expected.get(reason) ?? 0) + 1);
    }
    expect(new Map(rejected.map((row) => [row.reason, Number(row.rejected)]))).toEqual(expected);

    const ingest = tricost.stack.plan.functions.find(({ name }) => name.includes('IngestCalls'));
    const total = (metric: string) => tricost.stack.metrics.total(ingest?.name ?? '', metric);
    expect([total('Stored'), total('Duplicate'), total('Bugs'), total('Parked')]).toEqual([
      1_001, 50, 0, 0,
    ]);
    expect(problems).toEqual([]);
  }, 90_000);
});

describe('the command line, with real SDK clients against the stack’s endpoints', () => {
  const tricostOnAws = (...args: string[]) =>
    runTricost([...args, '--aws'], {
      env: {
        AWS_REGION: tricost.file.region,
        AWS_ACCESS_KEY_ID: 'test',
        AWS_SECRET_ACCESS_KEY: 'test',
        AWS_ENDPOINT_URL: tricost.file.awsEndpoint,
      },
    });

  test('lists the schedules', async () => {
    const { stdout } = await tricostOnAws('schedules', 'list');
    const next = /next \d{4}-\d\d-\d\dT/.source;
    expect(stdout).toMatch(
      new RegExp(`spend-alert +cron\\(0/15 8-11 \\* \\* \\? \\*\\) UTC +ENABLED  ${next}`),
    );
    expect(stdout).toMatch(/create-partitions {2}cron\(20 0 \* \* \? \*\) Etc\/UTC +ENABLED/);
  });

  test('runs one as of any moment', async () => {
    const at = new Date(Date.UTC(new Date().getUTCFullYear() + 1, 5, 1)).toISOString();
    const { code, stdout } = await tricostOnAws(
      'schedules',
      'run',
      'create-partitions',
      '--at',
      at,
    );
    expect(code).toBe(0);
    const { created } = JSON.parse(stdout) as { created: string[] };
    expect(created.at(-1)).toBe(`llm_calls_p${at.slice(0, 4)}_09`);
  });

  test('names those there are when asked for another', async () => {
    const { code, stderr } = await tricostOnAws('schedules', 'run', 'lunch');
    expect(code).toBe(1);
    expect(stderr).toBe(
      'tricost: there is no schedule lunch; there are: create-partitions, reprice, spend-alert\n',
    );
  });
});

describe('the running stack, looked at', () => {
  async function ailing(): Promise<string[]> {
    const findings: Finding[] = [];
    for await (const { findings: found } of examine({}, directory)) findings.push(...found);
    return findings
      .filter(({ state }) => state !== 'well' && state !== 'not-here')
      .map(({ check, state }) => `${check} ${state}`);
  }

  test('by the doctor, is well but for what was refused above', async () => {
    expect(await ailing()).toEqual(['rejected-calls warning']);
  });

  test('with a dead letter, is not', async () => {
    await tricost.stack.sqs.send(
      new SendMessageCommand({ QueueUrl: tricost.file.dlqUrl, MessageBody: 'dead' }),
    );
    expect(await ailing()).toEqual(['dead-letters mend', 'rejected-calls warning']);
  });

  test('delivers a test message, once, that names nobody', async () => {
    const client = await connect({ connectionString: database.url, applicationName: 'test' });
    try {
      const progress = await deliverTest({
        client,
        sqs: tricost.stack.sqs,
        notifyQueueUrl: tricost.file.outputs['NotifyQueueUrl'] ?? '',
        stack: undefined,
        team: undefined,
        onProgress: () => {},
        signal: new AbortController().signal,
      });
      expect(progress.state).toBe('delivered');
    } finally {
      await client.end();
    }
    const texts = tricost.inbox.messages().map(({ payload }) => payload.text);
    expect(texts.filter((text) => text?.includes('This is a test'))).toHaveLength(1);
    const { rows } = await database.query(
      `select split_part(dedupe_key, ':', 1) as kind, attempts from tricost.outbox where dedupe_key like 'alerts-test:%'`,
    );
    expect(rows).toEqual([{ kind: 'alerts-test', attempts: 1 }]);
  });
});
