/** How Metabase shall connect to the database: read-only, and shown schema `reporting` alone. */
import type { DatabaseBody } from '../../adapters/metabase/bodies.ts';
import { connectionSettings } from '../../adapters/postgres/connect.ts';

export const DATABASE_NAME = 'tricost';
const SCHEMA = 'reporting';
const DEFAULT_PORT = 5432;

/**
 * @param connectionString as Metabase reaches the database, which may be by another name than from here
 * @throws Error that does not quote it, when it is not the URL of a login and a database
 */
export function databaseBody(connectionString: string): DatabaseBody {
  // Its errors are those of every other command.
  const { ssl } = connectionSettings({ connectionString });
  const url = new URL(connectionString);
  const [user, password, database] = [url.username, url.password, url.pathname.slice(1)].map(
    decode,
  );
  if (!user || !password || !database) {
    throw new Error(
      'the connection string for Metabase needs a login, its password and a database: postgres://metabase:password@host:5432/database',
    );
  }
  return {
    name: DATABASE_NAME,
    engine: 'postgres',
    details: {
      host: url.hostname,
      port: url.port === '' ? DEFAULT_PORT : Number(url.port),
      dbname: database,
      user,
      password,
      ...(ssl === false ? { ssl: false } : { ssl: true, 'ssl-mode': sslMode(url) }),
      'schema-filters-type': 'inclusion',
      'schema-filters-patterns': SCHEMA,
    },
    // No nightly samples of every view: they would read every call.
    is_full_sync: false,
    is_on_demand: true,
    auto_run_queries: true,
  };
}

function decode(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    // Not the error itself: it may quote a password.
    throw new Error(
      'the connection string for Metabase has a % that stands for itself: special characters must be percent-encoded, % as %25',
    );
  }
}

/** `require` encrypts; the others also need the authority's certificate, which Metabase's own page takes. */
function sslMode(url: URL): string {
  const mode = url.searchParams.get('sslmode');
  return mode === 'verify-ca' || mode === 'verify-full' ? mode : 'require';
}
