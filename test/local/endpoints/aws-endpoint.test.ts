import http from 'node:http';
import {
  CloudFormationClient,
  DescribeStacksCommand,
  ListStacksCommand,
} from '@aws-sdk/client-cloudformation';
import { InvokeCommand, LambdaClient, ListFunctionsCommand } from '@aws-sdk/client-lambda';
import {
  CreateScheduleCommand,
  type CreateScheduleCommandInput,
  DeleteScheduleCommand,
  GetScheduleCommand,
  ListSchedulesCommand,
  SchedulerClient,
  UpdateScheduleCommand,
} from '@aws-sdk/client-scheduler';
import { GetQueueAttributesCommand } from '@aws-sdk/client-sqs';
import {
  DescribeParametersCommand,
  GetParameterCommand,
  GetParametersCommand,
  PutParameterCommand,
  SSMClient,
} from '@aws-sdk/client-ssm';
import { describe, expect, test, vi } from 'vitest';
import { miniFunction, miniMapping, miniQueue } from '../mini-assembly.ts';
import { type RunningAssembly, startMiniAssembly } from '../running-assembly.ts';

const settings = ({ awsEndpoint }: RunningAssembly) => ({
  endpoint: awsEndpoint,
  region: 'us-east-1',
  credentials: { accessKeyId: 'x', secretAccessKey: 'y' },
  maxAttempts: 1,
});

const start = () =>
  startMiniAssembly(
    {
      F: miniFunction('f', { FunctionName: 'echo' }),
      Out: miniQueue(),
      Group: { Type: 'AWS::Scheduler::ScheduleGroup', Properties: { Name: 'tricost' } },
      S: {
        Type: 'AWS::Scheduler::Schedule',
        Properties: {
          Name: 'spend-alert',
          GroupName: { Ref: 'Group' },
          FlexibleTimeWindow: { Mode: 'OFF' },
          ScheduleExpression: 'cron(0 8 * * ? 2199)',
          ScheduleExpressionTimezone: 'Europe/Rome',
          State: 'DISABLED',
          Target: {
            Arn: { 'Fn::GetAtt': ['F', 'Arn'] },
            RoleArn: { 'Fn::GetAtt': ['Role', 'Arn'] },
            Input: '{"scheduledTime":"<aws.scheduler.scheduled-time>"}',
          },
        },
      },
      C: {
        Type: 'AWS::Lambda::EventInvokeConfig',
        Properties: {
          FunctionName: { Ref: 'F' },
          MaximumRetryAttempts: 0,
          DestinationConfig: { OnFailure: { Destination: { 'Fn::GetAtt': ['Out', 'Arn'] } } },
        },
      },
    },
    {
      f: 'export const handler = async (event) => { if (event.fail) throw new TypeError("asked to"); return { got: event } }',
    },
    { parameters: () => ({ '/tricost/url': 'postgres://secret' }) },
  );

describe('Parameter Store', () => {
  test('refuses a body that is no JSON object', async () => {
    const { awsEndpoint } = await start();
    for (const body of ['', 'no JSON', 'null', '["/tricost/url"]']) {
      const headers = { 'x-amz-target': 'AmazonSSM.GetParameter' };
      const response = await fetch(awsEndpoint, { method: 'POST', headers, body });
      expect(response.status).toBe(400);
      expect(await response.json()).toMatchObject({ __type: 'SerializationException' });
    }
  });

  test('gives, lists as unknown, and puts', async () => {
    const ssm = new SSMClient(settings(await start()));
    const { Parameter } = await ssm.send(
      new GetParameterCommand({ Name: '/tricost/url', WithDecryption: true }),
    );
    expect(Parameter).toMatchObject({
      Value: 'postgres://secret',
      Type: 'SecureString',
      Version: 1,
    });
    const both = await ssm.send(
      new GetParametersCommand({ Names: ['/tricost/url', '/other'], WithDecryption: true }),
    );
    expect(both.Parameters?.map(({ Value }) => Value)).toEqual(['postgres://secret']);
    expect(both.InvalidParameters).toEqual(['/other']);

    const put = { Name: '/tricost/url', Value: 'rotated', Type: 'SecureString' } as const;
    await expect(ssm.send(new PutParameterCommand(put))).rejects.toMatchObject({
      name: 'ParameterAlreadyExists',
    });
    expect((await ssm.send(new PutParameterCommand({ ...put, Overwrite: true }))).Version).toBe(2);
    const rotated = await ssm.send(
      new GetParameterCommand({ Name: '/tricost/url', WithDecryption: true }),
    );
    expect(rotated.Parameter?.Value).toBe('rotated');
  });

  test('shows no secret to a caller who does not ask for decryption', async () => {
    const ssm = new SSMClient(settings(await start()));
    const { Parameter } = await ssm.send(new GetParameterCommand({ Name: '/tricost/url' }));
    expect(Parameter?.Value).not.toContain('postgres');
  });

  test('answers as AWS does to what is missing or not emulated', async () => {
    const ssm = new SSMClient(settings(await start()));
    await expect(ssm.send(new GetParameterCommand({ Name: '/no' }))).rejects.toMatchObject({
      name: 'ParameterNotFound',
    });
    await expect(ssm.send(new DescribeParametersCommand({}))).rejects.toMatchObject({
      name: 'UnknownOperationException',
    });
  });
});

describe('Scheduler', () => {
  test('lists and shows the schedules of the template', async () => {
    const scheduler = new SchedulerClient(settings(await start()));
    const list = async (filter: object) =>
      (await scheduler.send(new ListSchedulesCommand(filter))).Schedules?.map(({ Name }) => Name);
    expect(await list({})).toEqual(['spend-alert']);
    expect(await list({ GroupName: 'tricost', State: 'DISABLED' })).toEqual(['spend-alert']);
    expect(await list({ GroupName: 'other' })).toEqual([]);
    expect(await list({ State: 'ENABLED' })).toEqual([]);
    expect(await list({ NamePrefix: 'create' })).toEqual([]);
    const shown = await scheduler.send(
      new GetScheduleCommand({ GroupName: 'tricost', Name: 'spend-alert' }),
    );
    expect(shown).toMatchObject({
      ScheduleExpression: 'cron(0 8 * * ? 2199)',
      ScheduleExpressionTimezone: 'Europe/Rome',
      State: 'DISABLED',
      Target: {
        Arn: 'arn:aws:lambda:us-east-1:000000000000:function:echo',
        Input: '{"scheduledTime":"<aws.scheduler.scheduled-time>"}',
      },
    });
    expect(shown.CreationDate).toBeInstanceOf(Date);
  });

  test('answers as AWS does to what is missing or not emulated', async () => {
    const scheduler = new SchedulerClient(settings(await start()));
    await expect(
      scheduler.send(new GetScheduleCommand({ Name: 'spend-alert' })),
    ).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
    await expect(
      scheduler.send(new DeleteScheduleCommand({ Name: 'spend-alert' })),
    ).rejects.toMatchObject({ name: 'UnknownOperationException' });
    await expect(
      scheduler.send(new CreateScheduleCommand({ ...ONCE, ScheduleExpression: 'at(tomorrow)' })),
    ).rejects.toMatchObject({ name: 'ValidationException' });
  });

  test('stops and resumes one, and changes nothing else', async () => {
    const scheduler = new SchedulerClient(settings(await start()));
    const which = { GroupName: 'tricost', Name: 'spend-alert' };
    const show = () => scheduler.send(new GetScheduleCommand(which));
    const {
      $metadata: _,
      Arn: __,
      CreationDate: ___,
      LastModificationDate: ____,
      ...shown
    } = await show();
    const update = (changed: object) =>
      scheduler.send(
        new UpdateScheduleCommand({ ...(shown as CreateScheduleCommandInput), ...changed }),
      );
    await update({ State: 'ENABLED' });
    expect((await show()).State).toBe('ENABLED');
    await update({ State: 'DISABLED' });
    expect((await show()).State).toBe('DISABLED');
    // As on AWS, a state that is not sent is the default.
    await update({ State: undefined });
    expect((await show()).State).toBe('ENABLED');
    await expect(update({ ScheduleExpression: 'rate(1 day)' })).rejects.toMatchObject({
      name: 'ValidationException',
    });
    await expect(update({ GroupName: 'other' })).rejects.toMatchObject({
      name: 'ResourceNotFoundException',
    });
  });

  test('one that is stopped does not run when it is due, and does when it is resumed', async () => {
    const stack = await start();
    const scheduler = new SchedulerClient(settings(stack));
    const at = new Date(Date.now() + 3_000).toISOString().slice(0, 19);
    const soon = { ...ONCE, Name: 'soon', ScheduleExpression: `at(${at})` };
    await scheduler.send(new CreateScheduleCommand(soon));
    const { $metadata: _, ...shown } = await scheduler.send(
      new GetScheduleCommand({ GroupName: 'follow-ups', Name: 'soon' }),
    );
    const update = (State: 'ENABLED' | 'DISABLED') =>
      scheduler.send(
        new UpdateScheduleCommand({ ...(shown as CreateScheduleCommandInput), State }),
      );
    await update('DISABLED');
    const names = async () =>
      (await scheduler.send(new ListSchedulesCommand({ GroupName: 'follow-ups' }))).Schedules?.map(
        ({ Name }) => Name,
      );
    // One that is due runs, and is gone then: so another one, due later, tells when that moment is over.
    const after = new Date(Date.now() + 5_000).toISOString().slice(0, 19);
    await scheduler.send(
      new CreateScheduleCommand({ ...ONCE, Name: 'after', ScheduleExpression: `at(${after})` }),
    );
    await vi.waitFor(async () => expect(await names()).toEqual(['soon']), { timeout: 20_000 });
    // Its moment is over, so resumed it is completed.
    await update('ENABLED');
    expect(await names()).toEqual([]);
  });

  test('makes one that runs once and is gone then; another of that name is a conflict', async () => {
    const stack = await start();
    const scheduler = new SchedulerClient(settings(stack));
    const at = (date: Date) => `at(${date.toISOString().slice(0, 19)})`;
    const later = { ...ONCE, ScheduleExpression: at(new Date(Date.now() + 86_400_000)) };
    await scheduler.send(new CreateScheduleCommand(later));
    await expect(scheduler.send(new CreateScheduleCommand(later))).rejects.toMatchObject({
      name: 'ConflictException',
    });
    const soon = at(new Date(Date.now() + 2_000));
    await scheduler.send(
      new CreateScheduleCommand({ ...later, Name: 'soon', ScheduleExpression: soon }),
    );
    const names = async () =>
      (await scheduler.send(new ListSchedulesCommand({ GroupName: 'follow-ups' }))).Schedules?.map(
        ({ Name }) => Name,
      );
    expect(await names()).toEqual(['once', 'soon']);
    await vi.waitFor(async () => expect(await names()).toEqual(['once']), { timeout: 20_000 });
  });
});

const ONCE: CreateScheduleCommandInput = {
  Name: 'once',
  GroupName: 'follow-ups',
  ScheduleExpression: 'at(2199-01-01T00:00:00)',
  ActionAfterCompletion: 'DELETE',
  FlexibleTimeWindow: { Mode: 'OFF' },
  Target: {
    Arn: 'arn:aws:lambda:us-east-1:000000000000:function:echo',
    RoleArn: 'arn:aws:iam::000000000000:role/schedules',
  },
};

describe('Lambda', () => {
  const text = (payload: Uint8Array | undefined) =>
    JSON.parse(Buffer.from(payload ?? []).toString());

  test.each([
    'echo',
    'echo:$LATEST',
    'arn:aws:lambda:us-east-1:000000000000:function:echo',
    'arn:aws:lambda:us-east-1:000000000000:function:echo:1',
    '000000000000:function:echo',
  ])('invokes %s and answers', async (FunctionName) => {
    const lambda = new LambdaClient(settings(await start()));
    const answer = await lambda.send(new InvokeCommand({ FunctionName, Payload: '{"a":"ä"}' }));
    expect(answer).toMatchObject({ StatusCode: 200, ExecutedVersion: '$LATEST' });
    expect(answer.FunctionError).toBeUndefined();
    expect(text(answer.Payload)).toEqual({ got: { a: 'ä' } });
  });

  test('tells of an error of the function', async () => {
    const lambda = new LambdaClient(settings(await start()));
    const answer = await lambda.send(
      new InvokeCommand({ FunctionName: 'echo', Payload: '{"fail":true}' }),
    );
    expect(answer.FunctionError).toBe('Unhandled');
    expect(text(answer.Payload)).toMatchObject({
      errorType: 'TypeError',
      errorMessage: 'asked to',
    });
  });

  test('accepts events without waiting, and sends failures to their destination', async () => {
    const stack = await start();
    const lambda = new LambdaClient(settings(stack));
    const { StatusCode } = await lambda.send(
      new InvokeCommand({
        FunctionName: 'echo',
        InvocationType: 'Event',
        Payload: '{"fail":true}',
      }),
    );
    expect(StatusCode).toBe(202);
    await vi.waitFor(
      async () => {
        const { Attributes } = await stack.sqs.send(
          new GetQueueAttributesCommand({ QueueUrl: stack.url('Out'), AttributeNames: ['All'] }),
        );
        expect(Attributes?.['ApproximateNumberOfMessages']).toBe('1');
      },
      { timeout: 20_000 },
    );
  });

  test('answers as AWS does to what is missing, malformed or not emulated', async () => {
    const lambda = new LambdaClient(settings(await start()));
    for (const InvocationType of ['RequestResponse', 'Event'] as const) {
      await expect(
        lambda.send(new InvokeCommand({ FunctionName: 'none', InvocationType })),
      ).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
    }
    await expect(
      lambda.send(new InvokeCommand({ FunctionName: 'echo', Payload: '{' })),
    ).rejects.toMatchObject({ name: 'InvalidRequestContentException' });
    await expect(lambda.send(new ListFunctionsCommand({}))).rejects.toMatchObject({
      name: 'UnknownOperationException',
    });
  });
});

describe('CloudFormation', () => {
  test('tells the outputs of the stack, and of no other', async () => {
    const stack = await startMiniAssembly(
      { Q: miniQueue() },
      {},
      {},
      { Outputs: { QueueUrl: { Value: { Ref: 'Q' } }, Odd: { Value: 'a & <b>' } } },
    );
    const client = new CloudFormationClient(settings(stack));
    const { Stacks } = await client.send(new DescribeStacksCommand({ StackName: 'Mini' }));
    expect(Stacks?.[0]?.Outputs).toEqual([
      { OutputKey: 'QueueUrl', OutputValue: stack.url('Q') },
      { OutputKey: 'Odd', OutputValue: 'a & <b>' },
    ]);
    await expect(
      client.send(new DescribeStacksCommand({ StackName: 'Other' })),
    ).rejects.toMatchObject({
      name: 'ValidationError',
      message: 'Stack with id Other does not exist',
    });
    await expect(client.send(new ListStacksCommand({}))).rejects.toMatchObject({
      message: expect.stringContaining('not emulated locally'),
    });
  });
});

test('a function finds the endpoints in its environment', async () => {
  const bundle = `export const handler = async () => {
    const answer = await fetch(process.env.AWS_ENDPOINT_URL, { method: 'POST', headers: { 'x-amz-target': 'AmazonSSM.GetParameters' }, body: '{"Names":["/tricost/url"],"WithDecryption":true}' });
    return (await answer.json()).Parameters[0].Value; }`;
  const stack = await startMiniAssembly(
    { Q: miniQueue(), F: miniFunction('f'), M: miniMapping('Q', 'F') },
    { f: bundle },
    { parameters: () => ({ '/tricost/url': 'value' }) },
  );
  expect((await stack.invoke('Mini-F', {})).payload).toBe('"value"');
});

test('a page of another site cannot read parameters by giving its name to this address', async () => {
  const { awsEndpoint } = await start();
  const status = await new Promise((resolve) => {
    http
      .request(awsEndpoint, { method: 'POST', headers: { host: 'evil.example' } }, (response) =>
        resolve(response.resume().statusCode),
      )
      .end();
  });
  expect(status).toBe(403);
});
