import { appendFile, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  GetQueueAttributesCommand,
  type Message,
  ReceiveMessageCommand,
  SendMessageBatchCommand,
  SendMessageCommand,
} from '@aws-sdk/client-sqs';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import type { TemplateResource } from '../../local/assembly/template.ts';
import { runAssembly } from '../../local/run-assembly.ts';
import { miniFunction, miniMapping, miniQueue, writeMiniAssembly } from './mini-assembly.ts';
import { type RunningAssembly, startMiniAssembly } from './running-assembly.ts';

/** Polls until an assertion holds: a stack works in the background, and tests must not race it. */
const eventually = (assertion: () => Promise<void> | void) =>
  vi.waitFor(assertion, { timeout: 30_000, interval: 20 });

const send = (stack: RunningAssembly, queue: string, body: string) =>
  stack.sqs.send(new SendMessageCommand({ QueueUrl: stack.url(queue), MessageBody: body }));

async function depth(stack: RunningAssembly, queue: string): Promise<number> {
  const { Attributes } = await stack.sqs.send(
    new GetQueueAttributesCommand({ QueueUrl: stack.url(queue), AttributeNames: ['All'] }),
  );
  return (
    Number(Attributes?.['ApproximateNumberOfMessages']) +
    Number(Attributes?.['ApproximateNumberOfMessagesNotVisible'])
  );
}

/** A file to which handlers append what they saw, one JSON value a line. */
async function journal() {
  const directory = await mkdtemp(join(tmpdir(), 'tricost-journal-'));
  const path = join(directory, 'journal');
  await appendFile(path, '');
  onTestFinished(() => rm(directory, { recursive: true }));
  return {
    path,
    read: async () =>
      (await readFile(path, 'utf8'))
        .split('\n')
        .filter((line) => line !== '')
        .map((line) => JSON.parse(line)),
  };
}

const WRITE = `import { appendFileSync } from 'node:fs';
const write = (value) => appendFileSync(process.env.JOURNAL, JSON.stringify(value) + '\\n');\n`;

const withJournal = (path: string, properties: Record<string, unknown> = {}) => ({
  Environment: { Variables: { JOURNAL: path } },
  ...properties,
});

describe('an event source', () => {
  test('deletes what succeeded, leaves what failed to the queue, and to the dead letters in the end', async () => {
    const { path, read } = await journal();
    const stack = await startMiniAssembly(
      {
        Q: miniQueue({
          VisibilityTimeout: 1,
          RedrivePolicy: {
            deadLetterTargetArn: { 'Fn::GetAtt': ['Dead', 'Arn'] },
            maxReceiveCount: 2,
          },
        }),
        Dead: miniQueue(),
        F: miniFunction('f', withJournal(path)),
        M: miniMapping('Q', 'F', { FunctionResponseTypes: ['ReportBatchItemFailures'] }),
      },
      {
        f: `${WRITE}export const handler = async ({ Records }) => {
          for (const { body, attributes } of Records) write([body, attributes.ApproximateReceiveCount]);
          return { batchItemFailures: Records.filter(({ body }) => body === 'bad').map(({ messageId }) => ({ itemIdentifier: messageId })) };
        }`,
      },
    );
    await send(stack, 'Q', 'good');
    await send(stack, 'Q', 'bad');
    await eventually(async () => expect(await depth(stack, 'Dead')).toBe(1));
    expect(await depth(stack, 'Q')).toBe(0);
    expect((await read()).sort()).toEqual([
      ['bad', '1'],
      ['bad', '2'],
      ['good', '1'],
    ]);
  });

  test('says so when an answer makes no sense, and deletes nothing', async () => {
    const stack = await startMiniAssembly(
      {
        Q: miniQueue(),
        F: miniFunction('f'),
        M: miniMapping('Q', 'F', { FunctionResponseTypes: ['ReportBatchItemFailures'] }),
      },
      {
        f: 'export const handler = async () => ({ batchItemFailures: [{ itemIdentifier: "x" }] })',
      },
    );
    await send(stack, 'Q', 'body');
    await eventually(() => expect(stack.errors).toHaveLength(1));
    expect(stack.errors[0]).toMatch(
      /^Mini-F: the whole batch counts as failed: itemIdentifier "x"/,
    );
    expect(await depth(stack, 'Q')).toBe(1);
  });

  test('without ReportBatchItemFailures deletes the batch whatever the answer', async () => {
    const { path, read } = await journal();
    const stack = await startMiniAssembly(
      { Q: miniQueue(), F: miniFunction('f', withJournal(path)), M: miniMapping('Q', 'F') },
      {
        f: `${WRITE}export const handler = async ({ Records }) => { write(1); return { batchItemFailures: [{ itemIdentifier: Records[0].messageId }] } }`,
      },
    );
    await send(stack, 'Q', 'body');
    await eventually(async () => expect(await depth(stack, 'Q')).toBe(0));
    expect(await read()).toEqual([1]);
  });

  test('respects the batch size and the window of the template', async () => {
    const sizes = async (mapping: Record<string, unknown>) => {
      const { path, read } = await journal();
      const resources = {
        Q: miniQueue(),
        F: miniFunction('f', withJournal(path)),
        M: miniMapping('Q', 'F', { ...mapping, Enabled: false }),
      };
      // Filled while nobody polls, so that batches are cut by the mapping and not by the speed of sending.
      const assembly = await writeMiniAssembly(resources, {
        f: `${WRITE}export const handler = async ({ Records }) => write(Records.length)`,
      });
      onTestFinished(() => assembly.remove());
      const options = {
        assemblyDirectory: assembly.directory,
        stateDirectory: assembly.stateDirectory,
        parameters: () => ({}),
        onError: () => {},
      };
      const filling = await runAssembly(options);
      const url = filling.plan.queues[0]?.url ?? '';
      for (let batch = 0; batch < 3; batch += 1) {
        await filling.sqs.send(
          new SendMessageBatchCommand({
            QueueUrl: url,
            Entries: Array.from({ length: 10 }, (_, index) => ({
              Id: `${index}`,
              MessageBody: 'x',
            })),
          }),
        );
      }
      await filling.stop();
      const template = join(assembly.directory, 'Mini.template.json');
      const enabled = (await readFile(template, 'utf8')).replace(
        '"Enabled":false',
        '"Enabled":true',
      );
      await rm(template);
      await appendFile(template, enabled);
      const stack = await runAssembly(options);
      onTestFinished(() => stack.stop());
      await eventually(async () =>
        expect((await read()).reduce((sum: number, size: number) => sum + size, 0)).toBe(30),
      );
      return read();
    };
    expect(new Set(await sizes({ BatchSize: 3 }))).toEqual(new Set([3]));
    // More than one receive brings, and full long before the window is over: two pollers share thirty messages.
    const large = await sizes({ BatchSize: 15, MaximumBatchingWindowInSeconds: 300 });
    expect(large).toEqual([15, 15]);
  });

  test('hands each message to one invocation while it is invisible', async () => {
    const { path, read } = await journal();
    const stack = await startMiniAssembly(
      {
        Q: miniQueue({ VisibilityTimeout: 600 }),
        F: miniFunction('f', withJournal(path)),
        M: miniMapping('Q', 'F', { ScalingConfig: { MaximumConcurrency: 5 } }),
      },
      {
        f: `${WRITE}export const handler = async ({ Records }) => { for (const { body } of Records) write(body) }`,
      },
    );
    const bodies = Array.from({ length: 40 }, (_, index) => `${index}`);
    await Promise.all(bodies.map((body) => send(stack, 'Q', body)));
    await eventually(async () => expect(await depth(stack, 'Q')).toBe(0));
    expect((await read()).sort()).toEqual(bodies.sort());
  });

  test('a stop lets the invocation finish and deletes its messages', async () => {
    const { path, read } = await journal();
    const assembly = await writeMiniAssembly(
      {
        Q: miniQueue(),
        F: miniFunction('f', withJournal(path, { Timeout: 30 })),
        M: miniMapping('Q', 'F'),
      },
      {
        f: `${WRITE}export const handler = async () => { write('start'); await new Promise((r) => setTimeout(r, 500)); write('end') }`,
      },
    );
    onTestFinished(() => assembly.remove());
    const options = {
      assemblyDirectory: assembly.directory,
      stateDirectory: assembly.stateDirectory,
      parameters: () => ({}),
      onError: () => {},
    };
    const first = await runAssembly(options);
    const url = first.plan.queues[0]?.url ?? '';
    await first.sqs.send(new SendMessageCommand({ QueueUrl: url, MessageBody: 'x' }));
    await eventually(async () => expect(await read()).toEqual(['start']));
    await first.stop();
    expect(await read()).toEqual(['start', 'end']);
    const second = await runAssembly(options);
    onTestFinished(() => second.stop());
    const { Messages: left = [] as Message[] } = await second.sqs.send(
      new ReceiveMessageCommand({ QueueUrl: url, WaitTimeSeconds: 0 }),
    );
    expect(left).toEqual([]);
  });
});

describe('triggers', () => {
  const trigger = (version: string, dependsOn: string[] = []): TemplateResource => ({
    Type: 'Custom::Trigger',
    Properties: {
      ServiceToken: { 'Fn::GetAtt': ['Provider', 'Arn'] },
      HandlerArn: { Ref: version },
      InvocationType: 'RequestResponse',
    },
    DependsOn: dependsOn,
  });
  const version = (target: string): TemplateResource => ({
    Type: 'AWS::Lambda::Version',
    Properties: { FunctionName: { Ref: target } },
  });

  test('run in dependency order, before what follows them and before events flow', async () => {
    const { path, read } = await journal();
    const log = (text: string) => `${WRITE}export const handler = async () => write('${text}')`;
    const resources = {
      Second: trigger('V2', ['First']),
      First: trigger('V1'),
      V1: version('F1'),
      V2: version('F2'),
      Provider: miniFunction('provider'),
      F1: miniFunction('one', withJournal(path)),
      F2: miniFunction('two', withJournal(path)),
    };
    await startMiniAssembly(
      resources,
      { one: log('one'), two: log('two') },
      { afterTriggers: () => appendFile(path, '"after"\n') },
    );
    expect(await read()).toEqual(['one', 'two', 'after']);
  });

  test('that fail stop the start with the error of the function', async () => {
    const { path, read } = await journal();
    const start = startMiniAssembly(
      {
        T: trigger('V'),
        V: version('F'),
        Provider: miniFunction('provider'),
        F: miniFunction('f'),
        Q: miniQueue(),
        G: miniFunction('g', withJournal(path)),
        M: miniMapping('Q', 'G'),
      },
      {
        f: 'export const handler = async () => { throw new Error("relation llm_calls does not exist") }',
        g: `${WRITE} write('loaded'); export const handler = async () => {}`,
      },
    );
    await expect(start).rejects.toThrow(
      /trigger T failed: Mini-F: Error: relation llm_calls does not exist; its log: .*Mini-F\.log/,
    );
    expect(await read()).toEqual([]);
  });
});

describe('schedules', () => {
  const schedule = (properties: Record<string, unknown>): TemplateResource => ({
    Type: 'AWS::Scheduler::Schedule',
    Properties: {
      Name: 'report',
      FlexibleTimeWindow: { Mode: 'OFF' },
      ScheduleExpression: 'rate(1 day)',
      Target: {
        Arn: { 'Fn::GetAtt': ['F', 'Arn'] },
        RoleArn: { 'Fn::GetAtt': ['Role', 'Arn'] },
        Input: '{"scheduledTime":"<aws.scheduler.scheduled-time>"}',
      },
      ...properties,
    },
  });
  const handlers = { f: `${WRITE}export const handler = async (event) => write(event)` };

  test('invoke their target when due, with the time they were due', async () => {
    const { path, read } = await journal();
    const before = Date.now();
    await startMiniAssembly({ F: miniFunction('f', withJournal(path)), S: schedule({}) }, handlers);
    await eventually(async () => expect(await read()).toHaveLength(1));
    const [{ scheduledTime }] = await read();
    expect(scheduledTime).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
    expect(Date.parse(scheduledTime)).toBeGreaterThanOrEqual(before - 1000);
  });

  test('that are held wait until they are let go, and can be run by hand before', async () => {
    const { path, read } = await journal();
    const stack = await startMiniAssembly(
      { F: miniFunction('f', withJournal(path)), S: schedule({}) },
      handlers,
      { holdSchedules: true },
    );
    await stack.runSchedule('report', new Date('2026-03-01T08:00:00.789Z'));
    // One that was not held would have run at once, so before.
    expect(await read()).toEqual([{ scheduledTime: '2026-03-01T08:00:00Z' }]);
    stack.startSchedules();
    await eventually(async () => expect(await read()).toHaveLength(2));
  });

  test('do not when they are disabled, but can be run by hand as of any moment', async () => {
    const { path, read } = await journal();
    const stack = await startMiniAssembly(
      { F: miniFunction('f', withJournal(path)), S: schedule({ State: 'DISABLED' }) },
      handlers,
    );
    // An enabled one would have run at once; what is invoked after it would come after it.
    await stack.runSchedule('report', new Date('2026-03-01T08:00:00.789Z'));
    expect(await read()).toEqual([{ scheduledTime: '2026-03-01T08:00:00Z' }]);
  });
});

describe('asynchronous invocations', () => {
  const failing = {
    f: `${WRITE}export const handler = async () => { write('attempt'); throw new Error('always') }`,
  };
  const scheduled = (path: string, config: Record<string, unknown>) => ({
    F: miniFunction('f', withJournal(path)),
    Failed: miniQueue(),
    C: {
      Type: 'AWS::Lambda::EventInvokeConfig',
      Properties: {
        FunctionName: { Ref: 'F' },
        Qualifier: '$LATEST',
        DestinationConfig: { OnFailure: { Destination: { 'Fn::GetAtt': ['Failed', 'Arn'] } } },
        ...config,
      },
    },
    S: {
      Type: 'AWS::Scheduler::Schedule',
      Properties: {
        FlexibleTimeWindow: { Mode: 'OFF' },
        ScheduleExpression: 'rate(1 day)',
        Target: {
          Arn: { 'Fn::GetAtt': ['F', 'Arn'] },
          RoleArn: { 'Fn::GetAtt': ['Role', 'Arn'] },
          Input: '{"a":1}',
        },
      },
    },
  });

  test.each([0, 1, 2])(
    'are retried %i times, then told to the failure destination',
    async (retries) => {
      const { path, read } = await journal();
      const stack = await startMiniAssembly(
        scheduled(path, { MaximumRetryAttempts: retries }),
        failing,
        { retryDelaysMs: [1, 1] },
      );
      await eventually(async () => expect(await depth(stack, 'Failed')).toBe(1));
      expect(await read()).toHaveLength(retries + 1);
      const { Messages } = await stack.sqs.send(
        new ReceiveMessageCommand({ QueueUrl: stack.url('Failed') }),
      );
      expect(JSON.parse(Messages?.[0]?.Body ?? '')).toMatchObject({
        requestContext: {
          condition: 'RetriesExhausted',
          approximateInvokeCount: retries + 1,
          functionArn: 'arn:aws:lambda:us-east-1:000000000000:function:Mini-F:$LATEST',
        },
        requestPayload: { a: 1 },
        responseContext: { functionError: 'Unhandled' },
        responsePayload: { errorType: 'Error', errorMessage: 'always' },
      });
    },
  );

  test('that wait for a retry do not hold up a stop', async () => {
    const { path, read } = await journal();
    const stack = await startMiniAssembly(scheduled(path, {}), failing);
    await eventually(async () => expect(await read()).toHaveLength(1));
    await stack.stop();
    expect(await read()).toHaveLength(1);
  });
});

test('queues keep their messages over a restart and take the new attributes', async () => {
  const assembly = await writeMiniAssembly({ Q: miniQueue({ VisibilityTimeout: 30 }) });
  onTestFinished(() => assembly.remove());
  const start = () =>
    runAssembly({
      assemblyDirectory: assembly.directory,
      stateDirectory: assembly.stateDirectory,
      parameters: () => ({}),
      onError: () => {},
    });
  const first = await start();
  const name = first.plan.queues[0]?.url ?? '';
  await first.sqs.send(new SendMessageCommand({ QueueUrl: name, MessageBody: 'kept' }));
  await first.stop();
  const template = join(assembly.directory, 'Mini.template.json');
  const changed = (await readFile(template, 'utf8')).replace(
    '"VisibilityTimeout":30',
    '"VisibilityTimeout":77',
  );
  await rm(template);
  await appendFile(template, changed);
  const second = await start();
  onTestFinished(() => second.stop());
  const QueueUrl = second.plan.queues[0]?.url ?? '';
  const { Attributes } = await second.sqs.send(
    new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['All'] }),
  );
  expect(Attributes?.['VisibilityTimeout']).toBe('77');
  const { Messages } = await second.sqs.send(new ReceiveMessageCommand({ QueueUrl }));
  expect(Messages?.map(({ Body }) => Body)).toEqual(['kept']);
});

test('a variable of this machine takes the place of the template’s, and reaches no function that has none', async () => {
  const handler = 'export const handler = async () => process.env.BOARD ?? "none"';
  const stack = await startMiniAssembly(
    {
      F: miniFunction('f', { Environment: { Variables: { BOARD: '' } } }),
      G: miniFunction('g'),
    },
    { f: handler, g: handler },
    { environment: { BOARD: 'http://127.0.0.1:1' } },
  );
  const answers = await Promise.all(['Mini-F', 'Mini-G'].map((name) => stack.invoke(name, {})));
  expect(answers.map(({ payload }) => payload)).toEqual(['"http://127.0.0.1:1"', '"none"']);
});
