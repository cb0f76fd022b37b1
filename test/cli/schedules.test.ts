/** Schedules are listed, stopped, resumed and run, on the Scheduler of the local stack. */
import { expect, onTestFinished, test, vi } from 'vitest';
import { miniFunction } from '../local/mini-assembly.ts';
import { startMiniAssembly } from '../local/running-assembly.ts';
import { runCommand } from './run-command.ts';

function schedule(name: string, expression: string) {
  return {
    Type: 'AWS::Scheduler::Schedule',
    Properties: {
      ...{ Name: name, GroupName: { Ref: 'Group' }, FlexibleTimeWindow: { Mode: 'OFF' } },
      ...{ ScheduleExpression: expression, ScheduleExpressionTimezone: 'Europe/Rome' },
      Target: {
        Arn: { 'Fn::GetAtt': ['F', 'Arn'] },
        RoleArn: { 'Fn::GetAtt': ['Role', 'Arn'] },
        Input: '{"scheduledTime":"<aws.scheduler.scheduled-time>"}',
      },
    },
  };
}

async function start(handler = 'async (event) => ({ got: event })') {
  const stack = await startMiniAssembly(
    {
      F: miniFunction('f', { FunctionName: 'echo' }),
      Group: { Type: 'AWS::Scheduler::ScheduleGroup', Properties: { Name: 'tricost' } },
      Alert: schedule('spend-alert', 'cron(0/15 8-11 * * ? *)'),
      Last: schedule('last', 'at(2199-01-01T00:00:00)'),
    },
    { f: `export const handler = ${handler}` },
    {},
    { Outputs: { ScheduleGroupName: { Value: { Ref: 'Group' } } } },
  );
  onTestFinished(() => void vi.unstubAllEnvs());
  for (const [name, value] of Object.entries({
    AWS_ENDPOINT_URL: stack.awsEndpoint,
    AWS_REGION: 'us-east-1',
    AWS_ACCESS_KEY_ID: 'test',
    AWS_SECRET_ACCESS_KEY: 'test',
  })) {
    vi.stubEnv(name, value);
  }
  return stack;
}

const schedules = (...args: string[]) =>
  runCommand(['schedules', ...args, '--aws', '--stack', 'Mini']);

async function listed() {
  const { code, stdout } = await schedules('list', '--json');
  expect(code).toBe(0);
  return JSON.parse(stdout).schedules;
}

test('list has each with its state and its next run', async () => {
  await start();
  expect(await listed()).toEqual([
    {
      ...{ name: 'spend-alert', group: 'tricost', state: 'ENABLED' },
      ...{ expression: 'cron(0/15 8-11 * * ? *)', time_zone: 'Europe/Rome' },
      next_run_at: expect.stringMatching(/T\d\d:(00|15|30|45):00.000Z$/),
      function_arn: 'arn:aws:lambda:us-east-1:000000000000:function:echo',
    },
    expect.objectContaining({ name: 'last', next_run_at: '2198-12-31T23:00:00.000Z' }),
  ]);
  expect((await schedules('list')).stdout).toMatch(
    /\nlast {9}at\(2199-01-01T00:00:00\) Europe\/Rome {2}ENABLED {2}next 2198-12-31T23:00:00Z\n/,
  );
});

test('a paused one has no next run until it is resumed; nothing else of it changes', async () => {
  await start();
  const [before, last] = await listed();
  const paused = await schedules('pause', 'spend-alert');
  expect(paused.stdout).toContain('spend-alert is paused\n');
  expect(paused.stdout).toContain('tricost schedules resume spend-alert');
  expect(await listed()).toEqual([{ ...before, state: 'DISABLED', next_run_at: null }, last]);
  expect(JSON.parse((await schedules('pause', 'spend-alert', '--json')).stdout)).toEqual({
    ...{ name: 'spend-alert', group: 'tricost', state: 'DISABLED', changed: false },
  });
  expect((await schedules('resume', 'spend-alert')).stdout).toBe('spend-alert is enabled\n');
  expect((await schedules('resume', 'spend-alert')).stdout).toBe(
    'spend-alert was enabled already\n',
  );
  expect(await listed()).toEqual([{ ...before, next_run_at: expect.any(String) }, last]);
});

test('a paused one is run by hand as of any moment, and a failure is the command’s', async () => {
  await start(
    'async (event) => { if (event.scheduledTime.startsWith("2020")) throw new Error("too old"); return event }',
  );
  await schedules('pause', 'spend-alert');
  const run = await schedules('run', 'spend-alert', '--at', '2026-11-23T07:00:00Z');
  expect(JSON.parse(run.stdout)).toEqual({ scheduledTime: '2026-11-23T07:00:00.000Z' });
  const failed = await schedules('run', 'spend-alert', '--at', '2020-01-01T00:00:00Z');
  expect([failed.code, failed.stderr]).toEqual([1, 'spend-alert failed: too old']);
});

test('a run that found nothing to do says so, beside the answer', async () => {
  await start('async (event) => ({ dates: event.scheduledTime < "2026-11-24" ? [] : [{}] })');
  const done = await schedules('run', 'spend-alert', '--at', '2026-11-23T07:00:00Z');
  expect(done).toEqual({
    ...{ code: 0, stdout: '{"dates":[]}\n' },
    stderr:
      'nothing was due: spend-alert does a day once, and that of 2026-11-23T07:00:00.000Z is done\n',
  });
  const due = await schedules('run', 'spend-alert', '--at', '2026-11-24T07:00:00Z');
  expect(due).toEqual({ code: 0, stdout: '{"dates":[{}]}\n', stderr: '' });
  const silent = await start('async () => {}');
  expect(silent.errors).toEqual([]);
  expect(await schedules('run', 'last')).toEqual({ code: 0, stdout: 'null\n', stderr: '' });
});

test('another name is refused, with those there are', async () => {
  await start();
  for (const command of ['pause', 'resume', 'run']) {
    const { code, stderr } = await schedules(command, 'lunch');
    expect([code, stderr]).toEqual([
      ...[1, 'there is no schedule lunch; there are: spend-alert, last'],
    ]);
  }
});
