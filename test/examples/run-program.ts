/** Runs another language's program beside the queue engine, which lives in this process and must stay free to answer. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { TestQueueEngine } from '../support/sqs.ts';

const run = promisify(execFile);

/** With this, boto3 finds the engine instead of AWS. */
export function awsEnvironment(engine: TestQueueEngine, queueUrl: string): NodeJS.ProcessEnv {
  return {
    ...process.env,
    AWS_ACCESS_KEY_ID: 'test',
    AWS_SECRET_ACCESS_KEY: 'test',
    AWS_REGION: 'us-east-1',
    AWS_DEFAULT_REGION: 'us-east-1',
    AWS_ENDPOINT_URL_SQS: engine.endpoint,
    AWS_PAGER: '',
    TRICOST_QUEUE_URL: queueUrl,
  };
}

/** Whether a command is there and works. */
export async function canRun(
  command: string,
  args: string[],
  env?: NodeJS.ProcessEnv,
): Promise<boolean> {
  return run(command, args, { env }).then(
    () => true,
    () => false,
  );
}

/**
 * @returns what it printed
 * @throws Error with what it printed, when it fails
 */
export async function runProgram(
  command: string,
  args: string[],
  options: { cwd: string; env?: NodeJS.ProcessEnv },
): Promise<string> {
  return (await run(command, args, { ...options, maxBuffer: 2 ** 26 })).stdout;
}
