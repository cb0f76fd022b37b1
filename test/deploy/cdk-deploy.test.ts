/** The real `npx cdk deploy`, its first time and all that comes after, against an AWS on loopback that runs what it gets. */
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  CloudFormationClient,
  DescribeStackEventsCommand,
  DescribeStackResourcesCommand,
  DescribeStacksCommand,
  type StackEvent,
} from '@aws-sdk/client-cloudformation';
import { ListQueuesCommand, SendMessageCommand } from '@aws-sdk/client-sqs';
import pg from 'pg';
import { afterAll, beforeAll, expect, onTestFinished, test, vi } from 'vitest';
import { LOCAL_CREDENTIALS } from '../../local/functions/sandbox-environment.ts';
import { Teardown } from '../../local/teardown.ts';
import { createTestDatabase, type TestDatabase } from '../support/postgres.ts';
import { sharedAssembly } from '../support/shared-assembly.ts';
import { addMigration, copyAssembly } from './assembly-with-migration.ts';
import { type CdkRun, startCdk } from './run-cdk.ts';
import { copyRepository } from './scratch-copy.ts';
import { type LoopbackAws, startLoopbackAws } from './start-loopback-aws.ts';

/** A slow machine that does other things too; nothing is asserted about it. */
const PATIENCE_MS = 300_000;

const MIGRATE = 'Tricost-MigrateFunction';
const TRIGGER = /^MigrateOnDeploy/;
const WEBHOOK_URL = 'https://hooks.slack.com/services/not/called/here';

const teardown = new Teardown();
let root: string;
let repository: string;
/** Holds the app as it is, synthesized. */
let synthesized: string;
let aws: LoopbackAws;
let database: TestDatabase;
let cloudFormation: CloudFormationClient;
let queueUrl: string;
/** Number of the newest migration of the repository. */
let newest: number;

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'tricost-deploy-'));
  teardown.add(() => rm(root, { recursive: true }));
  repository = join(root, 'repository');
  await copyRepository(repository);
  synthesized = join(root, 'synthesized');
  await copyAssembly(await sharedAssembly(), synthesized);
  await mkdir(join(root, 'home'));
  const migrations = await readdir(join(repository, 'sql/migrations'));
  newest = Math.max(...migrations.map((name) => Number.parseInt(name, 10)));
  database = await createTestDatabase({ template: 'template0' });
  teardown.add(() => database.drop());
  aws = await startLoopbackAws(join(root, 'aws'), teardown, () => {});
  aws.parameters.set('/tricost/database-url/runtime', database.runtimeUrl);
  aws.parameters.set('/tricost/slack-webhook-url', WEBHOOK_URL);
  const { endpoint, region } = aws;
  cloudFormation = new CloudFormationClient({ endpoint, region, credentials: LOCAL_CREDENTIALS });
  teardown.add(async () => cloudFormation.destroy());
}, PATIENCE_MS);

afterAll(() => teardown.run(), PATIENCE_MS);

/** In the copy of the repository as a person types it, with build and synthesis; elsewhere what is prepared there. */
function cdk(directory: string, ...args: string[]): Promise<CdkRun> {
  const { endpoint, region } = aws;
  const start = directory === repository ? 'npx' : 'direct';
  const run = startCdk({ start, directory, endpoint, region, home: join(root, 'home') }, args);
  onTestFinished(run.stop);
  return run.ended;
}

const deploy = (directory: string) =>
  cdk(directory, 'deploy', '--require-approval', 'never', '--outputs-file', 'outputs.json');

const migrationName = (number: number, slug: string) =>
  `${String(number).padStart(4, '0')}.do.${slug}.sql`;

/** The stack by name, or by id when it is gone. */
async function stack(name = 'Tricost') {
  const { Stacks: [found] = [] } = await cloudFormation.send(
    new DescribeStacksCommand({ StackName: name }),
  );
  return found;
}

/** Oldest first. */
async function events(): Promise<StackEvent[]> {
  const { StackEvents: found = [] } = await cloudFormation.send(
    new DescribeStackEventsCommand({ StackName: 'Tricost' }),
  );
  return found.reverse();
}

/** `status logical id` of what happened to resources after the given event. */
async function eventsAfter(earlier: readonly StackEvent[]): Promise<string[]> {
  return (await events())
    .slice(earlier.length)
    .filter(({ ResourceType: type }) => type !== 'AWS::CloudFormation::Stack')
    .map(({ ResourceStatus: status, LogicalResourceId: id }) => `${status} ${id}`);
}

let published = 0;

/** Publishes a call and returns its id. */
async function publish(): Promise<string> {
  published += 1;
  const eventId = `019ab0f4-7d00-7cc3-8a5e-${String(published).padStart(12, '0')}`;
  const call = {
    event_id: eventId,
    ts: new Date().toISOString(),
    user_id: 'u_1',
    feature: 'support.reply',
    provider: 'openai',
    model: 'gpt-5-mini',
    usage: { input_tokens: 1_000, output_tokens: 100 },
    status: 'ok',
    latency_ms: 640,
  };
  const body = JSON.stringify(call);
  await aws.sqs.send(new SendMessageCommand({ QueueUrl: queueUrl, MessageBody: body }));
  return eventId;
}

async function stored(eventId: string): Promise<void> {
  const statement = 'select from reporting.llm_calls where event_id = $1';
  await vi.waitFor(
    async () => expect((await database.query(statement, [eventId])).rowCount).toBe(1),
    { timeout: PATIENCE_MS, interval: 100 },
  );
}

async function exists(table: string): Promise<boolean> {
  const { rows } = await database.query<{ found: boolean }>(
    'select to_regclass($1) is not null as found',
    [table],
  );
  return rows[0]?.found === true;
}

async function schemaVersion(): Promise<number> {
  const { rows } = await database.query<{ version: string }>(
    'select max(version) as version from tricost.schema_migrations',
  );
  return Number(rows[0]?.version);
}

const migrateRuns = () => aws.resources.functions.get(MIGRATE).invocations;

/** Keeps migrations waiting for their lock, until released. */
async function holdMigrations(): Promise<{ reached(): Promise<void>; release(): Promise<void> }> {
  const holder = new pg.Client({ connectionString: database.url });
  await holder.connect();
  await holder.query("select pg_advisory_lock(hashtextextended('tricost.migrate', 0))");
  let ended: Promise<void> | undefined;
  const release = () => {
    ended ??= holder.end();
    return ended;
  };
  onTestFinished(release);
  return {
    release,
    reached: () =>
      vi.waitFor(
        async () => {
          // Of this database: the server's other ones have migrations of their own.
          const waiting = `select from pg_locks where locktype = 'advisory' and not granted
            and database = (select oid from pg_database where datname = current_database())`;
          expect((await database.query(waiting)).rowCount).toBe(1);
        },
        { timeout: PATIENCE_MS, interval: 50 },
      ),
  };
}

test(
  'a first deploy without a parameter says which one, how to make it, and rolls back',
  async () => {
    const { code, output } = await deploy(synthesized);
    expect(code).toBe(1);
    const sentence =
      'the SSM parameter /tricost/database-url/migrate does not exist; create it with `aws ssm put-parameter --type SecureString --name /tricost/database-url/migrate --value …` (docs/how-to/deploy.md)';
    expect(output).toContain(`Message returned: Error: ${sentence}\n`);
    const failures = (await events()).filter(({ ResourceStatus: status }) =>
      status?.endsWith('_FAILED'),
    );
    expect(failures.map(({ LogicalResourceId: id }) => id)).toEqual([
      expect.stringMatching(TRIGGER),
    ]);
    // Once: a trace would begin with it again.
    expect(failures[0]?.ResourceStatusReason?.split(sentence)).toHaveLength(2);
    expect((await stack())?.StackStatus).toBe('ROLLBACK_COMPLETE');
    const { StackResources: left } = await cloudFormation.send(
      new DescribeStackResourcesCommand({ StackName: 'Tricost' }),
    );
    expect(left).toEqual([]);
    expect((await aws.sqs.send(new ListQueuesCommand())).QueueUrls ?? []).toEqual([]);
  },
  PATIENCE_MS,
);

test(
  'a deploy after that migrates, then makes what needs the schema, and stores a call',
  async () => {
    aws.parameters.set('/tricost/database-url/migrate', database.url);
    aws.parameters.set('/tricost/database-url/runtime', database.runtimeUrl);
    aws.parameters.set('/tricost/slack-webhook-url', WEBHOOK_URL);
    const failed = (await stack())?.StackId ?? '';
    const hold = await holdMigrations();
    const running = deploy(synthesized);

    await hold.reached();
    const { StackResources: soFar = [] } = await cloudFormation.send(
      new DescribeStackResourcesCommand({ StackName: 'Tricost' }),
    );
    const ids = (type: string) =>
      soFar.filter((found) => found.ResourceType === type).map((found) => found.LogicalResourceId);
    expect(ids('Custom::Trigger')).toEqual([expect.stringMatching(TRIGGER)]);
    expect(ids('AWS::Lambda::Function').sort()).toEqual([
      expect.stringMatching(/^AWSCDKTrigger/),
      expect.stringMatching(/^MigrateFunction/),
    ]);
    expect(ids('AWS::Lambda::EventSourceMapping')).toEqual([]);
    expect(ids('AWS::Scheduler::Schedule')).toEqual([]);
    await hold.release();

    const { code, output } = await running;
    expect(output).toContain('✅  Tricost');
    expect(code).toBe(0);
    // One that could not be made is deleted first.
    expect((await stack(failed))?.StackStatus).toBe('DELETE_COMPLETE');
    const deployed = await stack();
    expect(deployed?.StackStatus).toBe('CREATE_COMPLETE');
    expect(await schemaVersion()).toBe(newest);
    expect(migrateRuns()).toBe(1);

    const { Tricost: printed } = JSON.parse(
      await readFile(join(synthesized, 'outputs.json'), 'utf8'),
    ) as {
      Tricost: Record<string, string>;
    };
    expect(printed).toEqual(
      Object.fromEntries(
        (deployed?.Outputs ?? []).map(({ OutputKey: name, OutputValue: value }) => [name, value]),
      ),
    );
    for (const [name, value] of Object.entries(printed)) {
      expect(output).toContain(`Tricost.${name} = ${value}`);
    }
    queueUrl = printed['QueueUrl'] ?? '';
    await stored(await publish());
  },
  PATIENCE_MS,
);

test(
  'a deploy without changes runs nothing again',
  async () => {
    const before = await events();
    const { code, output } = await deploy(synthesized);
    expect(code).toBe(0);
    expect(output).toContain('✅  Tricost (no changes)');
    expect(migrateRuns()).toBe(1);
    expect(await events()).toEqual(before);
  },
  PATIENCE_MS,
);

test(
  'a new migration updates nothing but itself, and calls are stored meanwhile',
  async () => {
    const name = migrationName(newest + 1, 'first-of-a-fork');
    const sql = 'create table tricost.first_of_a_fork (id int);';
    await writeFile(join(repository, 'sql/migrations', name), sql);
    const before = await events();
    const hold = await holdMigrations();
    const running = deploy(repository);

    await hold.reached();
    await stored(await publish());
    expect(await exists('tricost.first_of_a_fork')).toBe(false);
    await hold.release();

    const { code, output } = await running;
    expect(output).toContain('✅  Tricost');
    expect(code).toBe(0);
    expect(await exists('tricost.first_of_a_fork')).toBe(true);
    expect(migrateRuns()).toBe(2);
    const changed = await eventsAfter(before);
    const short = changed.map((event) => event.replace(/(CurrentVersion)?[0-9A-F]{8}.*$/, '$1'));
    expect(short).toEqual([
      'UPDATE_IN_PROGRESS MigrateFunction',
      'UPDATE_COMPLETE MigrateFunction',
      'CREATE_IN_PROGRESS MigrateFunctionCurrentVersion',
      'CREATE_COMPLETE MigrateFunctionCurrentVersion',
      'UPDATE_IN_PROGRESS MigrateOnDeploy',
      'UPDATE_COMPLETE MigrateOnDeploy',
      'DELETE_IN_PROGRESS MigrateFunctionCurrentVersion',
      'DELETE_COMPLETE MigrateFunctionCurrentVersion',
    ]);
  },
  PATIENCE_MS,
);

test(
  'a failing migration says why, changes nothing, and the version before works on',
  async () => {
    const place = join(root, 'failing');
    await copyAssembly(join(repository, 'cdk.out'), place);
    await addMigration(place, {
      name: migrationName(newest + 2, 'failing'),
      sql: 'create table tricost.before_the_mistake (id int);\ncreate tabel tricost.mistake (id int);',
    });
    const { code, output } = await deploy(place);
    expect(code).toBe(1);
    expect(output).toMatch(/Message returned: Error: .*syntax error at or near "tabel"/);
    expect((await stack())?.StackStatus).toBe('UPDATE_ROLLBACK_COMPLETE');
    expect(await schemaVersion()).toBe(newest + 1);
    expect(await exists('tricost.before_the_mistake')).toBe(false);
    // Once with the mistake, and once more with the code of before: CloudFormation updates the trigger back.
    expect(migrateRuns()).toBe(4);
  },
  PATIENCE_MS,
);

test(
  'the mistake mended, a deploy succeeds',
  async () => {
    const place = join(root, 'mended');
    await copyAssembly(join(repository, 'cdk.out'), place);
    await addMigration(place, {
      name: migrationName(newest + 2, 'mended'),
      sql: 'create table tricost.mended (id int);',
    });
    // Of the stack that was rolled back; nothing of what follows touches the function that stores it.
    const afterRollback = await publish();
    const { code, output } = await deploy(place);
    expect(output).toContain('✅  Tricost');
    expect(code).toBe(0);
    expect((await stack())?.StackStatus).toBe('UPDATE_COMPLETE');
    expect(await exists('tricost.mended')).toBe(true);
    await stored(afterRollback);
  },
  PATIENCE_MS,
);

test(
  'a destroy leaves the calls and nothing else',
  async () => {
    const id = (await stack())?.StackId ?? '';
    const { code, output } = await cdk(join(root, 'mended'), 'destroy', '--force');
    expect(output).toContain('✅  Tricost: destroyed');
    expect(code).toBe(0);
    expect((await stack(id))?.StackStatus).toBe('DELETE_COMPLETE');
    await expect(stack()).rejects.toThrow('Stack with id Tricost does not exist');
    expect((await aws.sqs.send(new ListQueuesCommand())).QueueUrls ?? []).toEqual([]);
    expect(aws.resources.functions.find(MIGRATE)).toBeUndefined();
    const { rows } = await database.query<{ calls: string }>(
      'select count(*) as calls from reporting.llm_calls',
    );
    expect(rows).toEqual([{ calls: '3' }]);
  },
  PATIENCE_MS,
);
