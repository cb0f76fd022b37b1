/** Lets one runner at a time use a state directory: two would write to the same queue file and the same Postgres. */
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
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
  for (;;) {
    try {
      await writeFile(path, String(process.pid), { flag: 'wx' });
      return () => rm(path, { force: true });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
    const pid = Number(await readFile(path, 'utf8').catch(() => ''));
    if (pid !== process.pid && (await processCommand(pid))?.includes(RUNNER) === true) {
      throw new Error(
        `tricost runs here already (process ${pid}): stop it with Ctrl-C in its terminal or \`kill ${pid}\`, or use it as it is; ${join(stateDirectory, 'local.json')} says where everything listens`,
      );
    }
    await rm(path, { force: true });
  }
}
