/** What CloudFormation shows when a deploy fails for a missing parameter: the CDK's own trigger calls the bundled function. */
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { toErrorBody } from '../../local/functions/runtime-error.ts';
import { createTestDatabase, type TestDatabase } from '../support/postgres.ts';
import { importBundle } from './import-bundle.ts';
import { type LoopbackServer, listenOnLoopback } from './loopback-server.ts';
import { startParameterStore } from './parameter-store.ts';

/** The code that the stack's Custom::Trigger runs; what it throws is the reason that CloudFormation shows. */
const TRIGGER = 'aws-cdk-lib/custom-resource-handlers/dist/triggers/lambda/index.js';

const { handler: trigger } = createRequire(import.meta.url)(
  createRequire(import.meta.url)
    .resolve('aws-cdk-lib')
    .replace(/aws-cdk-lib[/\\]index\.js$/, TRIGGER),
) as { handler(event: object): Promise<void> };

const PARAMETERS = {
  migrate: '/tricost/database-url/migrate',
  runtime: '/tricost/database-url/runtime',
  slack: '/tricost/slack-webhook-url',
};

const parameters = new Map<string, string>();
let database: TestDatabase;
let store: LoopbackServer;
let lambda: LoopbackServer;

beforeAll(async () => {
  database = await createTestDatabase();
  store = await startParameterStore(parameters);
  lambda = await startLambda();
  Object.assign(process.env, {
    AWS_REGION: 'eu-west-1',
    AWS_ACCESS_KEY_ID: 'test',
    AWS_SECRET_ACCESS_KEY: 'test',
    AWS_ENDPOINT_URL_SSM: store.url,
    AWS_ENDPOINT_URL_LAMBDA: lambda.url,
    TRICOST_DATABASE_URL_PARAMETER: PARAMETERS.migrate,
    TRICOST_RUNTIME_DATABASE_URL_PARAMETER: PARAMETERS.runtime,
    TRICOST_SLACK_WEBHOOK_URL_PARAMETER: PARAMETERS.slack,
    TRICOST_DATABASE_CA: '',
    TRICOST_PARTITION_MONTHS_BACK: '1',
    TRICOST_PARTITION_MONTHS_AHEAD: '1',
    TRICOST_RETENTION_MONTHS: '',
    TRICOST_FEATURE_INDEX: 'false',
    TRICOST_REPORTING_ZONE: 'UTC',
  });
});

afterAll(async () => {
  await Promise.all([store.stop(), lambda.stop()]);
  await database.drop();
});

beforeEach(() => {
  vi.spyOn(console, 'log').mockImplementation(() => {});
  parameters.clear();
  parameters.set(PARAMETERS.migrate, database.url);
  parameters.set(PARAMETERS.runtime, database.runtimeUrl);
  parameters.set(PARAMETERS.slack, 'https://hooks.slack.com/services/T0/B0/x');
});

/** The Invoke operation: every call is a cold start of the bundle, answered as Lambda's runtime answers. */
function startLambda(): Promise<LoopbackServer> {
  const server = createServer(async (_request, response) => {
    try {
      const handler = await importBundle('migrate');
      response.end(JSON.stringify(await handler({})));
    } catch (error) {
      response.setHeader('x-amz-function-error', 'Unhandled');
      response.end(JSON.stringify(toErrorBody(error)));
    }
  });
  return listenOnLoopback(server);
}

async function reasonOfFailedDeploy(): Promise<string | undefined> {
  const event = {
    RequestType: 'Create',
    ResourceProperties: {
      HandlerArn: 'arn:aws:lambda:eu-west-1:123456789012:function:Tricost-Migrate:1',
      InvocationType: 'RequestResponse',
      Timeout: '60000',
    },
  };
  try {
    await trigger(event);
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
}

const missing = (name: string) =>
  `the SSM parameter ${name} does not exist; create it with \`aws ssm put-parameter --type SecureString --name ${name} --value …\` (docs/how-to/deploy.md)`;

test('with all of them, the deploy goes on', async () => {
  expect(await reasonOfFailedDeploy()).toBeUndefined();
});

test.each(Object.values(PARAMETERS))('without %s the reason is one sentence', async (name) => {
  parameters.delete(name);
  expect(await reasonOfFailedDeploy()).toBe(`${missing(name)}\n`);
});

test('a login that the database refuses is one sentence too, without the password', async () => {
  const url = Object.assign(new URL(database.url), { password: 'sekrit' }).href;
  parameters.set(PARAMETERS.migrate, url);
  const reason = await reasonOfFailedDeploy();
  expect(reason).toMatch(
    /^error 28P01: password authentication failed for user "tricost_owner"\n$/,
  );
});
