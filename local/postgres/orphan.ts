/** Stops a Postgres that outlived its runner, as one does when the runner is killed. */
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { processCommand } from '../process-command.ts';

const POLL_MS = 50;

/**
 * Afterwards no server uses the data directory, and no stale `postmaster.pid` keeps the next one from starting. The file's
 * first line is the process id: https://www.postgresql.org/docs/current/storage-file-layout.html
 */
export async function stopOrphan(dataDirectory: string): Promise<void> {
  const pidFile = join(dataDirectory, 'postmaster.pid');
  const text = await readFile(pidFile, 'utf8').catch(() => undefined);
  if (text === undefined) return;
  const pid = Number(text.split('\n')[0]);
  if (await isOurs(pid, dataDirectory)) {
    // Fast shutdown: sessions are ended, data is safe (https://www.postgresql.org/docs/current/server-shutdown.html).
    process.kill(pid, 'SIGINT');
    while (await isOurs(pid, dataDirectory)) await sleep(POLL_MS);
  }
  await rm(pidFile, { force: true });
}

async function isOurs(pid: number, dataDirectory: string): Promise<boolean> {
  const command = await processCommand(pid);
  return command?.includes('postgres') === true && command.includes(dataDirectory);
}
