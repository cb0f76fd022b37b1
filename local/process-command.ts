/** What a process is, to tell a living one of ours from a stranger that got the same process id later. */
import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';

/** The command line of a running process, arguments separated by spaces; undefined when there is no such process. */
export async function processCommand(pid: number): Promise<string | undefined> {
  try {
    const command = await readFile(`/proc/${pid}/cmdline`, 'utf8');
    // A zombie, dead but not yet collected by its parent, has an empty one.
    return command === '' ? undefined : command.split('\0').join(' ').trim();
  } catch {
    // Not Linux, or no such process.
  }
  try {
    const { stdout } = await promisify(execFile)('ps', ['-o', 'command=', '-p', String(pid)]);
    return stdout.trim() || undefined;
  } catch {
    return undefined;
  }
}
