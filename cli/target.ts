/** Which stack a command talks to: the local one, while it runs, or the one on AWS. */
import { join } from 'node:path';
import { type LocalFile, readLocalFile } from '../local/state/local-file.ts';

const STATE_DIRECTORY = join(import.meta.dirname, '..', '.tricost');

/** @throws Error with what to do, when the local stack does not run. */
export async function localStack(): Promise<LocalFile> {
  const stack = await readLocalFile(STATE_DIRECTORY);
  if (stack === undefined || !isAlive(stack.pid)) {
    throw new Error(
      'the local stack does not run; start it with `npm start` in another terminal, or add --aws',
    );
  }
  return stack;
}

/** Settings for an AWS SDK client: the local endpoint with dummy keys, or AWS as the environment says. */
export async function awsClientSettings(options: { aws?: boolean }): Promise<{
  endpoint?: string;
  region?: string;
  credentials?: { accessKeyId: string; secretAccessKey: string };
}> {
  if (options.aws === true) return {};
  const { awsEndpoint, region } = await localStack();
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
export async function databaseUrl(flag: string | undefined): Promise<string> {
  return flag ?? process.env['DATABASE_URL'] ?? (await localStack()).databaseUrl;
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
