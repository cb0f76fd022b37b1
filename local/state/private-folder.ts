/** A folder of the local state that other users of this machine cannot look into: events and logs may name people. */
import { chmod, mkdir } from 'node:fs/promises';

export async function makePrivateFolder(path: string): Promise<void> {
  await mkdir(path, { recursive: true });
  // Also one that an earlier version made.
  await chmod(path, 0o700);
}
