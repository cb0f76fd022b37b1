/** What `tricost alerts test` connects to, and what it refuses before it writes anything. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test, vi } from 'vitest';
import { startMiniAssembly } from '../local/running-assembly.ts';
import { runCommand } from './run-command.ts';

test('refuses a database whose stack is not named: the queue would be the local one', async () => {
  const url = 'postgres://owner@127.0.0.1:1/calls';
  const { code, stderr } = await runCommand(['alerts', 'test', '--database-url', url]);
  expect(code).toBe(1);
  expect(stderr).toContain('without --aws the queues are those of the local stack');
});

test("takes and names the database of the configuration's stack, as the other commands do", async () => {
  const { awsEndpoint } = await startMiniAssembly(
    {},
    {},
    { parameters: () => ({ '/mine/migrate': 'postgres://owner:secret@127.0.0.1:1/calls' }) },
    {
      Outputs: {
        NotifyQueueUrl: { Value: 'http://127.0.0.1:1/notify' },
        MigrateDatabaseUrlParameter: { Value: '/mine/migrate' },
      },
    },
  );
  const aws = {
    AWS_ENDPOINT_URL: awsEndpoint,
    AWS_REGION: 'eu-west-1',
    AWS_ACCESS_KEY_ID: 'test',
    AWS_SECRET_ACCESS_KEY: 'test',
  };
  onTestFinished(() => void vi.unstubAllEnvs());
  for (const [name, value] of Object.entries(aws)) vi.stubEnv(name, value);
  // No TLS on loopback, so the authorities of RDS are not fetched.
  const directory = await mkdtemp(join(tmpdir(), 'tricost-alerts-'));
  onTestFinished(() => rm(directory, { recursive: true }));
  const config = join(directory, 'mini.config.json');
  await writeFile(config, '{ "alarmEmail": "none", "stackName": "Mini", "databaseCa": "aws-rds" }');
  const { code, stderr } = await runCommand(['alerts', 'test', '--aws', '--config', config]);
  expect([code, stderr]).toEqual([1, expect.stringContaining('ECONNREFUSED 127.0.0.1:1')]);
  expect(stderr).toContain('database 127.0.0.1:1/calls, from the parameter /mine/migrate\n');
});
