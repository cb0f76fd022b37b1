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
  /** What the functions connect as at run time; works once `allowRuntimeLogin` has run. */
  runtimeUrl: string;
  /** Makes the runtime login; call it when the migration has made the role it belongs to. */
  allowRuntimeLogin(): Promise<void>;
  stop(): Promise<void>;
}

export interface LocalDatabaseOptions {
  stateDirectory: string;
  /** A database that somebody else runs; then nothing is started and one address serves both purposes. */
  databaseUrl?: string | undefined;
}

const DATABASE = 'tricost';
const RUNTIME_LOGIN = 'tricost_runtime';

export async function startLocalDatabase(options: LocalDatabaseOptions): Promise<LocalDatabase> {
  const { stateDirectory, databaseUrl } = options;
  if (databaseUrl !== undefined) {
    return {
      ownerUrl: databaseUrl,
      runtimeUrl: databaseUrl,
      allowRuntimeLogin: async () => {},
      stop: async () => {},
    };
  }
  const logDirectory = join(stateDirectory, 'logs');
  await makePrivateFolder(logDirectory);
  const ownerPassword = await readOrMakeSecret(join(stateDirectory, 'postgres-password'));
  const runtimePassword = await readOrMakeSecret(join(stateDirectory, 'runtime-password'));
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
    allowRuntimeLogin: () => createRuntimeLogin(ownerUrl, runtimePassword),
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

async function createRuntimeLogin(ownerUrl: string, password: string): Promise<void> {
  await withClient(ownerUrl, async (client) => {
    const login = pg.escapeIdentifier(RUNTIME_LOGIN);
    const { rowCount } = await client.query('select from pg_roles where rolname = $1', [
      RUNTIME_LOGIN,
    ]);
    if (rowCount === 0) await client.query(`create role ${login} login`);
    await client.query(`alter role ${login} password ${pg.escapeLiteral(password)}`);
    await client.query(`grant tricost_ingest to ${login}`);
  });
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
