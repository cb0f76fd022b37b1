import { readFile } from 'node:fs/promises';
import { afterEach, describe, expect, test } from 'vitest';
import { ignoredResourceTypes } from '../../../local/assembly/ignored-resource-types.ts';
import { readAssembly } from '../../../local/assembly/read-assembly.ts';
import { planStack } from '../../../local/assembly/stack-plan.ts';
import type { Template, TemplateResource } from '../../../local/assembly/template.ts';
import {
  miniFunction,
  miniMapping,
  miniQueue,
  miniRole,
  writeMiniAssembly,
} from '../mini-assembly.ts';

const written: { remove(): Promise<void> }[] = [];
afterEach(async () => {
  for (const assembly of written.splice(0)) await assembly.remove();
});

async function plan(
  resources: Record<string, TemplateResource>,
  rest: Omit<Template, 'Resources'> = {},
) {
  const assembly = await writeMiniAssembly(resources, {}, rest);
  written.push(assembly);
  return planStack(await readAssembly(assembly.directory), 'http://127.0.0.1:9');
}

const schedule = (properties: Record<string, unknown>): TemplateResource => ({
  Type: 'AWS::Scheduler::Schedule',
  Properties: {
    FlexibleTimeWindow: { Mode: 'OFF' },
    ScheduleExpression: 'cron(0 8 * * ? *)',
    Target: { Arn: { 'Fn::GetAtt': ['F', 'Arn'] }, RoleArn: { 'Fn::GetAtt': ['Role', 'Arn'] } },
    ...properties,
  },
});
const role: TemplateResource = { Type: 'AWS::IAM::Role' };

describe('what a template asks for', () => {
  test('queues get the attributes, names and addresses of the template', async () => {
    const { queues } = await plan({
      CallsQueue0123ABCD: miniQueue({
        VisibilityTimeout: 365,
        MessageRetentionPeriod: '604800',
        ReceiveMessageWaitTimeSeconds: 20,
        SqsManagedSseEnabled: true,
        RedrivePolicy: {
          deadLetterTargetArn: { 'Fn::GetAtt': ['Dead89EFABCD', 'Arn'] },
          maxReceiveCount: 100,
        },
      }),
      Dead89EFABCD: miniQueue(),
    });
    expect(queues.map(({ name }) => name)).toEqual(['Mini-Dead', 'Mini-CallsQueue']);
    expect(queues[1]).toMatchObject({
      url: 'http://127.0.0.1:9/000000000000/Mini-CallsQueue',
      arn: 'arn:aws:sqs:us-east-1:000000000000:Mini-CallsQueue',
      deadLetterQueueArn: 'arn:aws:sqs:us-east-1:000000000000:Mini-Dead',
      attributes: {
        VisibilityTimeout: '365',
        MessageRetentionPeriod: '604800',
        ReceiveMessageWaitTimeSeconds: '20',
        DelaySeconds: '0',
        RedrivePolicy:
          '{"deadLetterTargetArn":"arn:aws:sqs:us-east-1:000000000000:Mini-Dead","maxReceiveCount":100}',
      },
    });
  });

  test('two resources that differ only by the hash keep it', async () => {
    const { queues } = await plan({ Q00000001: miniQueue(), Q00000002: miniQueue() });
    expect(queues.map(({ name }) => name)).toEqual(['Mini-Q00000001', 'Mini-Q00000002']);
  });

  test('a function has the defaults of Lambda where the template is silent', async () => {
    const { functions } = await plan({ F: miniFunction('key'), Role: role });
    expect(functions).toMatchObject([
      { name: 'Mini-F', codeKey: 'key', timeoutSeconds: 3, memoryMb: 128, environment: {} },
    ]);
  });

  test('a role has the statements of its own policies and of those attached to it', async () => {
    const statement = (action: string | string[]) => ({
      Sid: 'Any',
      Effect: 'Allow',
      Action: action,
      Resource: { 'Fn::GetAtt': ['Q', 'Arn'] },
    });
    const { roles } = await plan({
      Policy: {
        Type: 'AWS::IAM::Policy',
        Properties: {
          PolicyName: 'more',
          Roles: [{ Ref: 'Role' }],
          PolicyDocument: { Statement: [statement(['sqs:SendMessage', 'sqs:DeleteMessage'])] },
        },
      },
      Role: miniRole([statement('sqs:ReceiveMessage')]),
      Other: miniRole([]),
      Q: miniQueue(),
    });
    const resources = ['arn:aws:sqs:us-east-1:000000000000:Mini-Q'];
    const common = { effect: 'Allow', resources, isConditional: false };
    expect(roles.toSorted((a, b) => a.name.localeCompare(b.name))).toMatchObject([
      { name: 'Mini-Other', statements: [] },
      {
        arn: 'arn:aws:iam::000000000000:role/Mini-Role',
        trustedServices: ['lambda.amazonaws.com', 'scheduler.amazonaws.com'],
        statements: [
          { ...common, actions: ['sqs:ReceiveMessage'] },
          { ...common, actions: ['sqs:SendMessage', 'sqs:DeleteMessage'] },
        ],
      },
    ]);
  });

  test('outputs about resources that are not run are left out', async () => {
    const { outputs } = await plan(
      { Q: miniQueue(), Topic: { Type: 'AWS::SNS::Topic' } },
      { Outputs: { Url: { Value: { Ref: 'Q' } }, Topic: { Value: { Ref: 'Topic' } } } },
    );
    expect(outputs).toEqual({ Url: 'http://127.0.0.1:9/000000000000/Mini-Q' });
  });

  test('triggers come in dependency order, also through resources that are not run', async () => {
    const trigger = (dependsOn: string[]): TemplateResource => ({
      Type: 'Custom::Trigger',
      Properties: {
        ServiceToken: { 'Fn::GetAtt': ['F', 'Arn'] },
        HandlerArn: { Ref: 'V' },
        InvocationType: 'RequestResponse',
      },
      DependsOn: dependsOn,
    });
    const { triggers } = await plan({
      A: trigger(['Permission']),
      B: trigger([]),
      Permission: { Type: 'AWS::Lambda::Permission', DependsOn: 'B' },
      F: miniFunction('key'),
      V: { Type: 'AWS::Lambda::Version', Properties: { FunctionName: { Ref: 'F' } } },
    });
    expect(triggers.map(({ logicalId }) => logicalId)).toEqual(['B', 'A']);
    expect(triggers[0]?.handlerArn).toBe('arn:aws:lambda:us-east-1:000000000000:function:Mini-F:1');
  });
});

describe('what cannot be run is an error that names it', () => {
  test.each<[string, Record<string, TemplateResource>, RegExp]>([
    ['an unknown type', { Bucket: { Type: 'AWS::S3::Bucket' } }, /Bucket is a AWS::S3::Bucket/],
    [
      'an unknown property of a queue',
      { Q: miniQueue({ FifoQueue: true }) },
      /Q \(AWS::SQS::Queue\): property FifoQueue is not known/,
    ],
    [
      'an unknown property of a function',
      { F: miniFunction('key', { ReservedConcurrentExecutions: 1 }) },
      /F \(AWS::Lambda::Function\): property ReservedConcurrentExecutions is not known/,
    ],
    [
      'an unknown property inside a property',
      {
        Q: miniQueue(),
        F: miniFunction('key'),
        M: miniMapping('Q', 'F', { ScalingConfig: { Speed: 1 } }),
      },
      /M \(AWS::Lambda::EventSourceMapping\).ScalingConfig: property Speed is not known/,
    ],
    [
      'a value out of range',
      { Q: miniQueue({ VisibilityTimeout: 50_000 }) },
      /VisibilityTimeout must be from 0 to 43200, got 50000/,
    ],
    [
      'a memory size that Lambda does not have',
      { F: miniFunction('key', { MemorySize: 20_000 }) },
      /MemorySize must be from 128 to 10240/,
    ],
    [
      'a large batch without a window',
      { Q: miniQueue(), F: miniFunction('key'), M: miniMapping('Q', 'F', { BatchSize: 100 }) },
      /BatchSize of 100 needs MaximumBatchingWindowInSeconds of at least 1/,
    ],
    [
      'a concurrency that Lambda does not have',
      {
        Q: miniQueue(),
        F: miniFunction('key'),
        M: miniMapping('Q', 'F', { ScalingConfig: { MaximumConcurrency: 1 } }),
      },
      /MaximumConcurrency must be from 2 to 1000/,
    ],
    [
      'a response type that Lambda does not have',
      {
        Q: miniQueue(),
        F: miniFunction('key'),
        M: miniMapping('Q', 'F', { FunctionResponseTypes: ['All'] }),
      },
      /FunctionResponseTypes has unknown type All/,
    ],
    [
      'what happens to failed events of one version of a function',
      {
        F: miniFunction('key'),
        C: {
          Type: 'AWS::Lambda::EventInvokeConfig',
          Properties: { FunctionName: { Ref: 'F' }, Qualifier: '1' },
        },
      },
      /C \(AWS::Lambda::EventInvokeConfig\): property Qualifier is 1; the local engine runs \$LATEST/,
    ],
    [
      'a cron expression that AWS refuses',
      { F: miniFunction('key'), S: schedule({ ScheduleExpression: 'cron(0 8 * * * *)' }) },
      /S \(AWS::Scheduler::Schedule\): property ScheduleExpression is refused: .*must be `\?`/,
    ],
    [
      'a zone that does not exist',
      { F: miniFunction('key'), S: schedule({ ScheduleExpressionTimezone: 'Europe/Roma' }) },
      /Europe\/Roma is no IANA time zone/,
    ],
    [
      'a policy that says what it is not about',
      { Other: miniRole([{ NotAction: 'sqs:*', Action: 'sqs:SendMessage', Resource: '*' }]) },
      /Other \(AWS::IAM::Role\)\.Policies\[0\]\.PolicyDocument\.Statement\[0\]: property NotAction is not known/,
    ],
    [
      'a policy managed by AWS',
      { Other: { Type: 'AWS::IAM::Role', Properties: { ManagedPolicyArns: ['arn'] } } },
      /Other \(AWS::IAM::Role\): property ManagedPolicyArns is not known/,
    ],
    [
      'a managed policy of the stack that is attached to a role',
      {
        Shared: {
          Type: 'AWS::IAM::ManagedPolicy',
          Properties: { Roles: [{ Ref: 'Role' }], PolicyDocument: { Statement: [] } },
        },
      },
      /Shared \(AWS::IAM::ManagedPolicy\): property Roles attaches it to roles, .* use an AWS::IAM::Policy/,
    ],
    [
      'an environment variable about a resource that is not run',
      {
        F: miniFunction('key', { Environment: { Variables: { TOPIC: { Ref: 'Topic' } } } }),
        Topic: { Type: 'AWS::SNS::Topic' },
      },
      /property Variables cannot be resolved: Topic is a AWS::SNS::Topic, which is not run locally/,
    ],
    [
      'a reference to nothing',
      { Q: miniQueue({ QueueName: { Ref: 'Missing' } }) },
      /nothing in the template is called Missing/,
    ],
    [
      'a condition',
      { Q: { ...miniQueue(), Condition: 'InEurope' } },
      /Q .* has condition InEurope/,
    ],
    [
      'resources in a circle',
      { A: { ...miniQueue(), DependsOn: 'B' }, B: { ...miniQueue(), DependsOn: 'A' } },
      /A → B → A depend on each other/,
    ],
  ])('%s', async (_, resources, message) => {
    await expect(plan({ ...resources, Role: role })).rejects.toThrow(message);
  });

  test('a folder that is no assembly', async () => {
    await expect(readAssembly('/nonexistent')).rejects.toThrow(/manifest.json cannot be read/);
  });
});

test('the reference names every type that is left out', async () => {
  const reference = await readFile('docs/reference/local.md', 'utf8');
  for (const type of Object.keys(ignoredResourceTypes)) expect(reference).toContain(`\`${type}\``);
});
