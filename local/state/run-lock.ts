/** Lets one runner at a time use a state directory: two would write to the same queue file and the same Postgres. */
import { link, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { processCommand } from '../process-command.ts';

/** What the command line of a runner contains, so that a stranger with its old process id is not taken for it. */
const RUNNER = 'local/main.ts';

export const LOCK_FILE = 'runner.pid';

/**
 * Takes the lock for this process.
 *
 * @returns what gives it back
 * @throws Error naming the runner that holds it.
 */
export async function takeRunLock(stateDirectory: string): Promise<() => Promise<void>> {
  await mkdir(stateDirectory, { recursive: true });
  const path = join(stateDirectory, LOCK_FILE);
  const draft = `${path}.${process.pid}`;
  await writeFile(draft, String(process.pid));
  try {
    await takeWith(draft, path);
  } finally {
    await rm(draft, { force: true });
  }
  return () => rm(path, { force: true });
}

/** A link appears with its content: nobody reads a lock without a process id and takes it for a dead runner's. */
async function takeWith(draft: string, path: string): Promise<void> {
  for (;;) {
    try {
      return await link(draft, path);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
    const pid = Number(await readFile(path, 'utf8').catch(() => ''));
    if (pid !== process.pid && (await processCommand(pid))?.includes(RUNNER) === true) {
      throw new Error(
        `tricost runs here already (process ${pid}): stop it with Ctrl-C in its terminal or \`kill ${pid}\`, or use it as it is; ${join(dirname(path), 'local.json')} says where everything listens`,
      );
    }
    await rm(path, { force: true });
  }
}
