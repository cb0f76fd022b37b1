/** The examination of a stack on AWS: services that no engine here has answer as scripted, the database is a real one. */
import { createServer } from 'node:http';
import {
  CloudFormationClient,
  CloudFormationServiceException,
  DescribeStacksCommand,
} from '@aws-sdk/client-cloudformation';
import { LambdaClient, ListEventSourceMappingsCommand } from '@aws-sdk/client-lambda';
import { ListSchedulesCommand, SchedulerClient } from '@aws-sdk/client-scheduler';
import { ListSubscriptionsByTopicCommand, SNSClient } from '@aws-sdk/client-sns';
import { GetQueueAttributesCommand, SQSClient } from '@aws-sdk/client-sqs';
import { GetParametersCommand, SSMClient } from '@aws-sdk/client-ssm';
import { mockClient } from 'aws-sdk-client-mock';
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { inspectStack } from '../../../adapters/cloudformation/inspect-stack.ts';
import { connect } from '../../../adapters/postgres/connect.ts';
import { ensurePartitions } from '../../../adapters/postgres/create-partitions.ts';
import { examine } from '../../../cli/doctor/examine.ts';
import type { Finding } from '../../../domain/doctor/finding.ts';
import { listenOnLoopback } from '../../lambdas/loopback-server.ts';
import {
  answer,
  SECRET_PATH,
  type SlackWebhook,
  startSlackWebhook,
} from '../../lambdas/slack-webhook.ts';
import { createTestDatabase, type TestDatabase } from '../../support/postgres.ts';
import { ailing } from './patient.ts';

const cloudFormation = mockClient(CloudFormationClient);
const lambda = mockClient(LambdaClient);
const scheduler = mockClient(SchedulerClient);
const sns = mockClient(SNSClient);
const sqs = mockClient(SQSClient);
const ssm = mockClient(SSMClient);
const CLIENTS = [cloudFormation, lambda, scheduler, sns, sqs, ssm];

const BOOTSTRAP = '/cdk-bootstrap/hnb659fds/version';
const QUEUES = [
  ...['QueueUrl', 'DeadLetterQueueUrl', 'NotifyQueueUrl'],
  ...['NotifyDeadLetterQueueUrl', 'FailedJobsQueueUrl'],
];
const SCHEDULES = ['create-partitions', 'reprice', 'spend-alert'];
const OUTPUTS: Record<string, string> = {
  ...Object.fromEntries(QUEUES.map((name) => [name, `https://sqs.example/${name}`])),
  MigrateDatabaseUrlParameter: '/deployed/migrate',
  RuntimeDatabaseUrlParameter: '/deployed/runtime',
  SlackWebhookUrlParameter: '/deployed/slack',
  AlarmTopicArn: 'arn:aws:sns:eu-west-1:123456789012:Alarms',
  ScheduleGroupName: 'Tricost',
};

let database: TestDatabase;
let slack: SlackWebhook;
const parameters = new Map<string, string>();

beforeAll(async () => {
  database = await createTestDatabase();
  const owner = await connect({ connectionString: database.url, applicationName: 'test' });
  await ensurePartitions(owner, new Date(), { monthsBack: 3, monthsAhead: 3 });
  await owner.end();
  slack = await startSlackWebhook();
});

afterAll(async () => {
  await slack.stop();
  await database.drop();
});

beforeEach(() => {
  for (const client of CLIENTS) client.reset();
  for (const name of ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY']) vi.stubEnv(name, 'test');
  vi.stubEnv('AWS_REGION', 'eu-west-1');
  slack.next.splice(0, slack.next.length, answer(400, 'no_text'));
  parameters.clear();
  for (const place of ['deployed', 'tricost/database-url', 'tricost']) {
    parameters.set(`/${place}/migrate`, database.url);
    parameters.set(`/${place}/runtime`, database.runtimeUrl);
    parameters.set(`/${place}/slack${place === 'deployed' ? '' : '-webhook-url'}`, slack.url);
  }
  parameters.set(BOOTSTRAP, '25');
  ssm.on(GetParametersCommand).callsFake(({ Names: names = [] }: { Names?: string[] }) => ({
    Parameters: names
      .filter((name) => parameters.has(name))
      .map((Name) => ({ Name, Type: 'SecureString', Value: parameters.get(Name) })),
  }));
});

function deployed(status = 'UPDATE_COMPLETE'): void {
  const Outputs = Object.entries(OUTPUTS).map(([OutputKey, OutputValue]) => ({
    OutputKey,
    OutputValue,
  }));
  cloudFormation.on(DescribeStacksCommand).resolves({
    Stacks: [
      { StackName: 'Tricost', StackStatus: status as never, CreationTime: new Date(), Outputs },
    ],
  });
  scheduler.on(ListSchedulesCommand).resolves({
    Schedules: SCHEDULES.map((Name) => ({ Name, State: 'ENABLED' })),
  });
  lambda
    .on(ListEventSourceMappingsCommand)
    .resolves({ EventSourceMappings: [{ UUID: 'id', State: 'Enabled' }] });
  sns.on(ListSubscriptionsByTopicCommand).resolves({
    Subscriptions: [
      {
        Protocol: 'email',
        Endpoint: 'ops@example.com',
        SubscriptionArn: 'arn:aws:sns:eu-west-1:1:a:b',
      },
    ],
  });
  sqs.on(GetQueueAttributesCommand).callsFake(({ QueueUrl: url }: { QueueUrl: string }) => ({
    Attributes: { QueueArn: url, ApproximateNumberOfMessages: '0' },
  }));
}

function notDeployed(): void {
  cloudFormation.on(DescribeStacksCommand).rejects(
    new CloudFormationServiceException({
      name: 'ValidationError',
      message: 'Stack with id Tricost does not exist',
      $fault: 'client',
      $metadata: {},
    }),
  );
}

async function findings(): Promise<Finding[]> {
  const all: Finding[] = [];
  for await (const { findings: found } of examine({ aws: true })) all.push(...found);
  return all;
}

/** Answers without a date are what a mock gives: the clock is a test of its own. */
async function ailments(): Promise<string[]> {
  return ailing(await findings()).filter((finding) => finding !== 'aws-clock unknown');
}

test('a deployed stack is well, and no secret is in what is said of it', async () => {
  deployed();
  const all = await findings();
  expect(ailing(all)).toEqual(['aws-clock unknown']);
  for (const secret of [SECRET_PATH, new URL(database.url).password]) {
    expect(JSON.stringify(all)).not.toContain(secret);
  }
  expect(slack.bodies.at(-1)).toEqual({ text: '' });
});

test('before the deploy only what is there is checked, by the names of the configuration', async () => {
  notDeployed();
  const all = await findings();
  // The committed configuration has no address.
  expect(ailing(all).toSorted()).toEqual(['alarm-recipient warning', 'aws-clock unknown']);
  const notHere = all.filter(({ state }) => state === 'not-here').map(({ check }) => check);
  expect(notHere).toEqual(
    expect.arrayContaining(['schedules', 'event-sources', 'outbox', 'calls-queue', 'dead-letters']),
  );
  expect(all.find(({ check }) => check === 'runtime-parameter')?.says).toContain(
    '/tricost/database-url/runtime is there',
  );
});

describe('what is broken is found, and nothing else', () => {
  test.each<[string, () => void, string[]]>([
    ['a stack that failed', () => deployed('UPDATE_ROLLBACK_FAILED'), ['aws-access mend']],
    ['no bootstrap', () => parameters.delete(BOOTSTRAP), ['cdk-bootstrap mend']],
    ['an old bootstrap', () => parameters.set(BOOTSTRAP, '5'), ['cdk-bootstrap mend']],
    [
      'a missing parameter',
      () => parameters.delete('/deployed/runtime'),
      ['runtime-parameter mend', 'runtime-host unknown'],
    ],
    [
      'a missing webhook',
      () => parameters.delete('/deployed/slack'),
      ['webhook-parameter mend', 'webhook unknown'],
    ],
    ['a dead webhook', () => slack.next.splice(0, 1, answer(404, 'no_service')), ['webhook mend']],
    [
      'one login for both',
      () => parameters.set('/deployed/runtime', database.url),
      ['runtime-login mend'],
    ],
    [
      'a recipient who has not confirmed',
      () =>
        sns.on(ListSubscriptionsByTopicCommand).resolves({
          Subscriptions: [
            {
              Protocol: 'email',
              Endpoint: 'ops@example.com',
              SubscriptionArn: 'PendingConfirmation',
            },
          ],
        }),
      ['alarm-recipient mend'],
    ],
    [
      'a disabled schedule',
      () =>
        scheduler.on(ListSchedulesCommand).resolves({
          Schedules: SCHEDULES.map((Name) => ({
            ...{ Name, State: Name === 'spend-alert' ? 'DISABLED' : 'ENABLED' },
          })),
        }),
      ['schedules mend'],
    ],
    [
      'a disabled event source',
      () =>
        lambda
          .on(ListEventSourceMappingsCommand, { EventSourceArn: OUTPUTS['QueueUrl'] })
          .resolves({ EventSourceMappings: [{ UUID: 'id', State: 'Disabled' }] }),
      ['event-sources mend'],
    ],
    [
      'a dead letter and a failed job',
      () =>
        sqs.on(GetQueueAttributesCommand).callsFake(({ QueueUrl: url }: { QueueUrl: string }) => ({
          Attributes: {
            QueueArn: url,
            ApproximateNumberOfMessages: /DeadLetter|FailedJobs/.test(url) ? '1' : '0',
          },
        })),
      ['dead-letters mend', 'failed-jobs mend'],
    ],
    [
      'a permission too few',
      () => sns.on(ListSubscriptionsByTopicCommand).rejects(new Error('AuthorizationError')),
      ['alarm-recipient unknown'],
    ],
  ])('%s', async (_what, breakIt, expected) => {
    deployed();
    breakIt();
    expect(await ailments()).toEqual(expected);
  });
});

test('without access to AWS there is one finding, with what to do', async () => {
  const noCredentials = Object.assign(new Error('Could not load credentials from any providers'), {
    name: 'CredentialsProviderError',
  });
  cloudFormation.on(DescribeStacksCommand).rejects(noCredentials);
  const all = await findings();
  expect(all).toHaveLength(1);
  expect(all[0]).toMatchObject({ check: 'aws-access', state: 'mend' });
  expect(all[0]?.mend).toContain('aws sso login');
});

test('the clock of AWS is read from its answer, the one that there is no such stack too', async () => {
  cloudFormation.restore();
  const date = new Date('2026-11-25T12:00:00Z');
  const server = createServer((_request, response) => {
    response.writeHead(400, { 'content-type': 'text/xml', date: date.toUTCString() });
    response.end(
      '<ErrorResponse><Error><Code>ValidationError</Code><Message>Stack with id X does not exist</Message></Error></ErrorResponse>',
    );
  });
  const { url, stop } = await listenOnLoopback(server);
  try {
    const client = new CloudFormationClient({ endpoint: url, region: 'eu-west-1' });
    expect(await inspectStack(client, 'X')).toEqual({ state: 'absent', awsTime: date });
  } finally {
    await stop();
  }
});
