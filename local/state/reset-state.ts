/** Clears the state directory. The caller holds its lock. */
import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { stopOrphan } from '../postgres/orphan.ts';
import { LOCK_FILE } from './run-lock.ts';

export async function resetState(stateDirectory: string): Promise<void> {
  // A server that still ran would write its files again.
  await stopOrphan(join(stateDirectory, 'postgres'));
  for (const name of await readdir(stateDirectory)) {
    if (name !== LOCK_FILE) await rm(join(stateDirectory, name), { recursive: true, force: true });
  }
}
