/** Opens a Postgres connection the way every part of tricost does. */
import pg from 'pg';

export interface ConnectOptions {
  /** `postgres://user:password@host:port/database`; an `sslmode` in it is honoured as described below. */
  connectionString: string;
  /** PEM of the authority that signed the server's certificate; absent: Node's own list. */
  ca?: string | undefined;
  /** Shown in pg_stat_activity. */
  applicationName: string;
}

const CONNECT_TIMEOUT_MS = 3_000;

/**
 * A connected client. The caller ends it.
 *
 * TLS is always verified, except on loopback or with `sslmode=disable`. `sslmode` is taken out of the URL because pg lets
 * it replace the whole `ssl` option, the CA included (https://node-postgres.com/features/ssl).
 *
 * @throws the driver's own error when the server cannot be reached within 3 seconds or refuses the login.
 */
export async function connect(options: ConnectOptions): Promise<pg.Client> {
  const client = new pg.Client({
    ...connectionSettings(options),
    application_name: options.applicationName,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    keepAlive: true,
  });
  // Without a listener, a connection that the server closes while idle would end the process.
  client.on('error', () => {});
  await client.connect();
  return client;
}

/** The connection settings alone, for tests and diagnosis. */
export function connectionSettings(
  options: Pick<ConnectOptions, 'connectionString' | 'ca'>,
): pg.ClientConfig {
  const url = new URL(options.connectionString);
  const sslmode = url.searchParams.get('sslmode');
  url.searchParams.delete('sslmode');
  const plain = sslmode === 'disable' || (sslmode === null && isLoopback(url.hostname));
  return {
    connectionString: url.toString(),
    ssl: plain
      ? false
      : { rejectUnauthorized: true, ...(options.ca === undefined ? {} : { ca: options.ca }) },
  };
}

function isLoopback(hostname: string): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || /^127\./.test(hostname);
}
