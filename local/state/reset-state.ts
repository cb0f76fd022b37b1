/** Clears the state directory. The caller holds its lock. */
import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { stopOrphan } from '../postgres/orphan.ts';
import { LOCK_FILE } from './run-lock.ts';

/** The folder of what is known about databases that somebody else runs: they are not cleared, so neither is this. */
export const OWN_DATABASES = 'own-databases';

const KEPT = [LOCK_FILE, OWN_DATABASES];

export async function resetState(stateDirectory: string): Promise<void> {
  // A server that still ran would write its files again.
  await stopOrphan(join(stateDirectory, 'postgres'));
  for (const name of await readdir(stateDirectory)) {
    if (!KEPT.includes(name))
      await rm(join(stateDirectory, name), { recursive: true, force: true });
  }
}
