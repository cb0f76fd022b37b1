/**
 * Records every call of an AWS API that the roles of the real stack make, by its functions and by the services that work
 * for them, and compares it with what the template allows. `lib/` decides what is allowed, `local/iam/` enforces it.
 */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { SendMessageCommand } from '@aws-sdk/client-sqs';
import { PutParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { addToOutbox } from '../../../adapters/postgres/outbox.ts';
import { addPriceList } from '../../../adapters/postgres/price-list.ts';
import { setOwner, setTeam } from '../../../adapters/postgres/teams.ts';
import { queueDepth } from '../../../adapters/sqs/queue-depth.ts';
import { teamParameterPrefix } from '../../../config/config.ts';
import type { PriceRow } from '../../../domain/pricing/price-list.ts';
import type { RoleDefinition, Statement } from '../../../local/assembly/resources/role.ts';
import type { Template } from '../../../local/assembly/template.ts';
import { LOCAL_CREDENTIALS } from '../../../local/functions/sandbox-environment.ts';
import { type RunningStack, runAssembly } from '../../../local/run-assembly.ts';
import { stackParameters } from '../../../local/stack-parameters.ts';
import { synthesize } from '../../../local/synthesize.ts';
import { Teardown } from '../../../local/teardown.ts';
import { BOT_TOKEN, type SlackApi, startSlackApi } from '../../lambdas/slack-api.ts';
import { answer, type SlackWebhook, startSlackWebhook } from '../../lambdas/slack-webhook.ts';
import { storeCalls } from '../../sql/stored-calls.ts';
import { createTestDatabase, type TestDatabase } from '../../support/postgres.ts';
import { compareAccess } from './compare-access.ts';

const DAY_MS = 86_400_000;
const daysAgo = (days: number) => new Date(Date.now() - days * DAY_MS).toISOString();

const teardown = new Teardown();
let stack: RunningStack;
let database: TestDatabase;
let owner: pg.Client;
let slack: SlackWebhook;
let slackApi: SlackApi;

const eventually = (assertion: () => Promise<void> | void) =>
  vi.waitFor(assertion, { timeout: 50_000, interval: 50 });

beforeAll(async () => {
  const directory = await mkdtemp(join(tmpdir(), 'tricost-privilege-'));
  teardown.add(() => rm(directory, { recursive: true }));
  const assemblyDirectory = join(directory, 'cdk.out');
  await synthesizeEverything(directory, assemblyDirectory);
  await makeItWaitForUs(join(assemblyDirectory, 'Tricost.template.json'));
  database = await createTestDatabase();
  teardown.add(() => database.drop());
  owner = new pg.Client({ connectionString: database.url });
  await owner.connect();
  teardown.add(() => owner.end());
  slack = await startSlackWebhook();
  teardown.add(() => slack.stop());
  slackApi = await startSlackApi();
  teardown.add(() => slackApi.stop());
  stack = await runAssembly({
    assemblyDirectory,
    stateDirectory: directory,
    parameters: (plan) =>
      stackParameters(plan, {
        ownerUrl: database.url,
        runtimeUrl: database.runtimeUrl,
        slackWebhookUrl: slack.url,
      }),
    onError: () => {},
    retryDelaysMs: [1, 1],
  });
  teardown.add(() => stack.stop());
}, 120_000);

afterAll(() => teardown.run());

/** With each option that adds a function. */
async function synthesizeEverything(directory: string, assemblyDirectory: string): Promise<void> {
  const config = join(directory, 'tricost.config.json');
  await writeFile(config, JSON.stringify({ alarmEmail: 'ops@example.com', canary: true }));
  vi.stubEnv('CDK_CONTEXT_JSON', JSON.stringify({ config }));
  await synthesize(assemblyDirectory);
}

/** Batches at once, schedules only when asked: what is allowed stays as it is. */
async function makeItWaitForUs(path: string): Promise<void> {
  const template = JSON.parse(await readFile(path, 'utf8')) as Template;
  const changes: Record<string, Record<string, unknown>> = {
    'AWS::Lambda::EventSourceMapping': { BatchSize: 10, MaximumBatchingWindowInSeconds: 0 },
    'AWS::Scheduler::Schedule': { State: 'DISABLED' },
  };
  for (const { Type: type, Properties: properties } of Object.values(template.Resources)) {
    Object.assign(properties ?? {}, changes[type]);
  }
  await writeFile(path, JSON.stringify(template));
}

const output = (name: string): string => String(stack.plan.outputs[name]);

async function publish(queueUrl: string, body: string): Promise<void> {
  await stack.sqs.send(new SendMessageCommand({ QueueUrl: queueUrl, MessageBody: body }));
}

const asked = (role: RegExp, action: string): boolean =>
  stack.access.requests.some((it) => role.test(it.role) && it.action === action);

/** Ends the name of a function that is not there. */
const GONE = '-gone';

const CALL = JSON.stringify({
  ts: new Date().toISOString(),
  feature: 'support.reply',
  provider: 'openai',
  model: 'gpt-5',
  usage: { prompt_tokens: 10, completion_tokens: 2 },
});

const ACME_PRICE = {
  ...{ id: 0, kind: 'list', provider: 'openai', model: 'acme-1', serviceTier: 'standard' },
  ...{ region: '', aboveInputTokens: 0, fromMinute: 0, untilMinute: 1_440, revision: 1 },
  ...{ validFrom: '2026-01-01T00:00:00Z', priceUsd: '1', source: 'a test' },
};

async function addTeam(name: string, slackChannel: string | null, secret: string): Promise<void> {
  await setTeam(owner, { name, slackChannel, secret: name, timeZone: 'UTC', hour: 0 });
  const ssm = new SSMClient({
    endpoint: stack.awsEndpoint,
    region: stack.plan.region,
    credentials: LOCAL_CREDENTIALS,
  });
  await ssm.send(
    new PutParameterCommand({
      Name: `${teamParameterPrefix(stack.plan.stackName)}${name}`,
      Type: 'SecureString',
      Value: secret,
    }),
  );
  ssm.destroy();
}

/** In order: each path of each function that calls an AWS API. */
const PATHS: [title: string, drive: () => Promise<void>][] = [
  [
    'ingest-calls lets messages wait while the database refuses it',
    async () => {
      const name = pg.escapeIdentifier(new URL(database.url).pathname.slice(1));
      await owner.query(`revoke connect on database ${name} from public`);
      await publish(output('QueueUrl'), CALL);
      await eventually(() =>
        expect(asked(/^IngestCalls/, 'sqs:ChangeMessageVisibility')).toBe(true),
      );
      await owner.query(`grant connect on database ${name} to public`);
    },
  ],
  [
    'ingest-calls stores, and Lambda deletes what it has stored',
    async () => {
      await publish(output('QueueUrl'), CALL);
      await eventually(() => expect(asked(/^IngestCalls/, 'sqs:DeleteMessage')).toBe(true));
    },
  ],
  [
    'ingest-calls wakes notify for a model without a price',
    async () => {
      await publish(output('QueueUrl'), CALL.replace('gpt-5', 'acme-1'));
      await eventually(() => expect(slack.posted).toHaveLength(1));
    },
  ],
  [
    'reprice wakes notify when every call of it has one',
    async () => {
      await addPriceList(owner, {
        prices: ['input', 'output'].map((unit) => ({ ...ACME_PRICE, unit })) as PriceRow[],
        names: [],
      });
      expect(await stack.runSchedule('reprice', new Date())).not.toHaveProperty('error');
      await eventually(() => expect(slack.posted).toHaveLength(2));
    },
  ],
  [
    'spend-alert wakes notify, which delivers',
    async () => {
      for (const feature of ['search.rank', 'chat.reply']) {
        await storeCalls(owner, [
          { feature, ts: daysAgo(40), usd: '1' },
          { feature, ts: daysAgo(10), usd: '10' },
          { feature, ts: daysAgo(3), usd: '20' },
        ]);
      }
      await addTeam('chat', 'C0CHAT000', `${BOT_TOKEN} ${slackApi.url}`);
      await setOwner(owner, { feature: 'chat.*', team: 'chat' });
      expect(await stack.runSchedule('spend-alert', new Date())).not.toHaveProperty('error');
      await eventually(async () => {
        // The alert, and the line that says that it has looked.
        expect(slack.posted).toHaveLength(4);
        expect(await queueDepth(stack.sqs, output('NotifyQueueUrl'))).toBe(0);
      });
    },
  ],
  [
    'notify comes back later when Slack is down',
    async () => {
      await addToOutbox(owner, 'test:later', { text: 'later' });
      slack.next.push(answer(503, 'down'));
      await publish(output('NotifyQueueUrl'), '{"wake":"notify"}');
      await eventually(() => expect(asked(/^Notify/, 'sqs:ChangeMessageVisibility')).toBe(true));
    },
  ],
  [
    'a follow-up goes into the thread of its opening',
    async () => {
      await eventually(() => expect(slackApi.calls).toMatchObject([{ channel: 'C0CHAT000' }]));
      const followUp = stack.plan.schedules.find(({ name }) => /^follow-up-.*-24h$/.test(name));
      const result = await stack.runSchedule(followUp?.name ?? 'none', new Date());
      expect(result).not.toHaveProperty('error');
      await eventually(() =>
        expect(slackApi.calls.at(-1)).toMatchObject({ thread_ts: expect.any(String) }),
      );
    },
  ],
  [
    'notify delivers to a team',
    async () => {
      await addTeam('support', null, slack.url);
      await addToOutbox(owner, 'test:team', { text: 'for support' }, { team: 'support' });
      await publish(output('NotifyQueueUrl'), '{"wake":"notify"}');
      await eventually(() => expect(slack.posted).toContain('for support'));
    },
  ],
  [
    'create-partitions runs',
    async () => {
      expect(await stack.runSchedule('create-partitions', new Date())).not.toHaveProperty('error');
    },
  ],
  [
    'the canary sends itself',
    async () => {
      expect(await stack.runSchedule('canary', new Date())).not.toHaveProperty('error');
    },
  ],
  [
    'Lambda tells the failure destination what a job failed at',
    async () => {
      const lambda = new LambdaClient({
        endpoint: stack.awsEndpoint,
        region: stack.plan.region,
        credentials: LOCAL_CREDENTIALS,
      });
      for (const { targetArn } of stack.plan.schedules) {
        await lambda.send(
          new InvokeCommand({
            FunctionName: targetArn,
            InvocationType: 'Event',
            Payload: '{"scheduledTime":"never"}',
          }),
        );
      }
      lambda.destroy();
      await eventually(async () =>
        expect(await queueDepth(stack.sqs, output('FailedJobsQueueUrl'))).toBe(
          stack.plan.schedules.length,
        ),
      );
    },
  ],
  [
    'Scheduler puts what it cannot deliver on its dead-letter queue',
    async () => {
      for (const schedule of stack.plan.schedules) {
        schedule.targetArn += GONE;
        await expect(stack.runSchedule(schedule.name, new Date())).rejects.toThrow(
          /cannot be delivered/,
        );
      }
      expect(await queueDepth(stack.sqs, output('FailedJobsQueueUrl'))).toBe(
        2 * stack.plan.schedules.length,
      );
    },
  ],
];

for (const [title, drive] of PATHS) test(title, drive);

/** Without the attempts at functions that are not there. */
const requests = () => stack.access.requests.filter(({ resource }) => !resource.endsWith(GONE));

test('all of it needed what the template allows, and all that it allows was needed', () => {
  expect(compareAccess(stack.plan.roles, requests())).toEqual([]);
});

/** The role of notify, with its statements changed. */
function withNotify(change: (statements: Statement[]) => Statement[]): RoleDefinition[] {
  return stack.plan.roles.map((role) =>
    role.name === 'Tricost-NotifyFunctionRole'
      ? { ...role, statements: change(structuredClone(role.statements)) }
      : role,
  );
}

const replaced = (statements: Statement[], text: string, by: string) =>
  JSON.parse(JSON.stringify(statements).replace(text, by)) as Statement[];

const NOTIFY_QUEUE = 'arn:aws:sqs:us-east-1:000000000000:Tricost-NotifyQueue';

describe('the comparison sees', () => {
  test.each<[string, (statements: Statement[]) => Statement[], RegExp]>([
    [
      'an action that nobody needs',
      (statements) => [
        ...statements,
        {
          effect: 'Allow',
          actions: ['sqs:GetQueueUrl'],
          resources: [NOTIFY_QUEUE],
          isConditional: false,
        },
      ],
      /^NotifyFunctionRole.* never needs sqs:GetQueueUrl on .*:Tricost-NotifyQueue$/,
    ],
    [
      'a resource that nobody needs',
      (statements) =>
        statements.map((statement) =>
          statement.actions.includes('ssm:GetParameters')
            ? { ...statement, resources: [...statement.resources, 'arn:aws:ssm:::parameter/other'] }
            : statement,
        ),
      /^NotifyFunctionRole.* never needs ssm:GetParameters on arn:aws:ssm:::parameter\/other$/,
    ],
    [
      'an action that is not allowed',
      (statements) =>
        statements.map((statement) => ({
          ...statement,
          actions: statement.actions.filter((action) => action !== 'sqs:ChangeMessageVisibility'),
        })),
      /^NotifyFunctionRole.* lacks sqs:ChangeMessageVisibility on .*:Tricost-NotifyQueue$/,
    ],
    [
      'an action that is a pattern',
      (statements) => replaced(statements, '"sqs:ReceiveMessage"', '"sqs:Receive*"'),
      /^NotifyFunctionRole.* may do sqs:Receive\* on .*:Tricost-NotifyQueue: name what it needs$/,
    ],
    [
      'a resource that is a pattern',
      (statements) => replaced(statements, 'parameter/tricost/slack', 'parameter/tricost/?lack'),
      /^NotifyFunctionRole.* may do ssm:GetParameters on .*\/\?lack-webhook-url: name what it needs$/,
    ],
    [
      'a prefix that is shorter than that of the teams',
      (statements) => replaced(statements, '/slack/*', '/*'),
      /^NotifyFunctionRole.* may do ssm:GetParameters on .*\/tricost\/Tricost\/\*: name what it needs$/,
    ],
  ])('%s', (_title, change, finding) => {
    expect(compareAccess(withNotify(change), requests())).toEqual([expect.stringMatching(finding)]);
  });

  test('a role that was never used', () => {
    const unused: RoleDefinition = {
      logicalId: 'ForgottenRole',
      name: 'forgotten',
      arn: 'arn:aws:iam::000000000000:role/forgotten',
      trustedServices: [],
      statements: [],
    };
    expect(compareAccess([...stack.plan.roles, unused], requests())).toEqual([
      expect.stringMatching(/^ForgottenRole was never used: make this test drive/),
    ]);
  });
});
