/** Edits nothing but the template of the real stack and sees the local run change or fail, as a deploy would. */
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { GetQueueAttributesCommand, SendMessageBatchCommand } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, describe, expect, onTestFinished, test, vi } from 'vitest';
import { connect } from '../../adapters/postgres/connect.ts';
import type { Template, TemplateResource } from '../../local/assembly/template.ts';
import { type LocalDatabase, startLocalDatabase } from '../../local/postgres/local-database.ts';
import { type RunningStack, runAssembly } from '../../local/run-assembly.ts';
import { stackParameters } from '../../local/stack-parameters.ts';
import { synthesize } from '../../local/synthesize.ts';

let root: string;
let synthesized: string;
let database: LocalDatabase;

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'tricost-real-'));
  synthesized = join(root, 'cdk.out');
  await synthesize(synthesized);
  database = await startLocalDatabase({ stateDirectory: root });
}, 120_000);

afterAll(async () => {
  await database?.stop();
  await rm(root, { recursive: true, force: true });
});

type Edit = (properties: Record<string, unknown>) => void;

interface Edited {
  stack: RunningStack;
  logDirectory: string;
}

/** @param edits by the beginning of a logical id and the type: what to do to the properties */
async function start(...edits: [logicalId: RegExp, type: string, edit: Edit][]): Promise<Edited> {
  const directory = await copySynthesized();
  const path = join(directory, 'cdk.out', 'Tricost.template.json');
  const template = await readTemplate(directory);
  for (const [logicalId, type, edit] of edits) {
    edit(findResource(template, logicalId, type).Properties ?? {});
  }
  await writeFile(path, JSON.stringify(template));
  return run(directory, database.ownerUrl);
}

async function copySynthesized(): Promise<string> {
  const directory = await mkdtemp(join(root, 'edited-'));
  await cp(synthesized, join(directory, 'cdk.out'), { recursive: true });
  return directory;
}

async function readTemplate(directory: string): Promise<Template> {
  const path = join(directory, 'cdk.out', 'Tricost.template.json');
  return JSON.parse(await readFile(path, 'utf8')) as Template;
}

async function run(directory: string, ownerUrl: string): Promise<Edited> {
  const { runtimeUrl } = database;
  const stack = await runAssembly({
    assemblyDirectory: join(directory, 'cdk.out'),
    stateDirectory: directory,
    parameters: (plan) =>
      stackParameters(plan, { ownerUrl, runtimeUrl, slackWebhookUrl: 'http://127.0.0.1:1/' }),
    afterTriggers: () => database.allowRuntimeLogin(),
    onError: () => {},
  });
  onTestFinished(() => stack.stop());
  return { stack, logDirectory: join(directory, 'logs') };
}

function findResource(template: Template, logicalId: RegExp, type: string): TemplateResource {
  const found = Object.entries(template.Resources).filter(
    ([id, resource]) => logicalId.test(id) && resource.Type === type,
  );
  const [first] = found;
  if (first === undefined || found.length > 1)
    throw new Error(`${found.length} match ${logicalId}`);
  return first[1];
}

const FUNCTION = 'AWS::Lambda::Function';
const QUEUE = 'AWS::SQS::Queue';
const MAPPING = 'AWS::Lambda::EventSourceMapping';
const SCHEDULE = 'AWS::Scheduler::Schedule';

const event = (index: number) => ({
  v: 1,
  event_id: `00000000-0000-4000-8000-${String(index).padStart(12, '0')}`,
  ts: new Date(Math.floor(Date.now() / 1000) * 1000 - 60_000).toISOString(),
  user_id: 'u1',
  feature: 'support.reply',
  provider: 'openai',
  model: 'gpt-4o-mini',
  usage: { input_tokens: 10, output_tokens: 5 },
  status: 'ok',
  latency_ms: 5,
});

async function publish({ stack }: Edited, ids: number[]): Promise<void> {
  await stack.sqs.send(
    new SendMessageBatchCommand({
      QueueUrl: stack.plan.outputs['QueueUrl'],
      Entries: ids.map((id) => ({ Id: `${id}`, MessageBody: JSON.stringify(event(id)) })),
    }),
  );
}

/** How many messages each invocation of ingest-calls got, from the metric it prints. */
async function batchSizes({ logDirectory }: Edited): Promise<number[]> {
  const log = await readFile(join(logDirectory, 'Tricost-IngestCallsFunction.log'), 'utf8');
  return [...log.matchAll(/"Messages":\[?(\d+)/g)].map(([, count]) => Number(count));
}

async function stored(ids: number[]): Promise<number> {
  const sql = 'select from tricost.llm_calls where event_id = any($1)';
  return (await query(sql, [ids.map((id) => event(id).event_id)])) ?? 0;
}

/** Returns the number of rows. */
async function query(sql: string, values: unknown[] = []): Promise<number | null> {
  const client = await connect({ connectionString: database.ownerUrl, applicationName: 'test' });
  try {
    return (await client.query(sql, values)).rowCount;
  } finally {
    await client.end();
  }
}

describe('the real stack, as it is', () => {
  test('migrates, stores published calls as the runtime role, and runs its schedules', async () => {
    const running = await start();
    await publish(running, [1, 2, 3]);
    await vi.waitFor(async () => expect(await stored([1, 2, 3])).toBe(3), {
      timeout: 60_000,
      interval: 100,
    });
    const { stack } = running;
    expect(stack.plan.schedules.map(({ name }) => name).sort()).toEqual([
      'create-partitions',
      'spend-alert',
    ]);
    for (const { name } of stack.plan.schedules) {
      expect(await stack.runSchedule(name, new Date())).not.toHaveProperty('error');
    }
  });
});

describe('an edit of the template alone', () => {
  test('of a handler fails the start', async () => {
    const edit: Edit = (properties) => {
      properties['Handler'] = 'handler.main';
    };
    await expect(start([/^SpendAlert/, FUNCTION, edit])).rejects.toThrow(
      /Tricost-SpendAlertJobFunction cannot be loaded \(handler handler\.main\): Runtime\.HandlerNotFound/,
    );
  });

  test('that loses an environment variable fails the start and names it', async () => {
    const edit: Edit = ({ Environment: environment }) => {
      delete (environment as { Variables: Record<string, unknown> }).Variables['TRICOST_QUEUE_URL'];
    };
    await expect(start([/^IngestCalls/, FUNCTION, edit])).rejects.toThrow(
      /Tricost-IngestCallsFunction cannot be loaded .* TRICOST_QUEUE_URL is not set/,
    );
  });

  test('of the migration function fails the start with the error of the trigger', async () => {
    const edit: Edit = ({ Environment: environment }) => {
      const { Variables: variables } = environment as { Variables: Record<string, unknown> };
      variables['TRICOST_PARTITION_MONTHS_BACK'] = 'three';
    };
    await expect(start([/^Migrate/, FUNCTION, edit])).rejects.toThrow(
      /Tricost-MigrateFunction .*TRICOST_PARTITION_MONTHS_BACK must be a number, got three/,
    );
  });

  test('of the visibility timeout changes the queue', async () => {
    const edit: Edit = (properties) => {
      properties['VisibilityTimeout'] = 1234;
    };
    const { stack } = await start([/^IngestCallsQueue[0-9A-F]{8}$/, QUEUE, edit]);
    const { Attributes } = await stack.sqs.send(
      new GetQueueAttributesCommand({
        QueueUrl: stack.plan.outputs['QueueUrl'],
        AttributeNames: ['VisibilityTimeout'],
      }),
    );
    expect(Attributes?.['VisibilityTimeout']).toBe('1234');
  });

  test('of a cron expression changes when the schedule runs, or fails', async () => {
    const edit =
      (expression: string): Edit =>
      (properties) => {
        properties['ScheduleExpression'] = expression;
      };
    const { stack } = await start([/^SpendAlert/, SCHEDULE, edit('cron(30 6 * * ? *)')]);
    const schedule = stack.plan.schedules.find(({ name }) => name === 'spend-alert');
    const after = new Date('2026-05-05T07:00:00Z');
    expect(schedule?.recurrence.next(after, after)).toEqual(new Date('2026-05-06T06:30:00Z'));
    await expect(start([/^SpendAlert/, SCHEDULE, edit('cron(30 6 * * * *)')])).rejects.toThrow(
      /SpendAlertJobSchedule.*ScheduleExpression is refused/,
    );
  });

  test('of the batch size changes what an invocation gets', async () => {
    const edit: Edit = (properties) => {
      properties['BatchSize'] = 1;
    };
    const running = await start([/^IngestCalls/, MAPPING, edit]);
    const ids = [11, 12, 13, 14];
    await publish(running, ids);
    await vi.waitFor(async () => expect(await stored(ids)).toBe(4), {
      timeout: 60_000,
      interval: 100,
    });
    await vi.waitFor(async () => expect(await batchSizes(running)).toEqual([1, 1, 1, 1]));
  });
});

test('SQL left out of the bundle fails the start', async () => {
  const directory = await copySynthesized();
  const { Properties: properties = {} } = findResource(
    await readTemplate(directory),
    /^Migrate/,
    FUNCTION,
  );
  const { S3Key: key } = properties['Code'] as { S3Key: string };
  const asset = join(directory, 'cdk.out', `asset.${key.replace('.zip', '')}`);
  await rm(join(asset, 'migrations'), { recursive: true });
  // Fresh, as for a migrated one an older bundle without its latest files is a rollback, which is right to succeed.
  await query('create database fresh');
  const fresh = new URL(database.ownerUrl);
  fresh.pathname = 'fresh';
  await expect(run(directory, fresh.toString())).rejects.toThrow(
    /trigger MigrateOnDeploy.* failed: Tricost-MigrateFunction/,
  );
});
