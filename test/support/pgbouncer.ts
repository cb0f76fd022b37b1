/** A transaction pooler in front of the test server, where the machine has PgBouncer (Debian: `apt install pgbouncer`). */
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import net from 'node:net';
import { tmpdir } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from '../../local/state/free-port.ts';
import { postgresAccount } from './postgres-account.ts';

const PROGRAM = [
  '/usr/sbin/pgbouncer',
  '/usr/local/bin/pgbouncer',
  '/opt/homebrew/bin/pgbouncer',
].find((path) => existsSync(path));

export const HAS_PGBOUNCER = PROGRAM !== undefined;

if (!HAS_PGBOUNCER) {
  console.warn('Skipped: the tests behind a transaction pooler, as PgBouncer is not installed.');
}

export interface Pooler {
  /** The same login and database, through the pooler. */
  through(url: string): string;
  stop(): Promise<void>;
}

/** @param logins connection strings of the logins that may come through, all on one server */
export async function startPgbouncer(
  logins: readonly string[],
  mode: 'transaction' | 'session',
  poolSize: number,
): Promise<Pooler> {
  if (PROGRAM === undefined) throw new Error('PgBouncer is not installed');
  const folder = await mkdtemp(`${tmpdir()}/tricost-pgbouncer-`);
  await chmod(folder, 0o755);
  const urls = logins.map((login) => new URL(login));
  const port = await freePort(undefined);
  await writeFile(
    `${folder}/pgbouncer.ini`,
    `[databases]
* = host=127.0.0.1 port=${urls[0]?.port}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = ${port}
unix_socket_dir =
auth_type = scram-sha-256
auth_file = ${folder}/users
pool_mode = ${mode}
default_pool_size = ${poolSize}
`,
  );
  const users = urls.map(({ username, password }) => `"${username}" "${password}"\n`);
  await writeFile(`${folder}/users`, users.join(''));
  const child = spawn(PROGRAM, ['--quiet', `${folder}/pgbouncer.ini`], {
    ...(await postgresAccount()),
    cwd: '/',
    stdio: 'ignore',
  });
  const ended = new Promise((resolve) => child.once('exit', resolve));
  await listening(port, ended);
  return {
    through: (url) => Object.assign(new URL(url), { port: String(port) }).href,
    async stop() {
      child.kill('SIGKILL');
      await ended;
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** @throws Error when it ends instead of listening */
async function listening(port: number, ended: Promise<unknown>): Promise<void> {
  let gone = false;
  void ended.then(() => {
    gone = true;
  });
  while (!(await accepts(port))) {
    if (gone) throw new Error('PgBouncer ended before it listened');
    await sleep(20);
  }
}

function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = net.connect(port, '127.0.0.1');
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}
