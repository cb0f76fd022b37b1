/** A folder as an app has one: the SDK as it would be published, and its peers, which the workspace does not install. */
import { execFile } from 'node:child_process';
import { cp, mkdtemp, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { Teardown } from '../../local/teardown.ts';

const run = promisify(execFile);
const ROOT = fileURLToPath(new URL('../../', import.meta.url));

/** @throws Error when the registry cannot be reached */
export async function makeContendersFolder(teardown: Teardown): Promise<string> {
  await run('npm', ['run', 'build', '-w', 'sdk'], { cwd: ROOT });
  const folder = await mkdtemp(join(tmpdir(), 'tricost-bench-'));
  teardown.add(() => rm(folder, { recursive: true, force: true }));
  await cp(join(ROOT, 'bench/peers'), folder, { recursive: true });
  await run('npm', ['ci', '--no-audit', '--no-fund'], { cwd: folder });
  await cp(join(ROOT, 'bench/sdk/contenders'), folder, { recursive: true });
  await symlink(join(ROOT, 'sdk'), join(folder, 'node_modules/tricost'));
  return folder;
}

/** @returns what the script printed, as JSON */
export async function runScript(folder: string, script: string, ...args: string[]) {
  const { stdout } = await run(process.execPath, ['--expose-gc', script, ...args], { cwd: folder });
  return JSON.parse(stdout) as unknown;
}
