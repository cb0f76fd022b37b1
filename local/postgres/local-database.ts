/** The database of a local run: an embedded Postgres, unless DATABASE_URL names another. */
import { join } from 'node:path';
import pg from 'pg';
import { connect } from '../../adapters/postgres/connect.ts';
import { freePort } from '../state/free-port.ts';
import { readPort, writePort } from '../state/port-file.ts';
import { makePrivateFolder } from '../state/private-folder.ts';
import { readOrMakeSecret } from '../state/secret.ts';
import { startCluster } from './cluster.ts';
import { stopOrphan } from './orphan.ts';

export interface LocalDatabase {
  /** Owner of the schema; migrates. */
  ownerUrl: string;
  /** What the functions connect as at run time; works once `allowLogins` has run. */
  runtimeUrl: string;
  /** What the board connects as; works from then on, too. */
  readerUrl: string;
  /** Makes these logins; call it when the migration has made the roles they belong to. */
  allowLogins(): Promise<void>;
  stop(): Promise<void>;
}

export interface LocalDatabaseOptions {
  stateDirectory: string;
  /** A database that somebody else runs; then nothing is started and one address serves every purpose. */
  databaseUrl?: string | undefined;
  /** Told when the server's log cannot be written. */
  onFatal?: ((problem: string) => void) | undefined;
}

const DATABASE = 'tricost';
const RUNTIME_LOGIN = 'tricost_runtime';
const READER_LOGIN = 'tricost_board';

export async function startLocalDatabase(options: LocalDatabaseOptions): Promise<LocalDatabase> {
  const { stateDirectory, databaseUrl } = options;
  if (databaseUrl !== undefined) {
    return {
      ownerUrl: databaseUrl,
      runtimeUrl: databaseUrl,
      readerUrl: databaseUrl,
      allowLogins: async () => {},
      stop: async () => {},
    };
  }
  const logDirectory = join(stateDirectory, 'logs');
  await makePrivateFolder(logDirectory);
  const ownerPassword = await readOrMakeSecret(join(stateDirectory, 'postgres-password'));
  const runtimePassword = await readOrMakeSecret(join(stateDirectory, 'runtime-password'));
  const readerPassword = await readOrMakeSecret(join(stateDirectory, 'reader-password'));
  const dataDirectory = join(stateDirectory, 'postgres');
  // First, as it would still hold the port.
  await stopOrphan(dataDirectory);
  const portFile = join(stateDirectory, 'postgres-port');
  const port = await freePort(await readPort(portFile));
  const cluster = await startCluster({
    dataDirectory,
    port,
    password: ownerPassword,
    logFile: join(logDirectory, 'postgres.log'),
    onLogBroken: options.onFatal,
  });
  await writePort(portFile, port);
  const ownerUrl = withDatabase(cluster.url);
  try {
    await createDatabase(cluster.url);
  } catch (error) {
    await cluster.stop();
    throw error;
  }
  return {
    ownerUrl,
    runtimeUrl: withLogin(ownerUrl, RUNTIME_LOGIN, runtimePassword),
    readerUrl: withLogin(ownerUrl, READER_LOGIN, readerPassword),
    allowLogins: () =>
      withClient(ownerUrl, async (client) => {
        await createLogin(client, RUNTIME_LOGIN, runtimePassword, 'tricost_ingest');
        await createLogin(client, READER_LOGIN, readerPassword, 'tricost_readonly');
      }),
    stop: () => cluster.stop(),
  };
}

async function createDatabase(adminUrl: string): Promise<void> {
  await withClient(adminUrl, async (client) => {
    const { rowCount } = await client.query('select from pg_database where datname = $1', [
      DATABASE,
    ]);
    if (rowCount === 0) await client.query(`create database ${pg.escapeIdentifier(DATABASE)}`);
  });
}

async function createLogin(
  client: pg.Client,
  name: string,
  password: string,
  group: 'tricost_ingest' | 'tricost_readonly',
): Promise<void> {
  const login = pg.escapeIdentifier(name);
  const { rowCount } = await client.query('select from pg_roles where rolname = $1', [name]);
  if (rowCount === 0) await client.query(`create role ${login} login`);
  await client.query(`alter role ${login} password ${pg.escapeLiteral(password)}`);
  await client.query(`grant ${group} to ${login}`);
}

async function withClient(url: string, use: (client: pg.Client) => Promise<void>): Promise<void> {
  const client = await connect({ connectionString: url, applicationName: 'tricost local' });
  try {
    await use(client);
  } finally {
    await client.end();
  }
}

function withDatabase(url: string): string {
  const changed = new URL(url);
  changed.pathname = DATABASE;
  return changed.toString();
}

function withLogin(url: string, user: string, password: string): string {
  const changed = new URL(url);
  changed.username = user;
  changed.password = password;
  return changed.toString();
}
