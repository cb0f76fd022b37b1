import { mkdir, mkdtemp, readFile, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { processCommand } from '../../../local/process-command.ts';
import { runAssembly } from '../../../local/run-assembly.ts';
import { miniFunction, miniMapping, miniQueue, writeMiniAssembly } from '../mini-assembly.ts';
import { startMiniAssembly } from '../running-assembly.ts';

const invoke = async (
  source: string,
  properties: Record<string, unknown> = {},
  event: unknown = {},
) => {
  const stack = await startMiniAssembly({ F: miniFunction('f', properties) }, { f: source });
  const result = await stack.invoke('Mini-F', event);
  return { ...result, answer: JSON.parse(result.payload), stack };
};

/** Starts a stack whose function is behind an event source, so that it is loaded at the start. */
const startWith = (source: string, properties: Record<string, unknown> = {}) =>
  startMiniAssembly(
    { Q: miniQueue(), F: miniFunction('f', properties), M: miniMapping('Q', 'F') },
    { f: source },
  );

test.runIf(process.platform === 'linux')(
  'a log on a full disk is told of in one sentence',
  async () => {
    const assembly = await writeMiniAssembly(
      { F: miniFunction('f') },
      { f: "export const handler = async () => console.log('a line')" },
    );
    onTestFinished(() => assembly.remove());
    const log = join(assembly.stateDirectory, 'logs', 'Mini-F.log');
    await mkdir(dirname(log), { recursive: true });
    // Takes nothing; https://man7.org/linux/man-pages/man4/full.4.html
    await symlink('/dev/full', log);
    const problems: string[] = [];
    const stack = await runAssembly({
      assemblyDirectory: assembly.directory,
      stateDirectory: assembly.stateDirectory,
      parameters: () => ({}),
      onError: () => {},
      onFatal: (problem) => problems.push(problem),
    });
    await stack.invoke('Mini-F', {});
    await stack.invoke('Mini-F', {});
    await vi.waitFor(() => expect(problems).toHaveLength(1));
    expect(problems[0]).toMatch(/Mini-F\.log cannot be written \(ENOSPC.*make room/);
    await stack.stop();
    expect(problems).toHaveLength(1);
  },
);

describe('an invocation', () => {
  test('gets the event and the context, and gives the answer', async () => {
    const { answer, error } = await invoke(
      `export const handler = async (event, context) => ({ event, name: context.functionName,
         arn: context.invokedFunctionArn, memory: context.memoryLimitInMB,
         remaining: context.getRemainingTimeInMillis() > 1000 })`,
      { MemorySize: 256, Timeout: 5 },
      { text: 'ä\u2028' },
    );
    expect(error).toBeUndefined();
    expect(answer).toEqual({
      event: { text: 'ä\u2028' },
      name: 'Mini-F',
      arn: 'arn:aws:lambda:us-east-1:000000000000:function:Mini-F',
      memory: '256',
      remaining: true,
    });
  });

  test('sees the environment of the template and of Lambda, and nothing of ours', async () => {
    process.env['TRICOST_OF_THE_RUNNER'] = 'secret';
    const { answer } = await invoke('export const handler = async () => process.env', {
      Environment: { Variables: { TRICOST_SETTING: 'x' } },
    });
    delete process.env['TRICOST_OF_THE_RUNNER'];
    expect(answer).toMatchObject({
      TRICOST_SETTING: 'x',
      AWS_REGION: 'us-east-1',
      AWS_LAMBDA_FUNCTION_NAME: 'Mini-F',
      AWS_ENDPOINT_URL_SQS: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+$/),
      TZ: ':UTC',
    });
    const own = Object.keys(answer).filter((name) => !/^(AWS_|TRICOST_SETTING$)/.test(name));
    expect(own.sort()).toEqual(['LAMBDA_TASK_ROOT', 'LANG', 'TZ', '_HANDLER']);
  });

  test('reuses a process, and has several when invoked at once', async () => {
    const stack = await startMiniAssembly(
      { F: miniFunction('f') },
      {
        f: `import { existsSync, writeFileSync } from 'node:fs';
          export const handler = async ({ mine, other }) => {
            if (mine) { writeFileSync(mine, ''); while (!existsSync(other)) await new Promise((r) => setTimeout(r, 5)); }
            return process.pid;
          }`,
      },
    );
    const pid = async (event = {}) => (await stack.invoke('Mini-F', event)).payload;
    expect(await pid()).toBe(await pid());
    // Each of the two waits for the other: with one process neither would return.
    const directory = await mkdtemp(join(tmpdir(), 'tricost-meet-'));
    const [a, b] = [join(directory, 'a'), join(directory, 'b')];
    const [one, two] = await Promise.all([pid({ mine: a, other: b }), pid({ mine: b, other: a })]);
    await rm(directory, { recursive: true });
    expect(one).not.toBe(two);
  });

  test('that throws is a function error with name, message and trace', async () => {
    const { error, answer, stack } = await invoke(
      'export const handler = async () => { throw new RangeError("too far") }',
    );
    expect(error).toMatchObject({ errorType: 'RangeError', errorMessage: 'too far' });
    expect(answer.trace[0]).toBe('RangeError: too far');
    expect(stack.errors).toEqual(['Mini-F: RangeError: too far']);
  });

  test('that takes too long is killed, and the next one starts afresh', async () => {
    const { error, stack } = await invoke(
      'export const handler = async ({ hang }) => hang === false ? "well" : new Promise(() => setInterval(() => {}, 99))',
      { Timeout: 1 },
    );
    expect(error?.errorMessage).toMatch(/Task timed out after 1.00 seconds$/);
    expect((await stack.invoke('Mini-F', { hang: false })).payload).toBe('"well"');
  });

  test('whose process ends is a function error, and the next one starts afresh', async () => {
    const { error, stack } = await invoke(
      'export const handler = async ({ exit }) => exit === false ? "well" : process.exit(3)',
    );
    expect(error).toMatchObject({
      errorType: 'Runtime.ExitError',
      errorMessage: expect.stringMatching(/exit status 3$/),
    });
    expect((await stack.invoke('Mini-F', { exit: false })).payload).toBe('"well"');
  });

  test('has the memory of the template', async () => {
    const heapLimit = async (MemorySize: number): Promise<number> => {
      const source =
        'import v8 from "node:v8"; export const handler = async () => v8.getHeapStatistics().heap_size_limit';
      return (await invoke(source, { MemorySize })).answer;
    };
    // The limit holds a fixed part for young objects, so only the difference is the template's.
    expect((await heapLimit(600)) - (await heapLimit(300))).toBe(300 * 1024 * 1024);
  });

  test('whose promise nobody awaited rejects fails', async () => {
    const { error } = await invoke(
      'export const handler = async () => { Promise.reject(new Error("lost")); await new Promise((r) => setTimeout(r, 9999)) }',
      { Timeout: 20 },
    );
    expect(error?.errorMessage).toBe('lost');
  });
});

describe('what a function prints', () => {
  const emf = (value: number | number[]) =>
    JSON.stringify({
      _aws: { CloudWatchMetrics: [{ Metrics: [{ Name: 'Stored' }] }] },
      Stored: value,
    });

  test('is in its log, and its metrics are summed before the answer counts', async () => {
    const { stack } = await invoke(
      `export const handler = async () => {
         console.log(${JSON.stringify(emf(2))}); console.log(${JSON.stringify(emf([3, 4]))});
         console.error('on stderr'); process.stdout.write('no line end') }`,
    );
    expect(stack.metrics.total('Mini-F', 'Stored')).toBe(9);
    await stack.invoke('Mini-F', {});
    expect(stack.metrics.total('Mini-F', 'Stored')).toBe(18);
    expect(stack.metrics.total('Mini-F', 'Other')).toBe(0);
  });

  test('survives in a file with times', async () => {
    const assembly = await writeMiniAssembly(
      { F: miniFunction('f') },
      { f: 'export const handler = async () => console.log("hello")' },
    );
    const stack = await runAssembly({
      assemblyDirectory: assembly.directory,
      stateDirectory: assembly.stateDirectory,
      parameters: () => ({}),
      onError: () => {},
    });
    await stack.invoke('Mini-F', {});
    await stack.stop();
    const log = await readFile(join(assembly.stateDirectory, 'logs', 'Mini-F.log'), 'utf8');
    expect(log).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z hello\n$/);
    await assembly.remove();
  });
});

test('a function that prints without end, and has a program of its own, can be stopped', async () => {
  const stack = await startMiniAssembly(
    { F: miniFunction('f', { Timeout: 60 }) },
    {
      f: `import { spawn } from 'node:child_process';
        export const handler = async () => {
          const { pid } = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1e6)'], { stdio: 'inherit' });
          console.log(JSON.stringify({ _aws: { CloudWatchMetrics: [{ Metrics: [{ Name: 'Child' }] }] }, Child: pid }));
          for (;;) { console.log('x'.repeat(999)); await new Promise((r) => setImmediate(r)); }
        }`,
    },
  );
  const invocation = stack.invoke('Mini-F', {});
  const child = () => stack.metrics.total('Mini-F', 'Child');
  await vi.waitFor(() => expect(child()).toBeGreaterThan(0), { timeout: 20_000 });
  expect(await processCommand(child())).toContain('setInterval');
  await stack.stop();
  expect(await processCommand(child())).toBeUndefined();
  expect((await invocation).error?.errorType).toBe('Runtime.ExitError');
});

describe('code that cannot be loaded fails the start and says why', () => {
  const GOOD = 'export const handler = async () => {}';
  test.each<[string, string, Record<string, unknown>, RegExp]>([
    [
      'a handler in no file',
      GOOD,
      { Handler: 'index.handler' },
      /Mini-F cannot be loaded \(handler index\.handler\): Runtime\.ImportModuleError: Cannot find module 'index'/,
    ],
    [
      'a handler that is not exported',
      GOOD,
      { Handler: 'handler.handle' },
      /Runtime\.HandlerNotFound: handler\.handle is undefined/,
    ],
    ['a handler without a dot', GOOD, { Handler: 'handler' }, /Runtime\.MalformedHandlerName/],
    [
      'a handler with a callback',
      'export const handler = (event, context, callback) => {}',
      {},
      /CallbackHandlerDeprecated/,
    ],
    [
      'a missing variable',
      'if (!process.env.TRICOST_X) throw new Error("TRICOST_X is not set"); export const handler = async () => {}',
      {},
      /Error: TRICOST_X is not set/,
    ],
    ['a syntax error', 'export const = 1', {}, /SyntaxError/],
    ['another Node.js', GOOD, { Runtime: 'nodejs18.x' }, /Mini-F wants nodejs18\.x/],
    [
      'a code asset that is missing',
      GOOD,
      { Code: { S3Key: 'other.zip' } },
      /no zip asset other\.zip/,
    ],
  ])('%s', async (_, source, properties, message) => {
    await expect(startWith(source, properties)).rejects.toThrow(message);
  });
});
