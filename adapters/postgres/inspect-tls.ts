/** The certificate that a Postgres server shows, and whether it is verified as `connect` verifies it. */
import { once } from 'node:events';
import net from 'node:net';
import tls from 'node:tls';
import type { TlsFacts } from '../../domain/doctor/judge-tls.ts';

const TIMEOUT_MS = 3_000;

/** https://www.postgresql.org/docs/current/protocol-message-formats.html#PROTOCOL-MESSAGE-FORMATS-SSLREQUEST */
const SSL_REQUEST = Buffer.from([0, 0, 0, 8, 4, 210, 22, 47]);

/** @param ca PEM; absent: Node's own list */
export async function inspectTls(
  host: string,
  port: number,
  ca: string | undefined,
): Promise<TlsFacts> {
  const signal = AbortSignal.timeout(TIMEOUT_MS);
  const socket = net.connect({ host, port });
  socket.on('error', () => {});
  try {
    await once(socket, 'connect', { signal });
    socket.write(SSL_REQUEST);
    const [answer] = (await once(socket, 'data', { signal })) as [Buffer];
    if (answer.toString('latin1') !== 'S') return { state: 'unsupported' };
    // Without a servername for an address, exactly as the driver does.
    const secure = tls.connect({
      socket,
      rejectUnauthorized: false,
      ...(net.isIP(host) === 0 ? { servername: host } : {}),
      ...(ca === undefined ? {} : { ca }),
    });
    secure.on('error', () => {});
    await once(secure, 'secureConnect', { signal });
    return read(secure);
  } catch (error) {
    return {
      state: 'unreachable',
      why: signal.aborted ? `no answer within ${TIMEOUT_MS / 1_000} s` : reason(error),
    };
  } finally {
    socket.destroy();
  }
}

function read(socket: tls.TLSSocket): TlsFacts {
  const certificate = socket.getPeerCertificate();
  const { CN: commonName, O: organisation } = certificate.issuer;
  const seen = {
    issuer:
      [organisation, commonName].flat().filter(Boolean).join(' ') || 'an authority without a name',
    expiresAt: new Date(certificate.valid_to),
  };
  // Node gives the code here, although its types promise an Error.
  return socket.authorized
    ? { state: 'verified', ...seen }
    : { state: 'refused', code: String(socket.authorizationError), ...seen };
}

function reason(error: unknown): string {
  if (error instanceof AggregateError) return [...new Set(error.errors.map(reason))].join(', ');
  return error instanceof Error ? error.message : String(error);
}
