/** A throwaway PostgreSQL server on 127.0.0.1 that never outlives the process which started it. */
import { execFile, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { chmod, chown, mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { promisify } from 'node:util';
import { type Account, postgresAccount, reachableBinaries } from './postgres-account.ts';

const run = promisify(execFile);

export interface PostgresCluster {
  /** Of the superuser, to database `postgres`. */
  url: string;
  /** Stops the server and removes its files. */
  stop(): Promise<void>;
}

// The data is worth nothing, so nothing waits for a disk. The odd zone catches SQL that forgets to name its own.
const SETTINGS = [
  ...['listen_addresses=127.0.0.1', "unix_socket_directories=''", 'max_connections=200'],
  ...['fsync=off', 'synchronous_commit=off', 'full_page_writes=off', 'timezone=Asia/Kathmandu'],
];

/**
 * @param binaries folder of `initdb` and `pg_ctl`
 * @throws Error with the server's log when it does not start.
 */
export async function startPostgresCluster(binaries: string): Promise<PostgresCluster> {
  const account = await postgresAccount();
  const folder = await mkdtemp(`${tmpdir()}/tricost-postgres-`);
  const keeper = startKeeper(folder);
  try {
    await chmod(folder, 0o755);
    if (account.uid !== undefined) await chown(folder, account.uid, account.gid);
    const url = await startServer(
      folder,
      await reachableBinaries(binaries, account, folder),
      account,
    );
    return { url, stop: keeper.stop };
  } catch (error) {
    await keeper.stop();
    throw error;
  }
}

/**
 * A shell that waits for its input to end, which it does however this process ends (kill -9 included), then stops the
 * server and removes its folder. In its own session, so that Ctrl-C does not reach it.
 */
function startKeeper(folder: string): { stop(): Promise<void> } {
  const script = `
    cat > /dev/null
    postmaster=$(head -n 1 "$1/data/postmaster.pid" 2> /dev/null)
    if [ -n "$postmaster" ]; then
      kill -QUIT "$postmaster"
      while kill -0 "$postmaster" 2> /dev/null; do sleep 0.05; done
    fi
    rm -rf "$1"`;
  const keeper = spawn('sh', ['-c', script, 'sh', folder], {
    cwd: '/',
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  keeper.unref();
  const exited = once(keeper, 'exit');
  return {
    async stop() {
      keeper.ref();
      keeper.stdin.end();
      await exited;
    },
  };
}

async function startServer(folder: string, binaries: string, account: Account): Promise<string> {
  const options = { ...account, cwd: '/', env: { PATH: process.env['PATH'], LC_ALL: 'C' } };
  const password = randomUUID();
  await writeFile(`${folder}/password`, password, { mode: 0o600 });
  if (account.uid !== undefined) await chown(`${folder}/password`, account.uid, account.gid);
  await run(
    `${binaries}/initdb`,
    [
      ...[`--pgdata=${folder}/data`, '--username=postgres', `--pwfile=${folder}/password`],
      ...['--auth=scram-sha-256', '--encoding=UTF8', '--locale=C', '--no-sync'],
    ],
    options,
  );
  const port = await freePort();
  const settings = [...SETTINGS, `port=${port}`].map((setting) => `-c ${setting}`).join(' ');
  try {
    await run(
      `${binaries}/pg_ctl`,
      [
        'start',
        '--wait',
        `--pgdata=${folder}/data`,
        `--log=${folder}/log`,
        `--options=${settings}`,
      ],
      options,
    );
  } catch (cause) {
    const log = await readFile(`${folder}/log`, 'utf8').catch(() => '(no log)');
    throw new Error(`PostgreSQL in ${binaries} did not start:\n${log}`, { cause });
  }
  return `postgres://postgres:${password}@127.0.0.1:${port}/postgres`;
}

/** PostgreSQL cannot be asked to choose a port itself. */
async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('no free port on 127.0.0.1');
  return address.port;
}
