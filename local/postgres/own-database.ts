/** The database that DATABASE_URL names: somebody else's, so it is looked at before anything is done to it. */
import { connect } from '../../adapters/postgres/connect.ts';

export interface OwnDatabase {
  /** With the password. */
  url: string;
  /** `host:port/database`, to show and to tell databases apart. */
  name: string;
  /** Whether it is on this machine. */
  loopback: boolean;
}

/** @throws Error that names DATABASE_URL and says what to do next, without the password. */
export async function reachOwnDatabase(url: string): Promise<OwnDatabase> {
  try {
    checkHost(url);
    const client = await connect({ connectionString: url, applicationName: 'tricost local' });
    // As the driver understood the URL: a parameter in it may replace the host.
    const { host, port, database } = client;
    await client.end();
    return {
      url,
      name: `${host}:${port}/${database}`,
      loopback: /^(localhost|127(\.\d{1,3}){3}|\[?::1\]?)$/.test(host),
    };
  } catch (cause) {
    throw new Error(
      `DATABASE_URL: ${reason(cause)}. Correct it, or unset it to use the embedded Postgres.`,
      { cause },
    );
  }
}

/** The driver would speak TLS to a socket, as it does to every host that is not loopback. */
function checkHost(text: string): void {
  const url = URL.parse(text);
  if (url === null) return;
  if (url.hostname === '' || url.searchParams.get('host')?.startsWith('/') === true) {
    throw new Error('it names no host, and Unix sockets are not supported: write 127.0.0.1');
  }
}

/** A name with several addresses fails with one error for each and no message of its own. */
function reason(error: unknown): string {
  if (error instanceof AggregateError) return [...new Set(error.errors.map(reason))].join(', ');
  return error instanceof Error ? error.message : String(error);
}
