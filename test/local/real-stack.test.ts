/** Edits nothing but the template of the real stack and sees the local run change or fail, as a deploy would. */
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { GetQueueAttributesCommand, SendMessageBatchCommand } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, describe, expect, onTestFinished, test, vi } from 'vitest';
import type { Template, TemplateResource } from '../../local/assembly/template.ts';
import { type RunningStack, runAssembly } from '../../local/run-assembly.ts';
import { stackParameters } from '../../local/stack-parameters.ts';
import { createTestDatabase, type TestDatabase } from '../support/postgres.ts';
import { sharedAssembly } from '../support/shared-assembly.ts';

let root: string;
let synthesized: string;
let database: TestDatabase;

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'tricost-real-'));
  synthesized = await sharedAssembly();
  database = await createTestDatabase({ template: 'template0' });
});

afterAll(async () => {
  await database?.drop();
  await rm(root, { recursive: true, force: true });
});

type Edit = (properties: Record<string, unknown>) => void;

interface Edited {
  stack: RunningStack;
  logDirectory: string;
}

/** By the beginning of a logical id and the type: what to do to the properties. */
type ResourceEdit = [logicalId: RegExp, type: string, edit: Edit];

/** For one test. */
async function start(...edits: ResourceEdit[]): Promise<Edited> {
  const running = await startEdited(...edits);
  onTestFinished(() => running.stack.stop());
  return running;
}

async function startEdited(...edits: ResourceEdit[]): Promise<Edited> {
  const directory = await copySynthesized();
  const path = join(directory, 'cdk.out', 'Tricost.template.json');
  const template = await readTemplate(directory);
  for (const [logicalId, type, edit] of edits) {
    edit(findResource(template, logicalId, type).Properties ?? {});
  }
  await writeFile(path, JSON.stringify(template));
  return run(directory, database);
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

async function run(
  directory: string,
  { url: ownerUrl, runtimeUrl }: TestDatabase,
): Promise<Edited> {
  const stack = await runAssembly({
    assemblyDirectory: join(directory, 'cdk.out'),
    stateDirectory: directory,
    parameters: (plan) =>
      stackParameters(plan, { ownerUrl, runtimeUrl, slackWebhookUrl: 'http://127.0.0.1:1/' }),
    onError: () => {},
  });
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

const set =
  (property: string, value: unknown): Edit =>
  (properties) => {
    properties[property] = value;
  };

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
  const { rowCount } = await database.query(sql, [ids.map((id) => event(id).event_id)]);
  return rowCount ?? 0;
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
      'reprice',
      'spend-alert',
    ]);
    for (const { name } of stack.plan.schedules) {
      expect(await stack.runSchedule(name, new Date())).not.toHaveProperty('error');
    }
  });
});

describe('an edit of the template alone', () => {
  let edited: Edited;

  beforeAll(async () => {
    edited = await startEdited(
      [/^IngestCallsQueue[0-9A-F]{8}$/, QUEUE, set('VisibilityTimeout', 1234)],
      [/^SpendAlert/, SCHEDULE, set('ScheduleExpression', 'cron(30 6 * * ? *)')],
      [/^IngestCalls/, MAPPING, set('BatchSize', 1)],
    );
  });

  afterAll(() => edited?.stack.stop());

  test('of a handler fails the start', async () => {
    const edit = set('Handler', 'handler.main');
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
    const { stack } = edited;
    const { Attributes } = await stack.sqs.send(
      new GetQueueAttributesCommand({
        QueueUrl: stack.plan.outputs['QueueUrl'],
        AttributeNames: ['VisibilityTimeout'],
      }),
    );
    expect(Attributes?.['VisibilityTimeout']).toBe('1234');
  });

  test('of a cron expression changes when the schedule runs, or fails', async () => {
    const schedule = edited.stack.plan.schedules.find(({ name }) => name === 'spend-alert');
    const after = new Date('2026-05-05T07:00:00Z');
    expect(schedule?.recurrence.next(after, after)).toEqual(new Date('2026-05-06T06:30:00Z'));
    const refused = set('ScheduleExpression', 'cron(30 6 * * * *)');
    await expect(start([/^SpendAlert/, SCHEDULE, refused])).rejects.toThrow(
      /SpendAlertJobSchedule.*ScheduleExpression is refused/,
    );
  });

  test('of the batch size changes what an invocation gets', async () => {
    const ids = [11, 12, 13, 14];
    await publish(edited, ids);
    await vi.waitFor(async () => expect(await stored(ids)).toBe(4), {
      timeout: 60_000,
      interval: 100,
    });
    await vi.waitFor(async () => expect(await batchSizes(edited)).toEqual([1, 1, 1, 1]));
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
  const fresh = await createTestDatabase({ template: 'template0' });
  onTestFinished(() => fresh.drop());
  await expect(run(directory, fresh)).rejects.toThrow(
    /trigger MigrateOnDeploy.* failed: Tricost-MigrateFunction/,
  );
});
