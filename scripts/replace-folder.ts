/** Puts a finished folder in the place of an older one that others may be reading. */
import { mkdir, readdir, rename, rm } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';

/**
 * Moves every file over the one of the same name and removes what is left of the old folder: no name that both have is
 * ever missing or half written. Renaming the folder itself could not do that, as the system renames none over a full one.
 *
 * @param fresh on the same file system; gone afterwards
 */
export async function replaceFolder(fresh: string, target: string): Promise<void> {
  const files = await filesBelow(fresh);
  for (const file of files) {
    await mkdir(dirname(join(target, file)), { recursive: true });
    await rename(join(fresh, file), join(target, file));
  }
  const stale = (await filesBelow(target)).filter((file) => !files.includes(file));
  for (const file of stale) await rm(join(target, file), { force: true });
  await rm(fresh, { recursive: true });
}

async function filesBelow(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => !entry.isDirectory())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)));
}
