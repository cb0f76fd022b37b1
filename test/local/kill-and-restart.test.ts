import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { ReceiveMessageCommand, SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { expect, onTestFinished, test, vi } from 'vitest';
import { connect } from '../../adapters/postgres/connect.ts';
import { processCommand } from '../../local/process-command.ts';
import { readLocalFile } from '../../local/state/local-file.ts';
import { miniFunction, miniMapping, miniQueue, writeMiniAssembly } from './mini-assembly.ts';

async function startRunner(directory: string, stateDirectory: string): Promise<ChildProcess> {
  const runner = spawn(
    process.execPath,
    [join(import.meta.dirname, 'killed-runner.ts'), directory, stateDirectory],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  onTestFinished(() => {
    runner.kill('SIGKILL');
  });
  await once(createInterface({ input: runner.stdout }), 'line');
  return runner;
}

test('a runner that was killed is followed by one with the same data, messages and addresses', async () => {
  const { directory, stateDirectory, remove } = await writeMiniAssembly(
    {
      Q: miniQueue(),
      // What was being processed would not come back by itself while the test runs.
      Polled: miniQueue({ VisibilityTimeout: 43_200 }),
      F: miniFunction('f', { Timeout: 900 }),
      M: miniMapping('Polled', 'F'),
    },
    {
      f: `import { existsSync, writeFileSync } from 'node:fs';
        const busy = new URL('busy', import.meta.url);
        export const handler = async ({ Records: [{ body, attributes }] }) => {
          if (existsSync(busy)) {
            writeFileSync(new URL('again', import.meta.url), body + ' ' + attributes.ApproximateReceiveCount);
            return;
          }
          writeFileSync(busy, String(process.pid));
          await new Promise(() => setInterval(() => {}, 1e6));
        };`,
    },
  );
  onTestFinished(remove);

  const first = await startRunner(directory, stateDirectory);
  const before = await readLocalFile(stateDirectory);
  if (before === undefined) throw new Error('the runner wrote no file');
  expect((await stat(join(stateDirectory, 'local.json'))).mode & 0o777).toBe(0o600);
  // Messages and logs are in them; other users of the machine cannot even look.
  for (const folder of ['sqs', 'logs']) {
    expect((await stat(join(stateDirectory, folder))).mode & 0o777).toBe(0o700);
  }
  const sqs = new SQSClient({
    endpoint: before.sqsEndpoint,
    region: before.region,
    credentials: { accessKeyId: 'x', secretAccessKey: 'y' },
  });
  await sqs.send(new SendMessageCommand({ QueueUrl: before.queueUrl, MessageBody: 'kept' }));
  await query(before.databaseUrl, 'create table kept as select 42 as answer');
  const postmaster = await firstLine(join(stateDirectory, 'postgres', 'postmaster.pid'));
  // A function is in the middle of an event when its runner goes.
  const polledUrl = before.queueUrl.replace(/Q$/, 'Polled');
  await sqs.send(new SendMessageCommand({ QueueUrl: polledUrl, MessageBody: 'held' }));
  const sandbox = await vi.waitFor(() => firstLine(join(directory, 'asset.f', 'busy')), {
    timeout: 20_000,
  });

  first.kill('SIGKILL');
  await once(first, 'exit');
  // The database server outlives it; the functions do not.
  expect(await processCommand(postmaster)).toContain('postgres');
  await vi.waitFor(async () => expect(await processCommand(sandbox)).toBeUndefined(), {
    timeout: 10_000,
  });

  const second = await startRunner(directory, stateDirectory);
  const after = await readLocalFile(stateDirectory);
  expect({ ...after, pid: 0 }).toEqual({ ...before, pid: 0 });
  expect(await firstLine(join(stateDirectory, 'postgres', 'postmaster.pid'))).not.toBe(postmaster);
  expect(await query(before.databaseUrl, 'select answer from kept')).toEqual([{ answer: 42 }]);
  const { Messages } = await sqs.send(new ReceiveMessageCommand({ QueueUrl: before.queueUrl }));
  expect(Messages?.map(({ Body }) => Body)).toEqual(['kept']);
  // Nobody had it any more.
  await vi.waitFor(
    async () => expect(await readFile(join(directory, 'asset.f', 'again'), 'utf8')).toBe('held 2'),
    { timeout: 20_000 },
  );

  second.kill('SIGTERM');
  await once(second, 'exit');
  await expect(stat(join(stateDirectory, 'postgres', 'postmaster.pid'))).rejects.toThrow(/ENOENT/);
  await rm(stateDirectory, { recursive: true });
});

async function firstLine(path: string): Promise<number> {
  return Number((await readFile(path, 'utf8')).split('\n')[0]);
}

async function query(connectionString: string, sql: string): Promise<unknown[]> {
  const client = await connect({ connectionString, applicationName: 'test' });
  try {
    return (await client.query(sql)).rows;
  } finally {
    await client.end();
  }
}
