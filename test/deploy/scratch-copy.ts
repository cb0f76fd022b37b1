/** A copy of what `cdk deploy` reads of this repository, to deploy from and to change. */
import { cp, mkdir, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

const DEPLOYED = [
  'adapters',
  'bin',
  'cdk.json',
  'config',
  'domain',
  'lambdas',
  'lib',
  'package.json',
  'scripts',
  'sql',
  'tricost.config.json',
];

/** @param directory does not exist yet */
export async function copyRepository(directory: string): Promise<void> {
  await mkdir(directory, { recursive: true });
  for (const name of DEPLOYED) {
    await cp(join(ROOT, name), join(directory, name), { recursive: true });
  }
  await symlink(join(ROOT, 'node_modules'), join(directory, 'node_modules'));
}
