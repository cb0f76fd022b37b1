/** Opens a Postgres connection the way every part of tricost does. */
import pg from 'pg';

export interface ConnectOptions {
  /** `postgres://user:password@host:port/database`; an `sslmode` in it is honoured as described below. */
  connectionString: string;
  /** PEM of the authority that signed the server's certificate; absent: Node's own list. */
  ca?: string | undefined;
  /** Shown in pg_stat_activity. */
  applicationName: string;
  /** A statement without an answer after so long fails, as if the connection were lost. Default: never. */
  queryTimeoutMs?: number | undefined;
}

const CONNECT_TIMEOUT_MS = 3_000;

/**
 * A connected client. The caller ends it.
 *
 * TLS is always verified, except on loopback or with `sslmode=disable`. Everything about TLS is taken out of the URL because
 * pg lets it replace the whole `ssl` option, the CA included (https://node-postgres.com/features/ssl).
 *
 * @throws the driver's own error when the server cannot be reached within 3 seconds or refuses the login; an Error that
 *   does not quote it when the connection string is not a URL.
 */
export async function connect(options: ConnectOptions): Promise<pg.Client> {
  const client = new pg.Client({
    ...connectionSettings(options),
    application_name: options.applicationName,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    keepAlive: true,
    ...(options.queryTimeoutMs === undefined ? {} : { query_timeout: options.queryTimeoutMs }),
  });
  // Without a listener, a connection that the server closes while idle would end the process.
  client.on('error', () => {});
  await client.connect();
  return client;
}

const TLS_PARAMETERS = [
  'ssl',
  'sslcert',
  'sslkey',
  'sslmode',
  'sslnegotiation',
  'sslpassword',
  'sslrootcert',
  'uselibpqcompat',
];

/** The connection settings alone, for tests and diagnosis. */
export function connectionSettings(
  options: Pick<ConnectOptions, 'connectionString' | 'ca'>,
): pg.ClientConfig {
  const url = URL.parse(options.connectionString);
  if (url === null || !/^postgres(ql)?:$/.test(url.protocol)) {
    // Not the URL's own error: it carries the whole string, password and all.
    throw new Error(
      'the connection string is not a URL like postgres://user:password@host:5432/database; special characters in the password must be percent-encoded',
    );
  }
  const sslmode = url.searchParams.get('sslmode');
  for (const parameter of TLS_PARAMETERS) url.searchParams.delete(parameter);
  const plain = sslmode === 'disable' || (sslmode === null && isLoopback(url.hostname));
  return {
    connectionString: url.toString(),
    ssl: plain
      ? false
      : { rejectUnauthorized: true, ...(options.ca === undefined ? {} : { ca: options.ca }) },
  };
}

function isLoopback(hostname: string): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || /^127(\.\d{1,3}){3}$/.test(hostname);
}
