/** PostgreSQL refuses to run as root, so root runs it as another account; everybody else as themselves. */
import { execFile } from 'node:child_process';
import { cp } from 'node:fs/promises';
import { dirname } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** For `spawn`; empty when we are not root. */
export type Account = { uid: number; gid: number } | Record<string, never>;

export async function postgresAccount(): Promise<Account> {
  if (process.getuid?.() !== 0) return {};
  // `nobody` is on every system; `postgres` is friendlier in a process list.
  for (const name of ['postgres', 'nobody']) {
    const ids = await Promise.all([run('id', ['-u', name]), run('id', ['-g', name])]).catch(
      () => undefined,
    );
    if (ids !== undefined) return { uid: Number(ids[0].stdout), gid: Number(ids[1].stdout) };
  }
  throw new Error('root has no account to run PostgreSQL as: run the tests as another user');
}

/**
 * A folder with the same programs that the account may execute: the given one, or a copy under `folder` when a clone
 * lies where only root can read it (/root, as in many containers).
 */
export async function reachableBinaries(
  binaries: string,
  account: Account,
  folder: string,
): Promise<string> {
  try {
    await run(`${binaries}/pg_ctl`, ['--version'], { ...account, cwd: '/' });
    return binaries;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EACCES') throw error;
    // Libraries and shared files are found relative to the programs, so the whole installation goes along.
    await cp(dirname(binaries), `${folder}/installation`, {
      recursive: true,
      verbatimSymlinks: true,
    });
    return `${folder}/installation/bin`;
  }
}
