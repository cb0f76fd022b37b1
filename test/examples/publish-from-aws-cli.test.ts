/** The shell script: what the AWS CLI sends is what the contract asks for. */
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { assertCall, receiveBodies } from '../support/received-envelopes.ts';
import { startQueue, type TestQueueEngine } from '../support/sqs.ts';
import { awsEnvironment, canRun, runProgram } from './run-program.ts';

const ROOT = resolve(import.meta.dirname, '../..');
const hasCli = await canRun('aws', ['--version']);
const title = hasCli ? 'publish.sh' : 'publish.sh (skipped: no AWS CLI)';

describe.skipIf(!hasCli)(title, () => {
  let engine: TestQueueEngine;
  beforeAll(async () => {
    engine = await startQueue();
  });
  afterAll(() => engine.stop());

  test('publishes one call alone and three in two envelopes', async () => {
    const queueUrl = await engine.createQueue('cli');
    // Version 1 of the CLI takes its endpoint from the command line alone.
    await runProgram('sh', ['publish.sh', '--endpoint-url', engine.endpoint], {
      cwd: join(ROOT, 'examples/publish-from-aws-cli'),
      env: awsEnvironment(engine, queueUrl),
    });
    const messages = (await receiveBodies(engine.client, queueUrl)).map((body) => JSON.parse(body));
    const calls = messages.flatMap((message) => message.events ?? [message]);
    for (const call of calls) assertCall(call);
    expect(messages).toHaveLength(3);
    expect(calls.map(({ feature }) => feature).sort()).toEqual([
      'search.rewrite',
      'summary.generate',
      'support.reply',
      'support.reply',
    ]);
    expect(new Set(calls.map(({ event_id }) => event_id)).size).toBe(4);
  }, 60_000);
});
