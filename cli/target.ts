/** Which stack a command talks to: the local one, while it runs, or the one on AWS. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** What `npm start` writes for the tools of the same checkout; see docs/reference/local.md. */
export interface LocalStack {
  databaseUrl: string;
  queueUrl: string;
  awsEndpoint: string;
  sqsEndpoint: string;
  region: string;
  scheduleGroup: string;
  pid: number;
}

/** @throws Error with what to do, when the local stack does not run. */
export function localStack(): LocalStack {
  const file = join(import.meta.dirname, '..', '.tricost', 'local.json');
  if (!existsSync(file)) {
    throw new Error(
      'the local stack does not run; start it with `npm start` in another terminal, or add --aws',
    );
  }
  const stack = JSON.parse(readFileSync(file, 'utf8')) as LocalStack;
  if (!isAlive(stack.pid)) {
    throw new Error('the local stack has stopped; start it with `npm start`, or add --aws');
  }
  return stack;
}

/** Settings for an AWS SDK client: the local endpoint with dummy keys, or AWS as the environment says. */
export function awsClientSettings(options: { aws?: boolean }): {
  endpoint?: string;
  region?: string;
  credentials?: { accessKeyId: string; secretAccessKey: string };
} {
  if (options.aws === true) return {};
  const { awsEndpoint, region } = localStack();
  return {
    endpoint: awsEndpoint,
    region,
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
  };
}

/**
 * The connection string a command shall use: its flag, else DATABASE_URL, else the local stack's.
 *
 * @throws Error with what to do, when there is none
 */
export function databaseUrl(flag: string | undefined): string {
  return flag ?? process.env['DATABASE_URL'] ?? localStack().databaseUrl;
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
