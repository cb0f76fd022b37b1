/** The command as a person runs it: its own process, its exit code, what it prints. */

import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const COMMAND = fileURLToPath(new URL('../../cli/tricost.ts', import.meta.url));
const FLAGS = ['--experimental-import-text', '--disable-warning=ExperimentalWarning'];

export interface CommandResult {
  code: number;
  stdout: string;
  stderr: string;
}

export function runTricost(
  args: readonly string[],
  options: { env?: Record<string, string>; stdin?: string } = {},
): Promise<CommandResult> {
  return new Promise((resolve) => {
    const child = execFile(
      process.execPath,
      [...FLAGS, COMMAND, ...args],
      { env: { PATH: process.env['PATH'], ...options.env } },
      (error, stdout, stderr) =>
        resolve({ code: typeof error?.code === 'number' ? error.code : 0, stdout, stderr }),
    );
    child.stdin?.end(options.stdin ?? '');
  });
}
