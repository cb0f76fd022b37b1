/** Where the Postgres programs can be run by the user they run as. */
import { cp, rename, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { isOpenToAll, type UnprivilegedUser } from './unprivileged-user.ts';

export interface Programs {
  initdb: string;
  postgres: string;
}

/**
 * The programs themselves, or a copy of their installation where a clone lies below a folder that only root may enter
 * (`/root`, `mktemp -d`): initdb asks access(2) about its own programs, and that ignores a process's extra rights.
 *
 * @throws Error saying what to do when there is no place that everybody can reach
 */
export async function reachablePrograms(
  programs: Programs,
  user: UnprivilegedUser | undefined,
): Promise<Programs> {
  if (user === undefined || (await isOpenToAll(programs.postgres))) return programs;
  // Libraries and shared files are found relative to the programs, so the whole installation goes along.
  const installation = dirname(dirname(programs.postgres));
  const { mtimeMs, size } = await stat(programs.postgres);
  const copy = join(tmpdir(), `tricost-postgres-${size}-${Math.floor(mtimeMs)}`);
  if (!(await isRootsOwn(copy))) await copyInstallation(installation, copy);
  const moved = (path: string): string => path.replace(installation, copy);
  if (!(await isOpenToAll(moved(programs.postgres)))) {
    throw new Error(
      `Postgres cannot run as another user from ${copy}: set TMPDIR to a folder that everybody can enter, or DATABASE_URL to a Postgres of your own`,
    );
  }
  return { initdb: moved(programs.initdb), postgres: moved(programs.postgres) };
}

/** Whole or not at all: another start may look for it meanwhile. */
async function copyInstallation(from: string, to: string): Promise<void> {
  const unfinished = `${to}.${process.pid}`;
  await cp(from, unfinished, { recursive: true, verbatimSymlinks: true });
  await rename(unfinished, to).catch(async (error: unknown) => {
    await rm(unfinished, { recursive: true, force: true });
    // Somebody else was faster.
    if (!(await isRootsOwn(to))) throw error;
  });
}

/** In a folder that everybody may write to, only what root made is trusted. */
async function isRootsOwn(path: string): Promise<boolean> {
  const OTHERS_MAY_WRITE = 0o022;
  const found = await stat(path).catch(() => undefined);
  return found !== undefined && found.uid === 0 && (found.mode & OTHERS_MAY_WRITE) === 0;
}
