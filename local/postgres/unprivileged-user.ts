/**
 * Postgres refuses to run as root, which is what one is in many containers: its programs then run as another user.
 */
import { type ChildProcess, execFile, type SpawnOptions, spawn } from 'node:child_process';
import { chown, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { promisify } from 'node:util';

export interface UnprivilegedUser {
  uid: number;
  gid: number;
}

export interface Program {
  path: string;
  args: readonly string[];
  /** The data directory, which the program must reach too. */
  dataDirectory: string;
  stdio: SpawnOptions['stdio'];
  detached?: boolean;
}

/** The user for a data directory; undefined when this process is not root and needs none. */
export async function unprivilegedUser(
  dataDirectory: string,
): Promise<UnprivilegedUser | undefined> {
  if (process.getuid?.() !== 0) return undefined;
  // An existing cluster belongs to whoever made it.
  const owner = await stat(dataDirectory).catch(() => undefined);
  if (owner !== undefined && owner.uid !== 0) return { uid: owner.uid, gid: owner.gid };
  return (await lookUp('postgres')) ?? (await lookUp('nobody'));
}

export async function giveTo(path: string, user: UnprivilegedUser | undefined): Promise<void> {
  if (user !== undefined) await chown(path, user.uid, user.gid);
}

/**
 * Starts a program, which must be open to all, as that user. Data below a folder that only root may enter (`/root`,
 * `mktemp -d`) are out of other users' reach; the program then keeps one of root's rights, that of passing through folders.
 */
export async function spawnAs(
  user: UnprivilegedUser | undefined,
  { path, args, dataDirectory, stdio, detached = false }: Program,
): Promise<ChildProcess> {
  const options = { stdio, detached, cwd: '/', env: { LC_MESSAGES: 'C' } };
  if (user === undefined) return spawn(path, args, options);
  const { uid, gid } = user;
  if (await isOpenToAll(dataDirectory)) {
    return spawn(path, args, { ...options, uid, gid });
  }
  const capability = '+dac_read_search';
  return spawn(
    '/usr/bin/setpriv',
    [
      `--reuid=${uid}`,
      `--regid=${gid}`,
      '--clear-groups',
      `--inh-caps=${capability}`,
      `--ambient-caps=${capability}`,
      path,
      ...args,
    ],
    options,
  );
}

/** Whether everybody may pass through all the folders above it. */
export async function isOpenToAll(path: string): Promise<boolean> {
  const OTHERS_MAY_PASS = 0o001;
  for (let folder = dirname(path); ; folder = dirname(folder)) {
    if (((await stat(folder)).mode & OTHERS_MAY_PASS) === 0) return false;
    if (folder === dirname(folder)) return true;
  }
}

async function lookUp(name: string): Promise<UnprivilegedUser | undefined> {
  const id = async (flag: string): Promise<number> =>
    Number((await promisify(execFile)('id', [flag, name])).stdout);
  try {
    return { uid: await id('-u'), gid: await id('-g') };
  } catch {
    return undefined;
  }
}
