/**
 * A folder that processes share: each writes files of its own, and takes over those of processes that have died. Who lives
 * shows a socket, which the kernel takes down with its process however that ends, and keeps up while it is frozen; a
 * process number would be given to another process, and means nothing in another container.
 */

import { randomUUID } from 'node:crypto';
import { promises as fs, mkdirSync, renameSync, rmSync } from 'node:fs';
import type { Server } from 'node:net';
import { join } from 'node:path';
import { nodeBuiltin } from '../../../domain/node-builtin.ts';

/** Of a dead process, now this one's. */
export interface Adopted {
  path: string;
  /** Whether the folder holds more than it may, and this file is the oldest of those that nobody owns. */
  isTooMuch: boolean;
}

/** `<owner>.<producer>.calls`; an owner is a process, or rather one publisher in it. */
const SPOOL_FILE = /^([0-9a-f]{8})\.([0-9a-f-]{36})\.calls$/;
/** What an owner leaves behind beside its files. */
const LEFTOVER = /^([0-9a-f]{8})\.(?:lock|[0-9a-f-]{36}\.calls\.tmp)$/;

export class SharedFolder {
  readonly #directory: string;
  readonly #maxBytes: number;
  readonly #owner = randomUUID().slice(0, 8);
  readonly #lock: Server;

  /**
   * @param directory on a local disk; it is made when it is missing
   * @param maxBytes of the files that nobody owns
   * @throws Error when it cannot be used
   */
  constructor(directory: string, maxBytes: number) {
    this.#directory = directory;
    this.#maxBytes = maxBytes;
    mkdirSync(directory, { recursive: true, mode: 0o700 });
    this.#lock = this.#takeLock();
  }

  pathOf(producerId: string): string {
    return join(this.#directory, `${this.#owner}.${producerId}.calls`);
  }

  /** Takes over the oldest file that nobody owns: no other process gets the same. */
  async adopt(): Promise<Adopted | undefined> {
    const orphans = await this.#orphans();
    const bytes = orphans.reduce((sum, orphan) => sum + orphan.bytes, 0);
    for (const orphan of orphans) {
      const path = this.pathOf(orphan.producerId);
      try {
        await fs.rename(orphan.path, path);
        return { path, isTooMuch: bytes > this.#maxBytes };
      } catch (error) {
        if (!isMissing(error)) throw error;
      }
    }
    return undefined;
  }

  /** What this process has left is everybody's from now on. */
  close(): void {
    this.#lock.close();
    rmSync(this.#lockOf(this.#owner), { force: true });
  }

  /** @throws Error when there cannot be a socket: too long a path, no permission */
  #takeLock(): Server {
    const { createServer } = nodeBuiltin('node:net');
    const path = this.#lockOf(this.#owner);
    const server = createServer((connection) => connection.destroy());
    let problem: unknown;
    server.on('error', (error) => {
      problem = error;
    });
    // Bound and listening when it returns. Under its own name only then: one that does not listen yet would pass for dead.
    server.listen({ path: `${path}.new`, exclusive: true });
    server.unref();
    if (!server.listening) throw new Error(`cannot listen on ${path}`, { cause: problem });
    renameSync(`${path}.new`, path);
    return server;
  }

  #lockOf(owner: string): string {
    return join(this.#directory, `${owner}.lock`);
  }

  /** Oldest first. */
  async #orphans(): Promise<Orphan[]> {
    const found = (await fs.readdir(this.#directory)).flatMap((name) => {
      const [, owner, producerId] = SPOOL_FILE.exec(name) ?? LEFTOVER.exec(name) ?? [];
      return owner === undefined || owner === this.#owner ? [] : [{ name, owner, producerId }];
    });
    const dead = new Set<string>();
    for (const owner of new Set(found.map((file) => file.owner))) {
      if (!(await isAlive(this.#lockOf(owner)))) dead.add(owner);
    }
    const orphans: Orphan[] = [];
    for (const { name, owner, producerId } of found) {
      if (!dead.has(owner)) continue;
      const path = join(this.#directory, name);
      if (producerId === undefined) await fs.rm(path, { force: true });
      else orphans.push({ path, producerId, ...(await sizeOf(path)) });
    }
    return orphans.sort((a, b) => a.writtenAtMs - b.writtenAtMs);
  }
}

interface Orphan {
  path: string;
  producerId: string;
  bytes: number;
  writtenAtMs: number;
}

/** Nothing, when another process has taken it meanwhile. */
async function sizeOf(path: string): Promise<Pick<Orphan, 'bytes' | 'writtenAtMs'>> {
  try {
    const { size: bytes, mtimeMs: writtenAtMs } = await fs.stat(path);
    return { bytes, writtenAtMs };
  } catch (error) {
    if (isMissing(error)) return { bytes: 0, writtenAtMs: 0 };
    throw error;
  }
}

/** Whoever may not be asked lives. */
function isAlive(lock: string): Promise<boolean> {
  const { connect } = nodeBuiltin('node:net');
  return new Promise((resolve) => {
    const connection = connect(lock);
    connection.once('connect', () => {
      connection.destroy();
      resolve(true);
    });
    connection.once('error', (error) => {
      resolve(!isMissing(error) && !('code' in error && error.code === 'ECONNREFUSED'));
    });
  });
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT';
}
