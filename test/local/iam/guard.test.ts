/** What a running stack does when a role lacks a permission: fails as it would on AWS. */
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import {
  DeleteMessageBatchCommand,
  GetQueueUrlCommand,
  ReceiveMessageCommand,
  SendMessageBatchCommand,
  SendMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import { GetParameterCommand, GetParametersCommand, SSMClient } from '@aws-sdk/client-ssm';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { queueDepth } from '../../../adapters/sqs/queue-depth.ts';
import type { RoleDefinition } from '../../../local/assembly/resources/role.ts';
import { miniFunction, miniMapping, miniQueue, miniRole } from '../mini-assembly.ts';
import { type RunningAssembly, startMiniAssembly } from '../running-assembly.ts';
import { compareAccess } from './compare-access.ts';

const arnOf = (logicalId: string) => ({ 'Fn::GetAtt': [logicalId, 'Arn'] });
const HANDLER = { f: 'export const handler = async () => { throw new Error("always") }' };
const LOGS = { Action: ['logs:CreateLogStream', 'logs:PutLogEvents'], Resource: '*' };

/** Clients that sign with the credentials of the stack's first role, or of one that it does not have. */
function clientsOf(stack: RunningAssembly, changes: Partial<RoleDefinition> = {}) {
  const [role] = stack.plan.roles;
  if (role === undefined) throw new Error('the stack has no role');
  const credentials = stack.access.credentialsOf({ ...role, ...changes });
  const settings = { region: 'us-east-1', credentials };
  const sqs = new SQSClient({ ...settings, endpoint: stack.sqsEndpoint });
  const ssm = new SSMClient({ ...settings, endpoint: stack.awsEndpoint });
  const lambda = new LambdaClient({ ...settings, endpoint: stack.awsEndpoint });
  onTestFinished(() => {
    for (const client of [sqs, ssm, lambda]) client.destroy();
  });
  return { sqs, ssm, lambda };
}

test('a request with the credentials of a role needs its permission, for each thing it names', async () => {
  const stack = await startMiniAssembly(
    {
      Role: miniRole([
        { Action: 'sqs:SendMessage', Resource: arnOf('Mine') },
        { Action: ['sqs:ReceiveMessage', 'sqs:DeleteMessage'], Resource: arnOf('Mine') },
        {
          Action: 'ssm:GetParameters',
          Resource: 'arn:aws:ssm:us-east-1:000000000000:parameter/tricost/mine',
        },
      ]),
      F: miniFunction('f'),
      Mine: miniQueue(),
      Theirs: miniQueue(),
    },
    HANDLER,
    { parameters: () => ({ '/tricost/mine': 'a', '/tricost/theirs': 'b' }) },
  );
  const { sqs, ssm, lambda } = clientsOf(stack);
  const [mine, theirs] = [stack.url('Mine'), stack.url('Theirs')];
  // Large, and not ASCII: the body goes through the guard.
  const body = `ä\u2028${'x'.repeat(200_000)}`;
  await sqs.send(new SendMessageCommand({ QueueUrl: mine, MessageBody: body }));
  await sqs.send(
    new SendMessageBatchCommand({ QueueUrl: mine, Entries: [{ Id: '0', MessageBody: body }] }),
  );
  const { Messages: messages = [] } = await sqs.send(
    new ReceiveMessageCommand({ QueueUrl: mine, MaxNumberOfMessages: 10 }),
  );
  expect(messages.map(({ Body }) => Body)).toEqual([body, body]);
  const Entries = messages.map(({ ReceiptHandle }, index) => ({ Id: `${index}`, ReceiptHandle }));
  await sqs.send(new DeleteMessageBatchCommand({ QueueUrl: mine, Entries }));
  expect(await queueDepth(stack.sqs, mine)).toBe(0);

  const refusals: [() => Promise<unknown>, string][] = [
    [
      () => sqs.send(new SendMessageCommand({ QueueUrl: theirs, MessageBody: 'x' })),
      'sqs:SendMessage on resource: arn:aws:sqs:us-east-1:000000000000:Mini-Theirs',
    ],
    [() => sqs.send(new GetQueueUrlCommand({ QueueName: 'Mini-Mine' })), 'sqs:GetQueueUrl'],
    [() => ssm.send(new GetParameterCommand({ Name: '/tricost/mine' })), 'ssm:GetParameter on'],
    [
      () => ssm.send(new GetParametersCommand({ Names: ['/tricost/mine', '/tricost/theirs'] })),
      'ssm:GetParameters on resource: arn:aws:ssm:us-east-1:000000000000:parameter/tricost/theirs',
    ],
    [() => lambda.send(new InvokeCommand({ FunctionName: 'Mini-F' })), 'lambda:InvokeFunction on'],
  ];
  for (const [refusal, what] of refusals) {
    await expect(refusal()).rejects.toMatchObject({
      name: 'AccessDeniedException',
      message: expect.stringContaining(`is not authorized to perform: ${what}`),
    });
  }
  const { Parameters: parameters = [] } = await ssm.send(
    new GetParametersCommand({ Names: ['/tricost/mine'], WithDecryption: true }),
  );
  expect(parameters.map(({ Value }) => Value)).toEqual(['a']);
  // Whoever comes without a role's credentials is a publisher or an operator.
  await stack.sqs.send(new SendMessageCommand({ QueueUrl: theirs, MessageBody: 'x' }));
  expect(await queueDepth(stack.sqs, theirs)).toBe(1);
});

test('what a function asks of a service that is not emulated is noted and refused, whatever its role may do', async () => {
  const client = (name: string) => import.meta.resolve(`@aws-sdk/client-${name}`);
  const stack = await startMiniAssembly(
    { F: miniFunction('f') },
    {
      f: `import { SNSClient, PublishCommand } from '${client('sns')}';
        import { CloudFormationClient, DescribeStacksCommand } from '${client('cloudformation')}';
        import { SchedulerClient, ListSchedulesCommand } from '${client('scheduler')}';
        export const handler = async () => (await Promise.allSettled([
          new SNSClient().send(new PublishCommand({ TopicArn: 'arn:aws:sns:us-east-1:000000000000:t', Message: 'x' })),
          new CloudFormationClient().send(new DescribeStacksCommand()),
          new SchedulerClient().send(new ListSchedulesCommand()),
        ])).map(({ reason }) => reason.message)`,
    },
  );
  const { payload } = await stack.invoke('Mini-F', {});
  const actions = ['sns:Publish', 'cloudformation:DescribeStacks', 'scheduler:GET /schedules'];
  expect(JSON.parse(payload)).toEqual(
    actions.map((action) => `${action} is not emulated locally; see docs/reference/local.md`),
  );
  expect(compareAccess(stack.plan.roles, stack.access.requests)).toEqual(
    expect.arrayContaining(actions.map((action) => `Role lacks ${action} on *`)),
  );
});

test('the key of a role that is not there is nobody’s, not an operator’s', async () => {
  const stack = await startMiniAssembly({ F: miniFunction('f'), Q: miniQueue() }, HANDLER, {
    parameters: () => ({ '/tricost/mine': 'a' }),
  });
  const { sqs, ssm } = clientsOf(stack, { name: 'Gone' });
  const requests = [
    () => sqs.send(new SendMessageCommand({ QueueUrl: stack.url('Q'), MessageBody: 'x' })),
    () => ssm.send(new GetParameterCommand({ Name: '/tricost/mine' })),
  ];
  for (const request of requests) {
    await expect(request()).rejects.toMatchObject({
      name: 'UnrecognizedClientException',
      message: expect.stringContaining('role-Gone is the key of no role of this stack'),
    });
  }
  expect(await queueDepth(stack.sqs, stack.url('Q'))).toBe(0);
});

describe('a stack whose role may not', () => {
  test('look at the queue of its event source does not start', async () => {
    const start = startMiniAssembly(
      { Role: miniRole([LOGS]), Q: miniQueue(), F: miniFunction('f'), M: miniMapping('Q', 'F') },
      HANDLER,
    );
    await expect(start).rejects.toThrow(/not authorized to perform: sqs:GetQueueAttributes/);
  });

  test('be taken by Lambda does not start', async () => {
    const resources = { Q: miniQueue(), F: miniFunction('f'), M: miniMapping('Q', 'F') };
    const start = startMiniAssembly({ Role: { Type: 'AWS::IAM::Role' }, ...resources }, HANDLER);
    await expect(start).rejects.toThrow(/Mini-Role cannot be assumed by lambda.amazonaws.com/);
  });

  test('write a log, send to the failure destination, or be a schedule says so', async () => {
    const stack = await startMiniAssembly(
      {
        Role: miniRole([{ Action: 'sqs:ReceiveMessage', Resource: '*' }]),
        F: miniFunction('f'),
        Failed: miniQueue(),
        C: {
          Type: 'AWS::Lambda::EventInvokeConfig',
          Properties: {
            FunctionName: { Ref: 'F' },
            MaximumRetryAttempts: 0,
            DestinationConfig: { OnFailure: { Destination: arnOf('Failed') } },
          },
        },
        S: {
          Type: 'AWS::Scheduler::Schedule',
          Properties: {
            Name: 'daily',
            FlexibleTimeWindow: { Mode: 'OFF' },
            ScheduleExpression: 'rate(1 day)',
            State: 'DISABLED',
            Target: { Arn: arnOf('F'), RoleArn: arnOf('Role') },
          },
        },
      },
      HANDLER,
    );
    await expect(stack.runSchedule('daily', new Date())).rejects.toThrow(
      /schedule daily cannot be delivered: .* to perform: lambda:InvokeFunction/,
    );
    const lambda = new LambdaClient({
      endpoint: stack.awsEndpoint,
      region: 'us-east-1',
      credentials: { accessKeyId: 'operator', secretAccessKey: 'x' },
    });
    onTestFinished(() => lambda.destroy());
    await lambda.send(new InvokeCommand({ FunctionName: 'Mini-F', InvocationType: 'Event' }));
    await vi.waitFor(() =>
      expect(stack.errors.toSorted()).toEqual([
        expect.stringMatching(/^Mini-F: Error: always/),
        expect.stringMatching(
          /^Mini-F: Mini-Role may not do logs:CreateLogStream and logs:PutLogEvents on .*: on AWS it would have no log/,
        ),
        expect.stringMatching(/^failure destination: .* to perform: sqs:SendMessage/),
      ]),
    );
  });
});
