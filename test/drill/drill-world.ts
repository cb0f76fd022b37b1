/** The running stack of the drill, what CloudWatch would know of it, and a shell for the runbook's commands. */

import { randomBytes } from 'node:crypto';
import { cp, mkdtemp, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PutParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import pg from 'pg';
import { vi } from 'vitest';
import { queueDepth } from '../../adapters/sqs/queue-depth.ts';
import { receiveMessages } from '../../adapters/sqs/receive-messages.ts';
import type { Template } from '../../local/assembly/template.ts';
import { EventSource } from '../../local/event-sources/event-source.ts';
import { type RunningStack, runAssembly } from '../../local/run-assembly.ts';
import { type SlackInbox, startSlackInbox } from '../../local/slack/inbox.ts';
import { stackParameters } from '../../local/stack-parameters.ts';
import { synthesize } from '../../local/synthesize.ts';
import { Teardown } from '../../local/teardown.ts';
import { runCommand } from '../cli/run-command.ts';
import { createTestDatabase, type TestDatabase } from '../support/postgres.ts';
import { type AlarmDefinition, type Facts, isRinging } from './alarm-state.ts';
import { DrillClock } from './drill-clock.ts';
import { shellWords } from './runbook.ts';

/** Code that fails on one model while a file lies beside it: a bug that is there until a fix is deployed. */
const PLANTED_BUG = `
import { existsSync } from 'node:fs';
export * from './real.mjs';
const parse = JSON.parse;
JSON.parse = (...args) => {
  const value = parse(...args);
  if (value?.model === 'drill-bug' && existsSync(new URL('planted-bug', import.meta.url)))
    Object.defineProperty(value, 'ts', { get() { throw new TypeError('planted bug'); } });
  return value;
};`;

export interface DrillWorld {
  stack: RunningStack;
  inbox: SlackInbox;
  database: TestDatabase;
  clock: DrillClock;
  alarms: ReadonlyMap<string, AlarmDefinition>;
  /** The login of the functions; its password can be changed. */
  runtime: { login: string; url: string };
  functionName(prefix: string): string;
  /** Whether the event source of the calls is enabled. */
  takeCalls(enabled: boolean): Promise<void>;
  plantBug(planted: boolean): Promise<void>;
  /** Ends the sessions of the functions' login. */
  dropConnections(): Promise<void>;
  rings(alarm: string): Promise<boolean>;
  /** Runs a command of the runbook; returns what it printed. */
  shell(command: string, values: Readonly<Record<string, string>>): Promise<string>;
  stop(): Promise<void>;
}

export async function startDrillWorld(): Promise<DrillWorld> {
  const teardown = new Teardown();
  try {
    return await start(teardown);
  } catch (error) {
    await teardown.run();
    throw error;
  }
}

async function start(teardown: Teardown): Promise<DrillWorld> {
  const directory = await mkdtemp(join(tmpdir(), 'tricost-drill-'));
  teardown.add(() => rm(directory, { recursive: true, force: true }));
  const database = await createTestDatabase();
  teardown.add(() => database.drop());
  const runtime = await createRuntimeLogin(database, teardown);
  const inbox = await startSlackInbox({ file: join(directory, 'slack.jsonl') });
  teardown.add(() => inbox.close());
  const { assemblyDirectory, template, ingestAsset } = await prepareAssembly(directory);
  const failures: { functionName: string; at: number }[] = [];
  const stack = await runAssembly({
    assemblyDirectory,
    stateDirectory: directory,
    parameters: (plan) =>
      stackParameters(plan, {
        ownerUrl: database.url,
        runtimeUrl: runtime.url,
        // A webhook that is gone, until the runbook replaces it.
        slackWebhookUrl: `${inbox.url}/services/T000/B000/gone`,
      }),
    retryDelaysMs: [0, 0],
    onError: (functionName) => failures.push({ functionName, at: Date.now() }),
  });
  teardown.add(() => stack.stop());

  const clock = new DrillClock();
  const logDirectory = join(directory, 'logs');
  const alarms = new Map(
    Object.values(template.Resources)
      .filter(({ Type }) => Type === 'AWS::CloudWatch::Alarm')
      .map(({ Properties }) => Properties as unknown as AlarmDefinition)
      .map((alarm) => [alarm.AlarmName.replace('Tricost/', ''), alarm]),
  );
  const facts = factsOf({ stack, clock, logDirectory, failures });
  const rang = new Map<string, boolean>();
  let source: EventSource | undefined;
  const mapping = stack.plan.eventSourceMappings.find(({ enabled }) => !enabled);
  if (mapping === undefined) throw new Error('the calls are taken off their queue already');
  const functionName = (prefix: string): string => {
    const found = stack.plan.functions.find(({ logicalId }) => logicalId.startsWith(prefix));
    if (found === undefined) throw new Error(`there is no function ${prefix}`);
    return found.name;
  };

  const world: DrillWorld = {
    stack,
    inbox,
    database,
    clock,
    alarms,
    runtime,
    functionName,
    async takeCalls(enabled) {
      await source?.stop();
      source = enabled ? await startSource() : undefined;
    },
    plantBug: (planted) =>
      planted
        ? writeFile(join(ingestAsset, 'planted-bug'), '')
        : rm(join(ingestAsset, 'planted-bug')),
    async dropConnections() {
      const client = new pg.Client({ connectionString: runtime.url });
      await client.connect();
      await client.query(
        'select pg_terminate_backend(pid) from pg_stat_activity where usename = user and pid <> pg_backend_pid()',
      );
      await client.end();
    },
    async rings(name) {
      const alarm = alarms.get(name);
      if (alarm === undefined) throw new Error(`the template has no alarm ${name}`);
      const rings = await isRinging(alarm, facts, clock.now(), rang.get(name) ?? false);
      rang.set(name, rings);
      return rings;
    },
    shell: (command, values) =>
      runInShell(world, { template, logDirectory }, command, {
        STACK: 'Tricost',
        DATABASE_URL: database.url,
        ...values,
      }),
    async stop() {
      await source?.stop();
      await teardown.run();
    },
  };
  return world;

  function startSource(): Promise<EventSource> {
    if (mapping === undefined) throw new Error('no mapping');
    const url = stack.plan.queues.find(({ arn }) => arn === mapping.queueArn)?.url ?? '';
    return EventSource.start({
      mapping,
      queueUrl: url,
      region: stack.plan.region,
      target: {
        definition: { name: mapping.functionName },
        invoke: (payload: string) => stack.invoke(mapping.functionName, JSON.parse(payload)),
      } as never,
      sqs: stack.sqs,
      onError: () => {},
    });
  }
}

async function createRuntimeLogin(database: TestDatabase, teardown: Teardown) {
  const login = `drill_${randomBytes(6).toString('hex')}`;
  const password = randomBytes(12).toString('hex');
  await database.query(`create role ${login} login password '${password}' in role tricost_ingest`);
  teardown.add(async () => void (await database.query(`drop role ${login}`)));
  return { login, url: Object.assign(new URL(database.url), { username: login, password }).href };
}

/**
 * The real stack, with a canary. Some numbers are edited, because nobody waits for them: a message comes again after a
 * second, dies after ten receives, and is not gathered with others. The event source begins disabled; the drill starts it.
 */
async function prepareAssembly(directory: string) {
  const config = join(directory, 'tricost.config.json');
  await writeFile(config, JSON.stringify({ alarmEmail: 'none', canary: true }));
  const assemblyDirectory = join(directory, 'cdk.out');
  vi.stubEnv('CDK_CONTEXT_JSON', JSON.stringify({ config }));
  await synthesize(assemblyDirectory);
  const path = join(assemblyDirectory, 'Tricost.template.json');
  const template = JSON.parse(await readFile(path, 'utf8')) as Template;
  const edit = (id: RegExp, type: string): Record<string, unknown> => {
    const found = Object.entries(template.Resources).find(
      ([logicalId, { Type }]) => id.test(logicalId) && Type === type,
    );
    if (found?.[1].Properties === undefined) throw new Error(`the template has no ${id}`);
    return found[1].Properties;
  };
  const queue = edit(/^IngestCallsQueue[0-9A-F]{8}$/, 'AWS::SQS::Queue');
  queue['VisibilityTimeout'] = 1;
  (queue['RedrivePolicy'] as Record<string, unknown>)['maxReceiveCount'] = 10;
  const mapping = edit(/^IngestCalls/, 'AWS::Lambda::EventSourceMapping');
  mapping['Enabled'] = false;
  mapping['BatchSize'] = 10;
  mapping['MaximumBatchingWindowInSeconds'] = 0;
  await writeFile(path, JSON.stringify(template));
  const code = edit(/^IngestCallsFunction[0-9A-F]{8}$/, 'AWS::Lambda::Function')['Code'];
  const asset = `asset.${(code as { S3Key: string }).S3Key.replace('.zip', '')}`;
  // A folder of its own: the assembly may share the file with the bundles.
  const ingestAsset = join(assemblyDirectory, asset);
  await cp(ingestAsset, `${ingestAsset}.copy`, { recursive: true });
  await rm(ingestAsset, { recursive: true });
  await rename(`${ingestAsset}.copy`, ingestAsset);
  await rename(join(ingestAsset, 'handler.mjs'), join(ingestAsset, 'real.mjs'));
  await writeFile(join(ingestAsset, 'handler.mjs'), PLANTED_BUG);
  return { assemblyDirectory, template, ingestAsset };
}

/** Metric lines are those that the functions printed, errors those of their invocations, queues are asked. */
function factsOf(parts: {
  stack: RunningStack;
  clock: DrillClock;
  logDirectory: string;
  failures: readonly { functionName: string; at: number }[];
}): Facts {
  const { stack, clock, logDirectory, failures } = parts;
  const within = (realMs: number, from: number, to: number) => {
    const at = clock.at(realMs);
    return at >= from && at < to;
  };
  return async ({ Namespace, MetricName, Dimensions }, from, to) => {
    const [dimension] = Dimensions;
    const id = logicalIdIn(dimension?.Value);
    switch (`${Namespace} ${MetricName}`) {
      case 'AWS/Lambda Errors': {
        const name = stack.plan.functions.find(({ logicalId }) => logicalId === id)?.name;
        if (name === undefined) throw new Error(`there is no function ${id}`);
        return failures
          .filter(({ functionName, at }) => functionName === name && within(at, from, to))
          .map(() => 1);
      }
      case 'AWS/SQS ApproximateNumberOfMessagesVisible':
        // In whatever state: one that is only out of sight for a moment has not left the queue.
        return [await queueDepth(stack.sqs, queueUrl(stack, id))];
      case 'AWS/SQS ApproximateAgeOfOldestMessage': {
        const url = queueUrl(stack, id);
        if ((await queueDepth(stack.sqs, url)) === 0) return [];
        const messages = await receiveMessages(stack.sqs, url, { limit: 10, visibilitySeconds: 1 });
        return messages.map(({ sentAt }) => (clock.now() - clock.at(sentAt.getTime())) / 1_000);
      }
    }
    if (Namespace !== 'tricost' || dimension?.Name !== 'service') {
      throw new Error(`the drill knows nothing of ${Namespace} ${MetricName}`);
    }
    const values: number[] = [];
    for (const line of await metricLines(logDirectory)) {
      if (line['service'] !== dimension.Value || !(MetricName in line)) continue;
      const { Timestamp } = line['_aws'] as { Timestamp: number };
      if (within(Timestamp, from, to)) values.push(...[line[MetricName]].flat().map(Number));
    }
    return values;
  };
}

async function metricLines(logDirectory: string): Promise<Record<string, unknown>[]> {
  const names = (await readdir(logDirectory)).filter((name) => name.startsWith('Tricost-'));
  const texts = await Promise.all(names.map((name) => readFile(join(logDirectory, name), 'utf8')));
  return texts
    .flatMap((text) => text.split('\n'))
    .filter((line) => line.includes('"_aws"'))
    .map((line) => JSON.parse(line.slice(line.indexOf('{'))) as Record<string, unknown>);
}

function logicalIdIn(value: unknown): string {
  const { Ref: ref, 'Fn::GetAtt': attribute } = (value ?? {}) as {
    Ref?: string;
    'Fn::GetAtt'?: [string, string];
  };
  return ref ?? attribute?.[0] ?? String(value);
}

function queueUrl(stack: RunningStack, id: string): string {
  const queue = stack.plan.queues.find(({ logicalId }) => logicalId === id);
  if (queue === undefined) throw new Error(`there is no queue ${id}`);
  return queue.url;
}

/** `npx tricost` runs for real, `psql` through the driver; what the AWS CLI would do is done with the same API, or read here. */
async function runInShell(
  world: DrillWorld,
  { template, logDirectory }: { template: Template; logDirectory: string },
  command: string,
  values: Readonly<Record<string, string>>,
): Promise<string> {
  const words = shellWords(command, values);
  const option = (name: string): string => {
    const value = words[words.indexOf(name) + 1];
    if (!words.includes(name) || value === undefined) throw new Error(`no ${name}: ${command}`);
    return value;
  };
  switch (words.slice(0, 3).join(' ').replace(/ -c$/, '')) {
    case `psql ${world.database.url}`: {
      const { rows } = await world.database.query(option('-c'));
      return JSON.stringify(rows);
    }
    case 'aws logs tail': {
      const prefix = /^\$\(logs (\w+)\)$/.exec(words[3] ?? '')?.[1] ?? '?';
      const groups = Object.entries(template.Resources).filter(
        ([id, { Type }]) => Type === 'AWS::Logs::LogGroup' && id.startsWith(prefix),
      );
      if (groups.length !== 1) throw new Error(`${groups.length} log groups begin with ${prefix}`);
      const text = await readFile(join(logDirectory, `${world.functionName(prefix)}.log`), 'utf8');
      const pattern = words.includes('--filter-pattern')
        ? option('--filter-pattern').replaceAll('"', '')
        : '';
      return text
        .split('\n')
        .filter((line) => line.includes(pattern))
        .join('\n');
    }
    case 'aws ssm put-parameter': {
      const { awsEndpoint, plan } = world.stack;
      const ssm = new SSMClient({ endpoint: awsEndpoint, region: plan.region });
      await ssm.send(
        new PutParameterCommand({
          Name: option('--name'),
          Value: option('--value'),
          Type: option('--type') as 'SecureString',
          Overwrite: words.includes('--overwrite'),
        }),
      );
      return '';
    }
    case 'aws lambda list-event-source-mappings': {
      const name = /^\$\(output (\w+)\)$/.exec(option('--event-source-arn'))?.[1] ?? '';
      const arn = world.stack.plan.outputs[name];
      const found = world.stack.plan.eventSourceMappings.find(({ queueArn }) => queueArn === arn);
      if (found === undefined) throw new Error(`no event source for ${name}`);
      return found.logicalId;
    }
    case 'aws lambda update-event-source-mapping': {
      if (!words.includes('--enabled')) throw new Error(command);
      await world.takeCalls(true);
      return '';
    }
  }
  if (words[0] !== 'npx' || words[1] !== 'tricost') {
    throw new Error(`the drill cannot do what the runbook says: ${command}`);
  }
  const { code, stdout, stderr } = await runCommand(words.slice(2));
  // `validate` exits 1 for an event that would be refused, and that is what it is asked about.
  if (code !== 0 && words[2] !== 'validate') throw new Error(`${command}: exit ${code}: ${stderr}`);
  return stdout;
}

export function awsEnvironment({ stack }: DrillWorld): Record<string, string> {
  return {
    AWS_REGION: stack.plan.region,
    AWS_ACCESS_KEY_ID: 'test',
    AWS_SECRET_ACCESS_KEY: 'test',
    AWS_ENDPOINT_URL: stack.awsEndpoint,
    AWS_ENDPOINT_URL_SQS: stack.sqsEndpoint,
  };
}
