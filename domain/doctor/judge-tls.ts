/** Judges the database's certificate, as the functions verify it, and names the setting that mends it. */
import type { Provider } from './database-host.ts';
import { type Check, type Finding, mend, notHere, unknown, warning, well } from './finding.ts';
import type { ConnectionRole } from './judge-route.ts';
import { shellQuoted } from './remedies.ts';

export type TlsFacts =
  /** Not asked for: loopback, or `sslmode=disable`. */
  | { state: 'plain'; loopback: boolean }
  /** The server speaks none. */
  | { state: 'unsupported' }
  | { state: 'unreachable'; why: string }
  | {
      state: 'verified' | 'refused';
      /** Node's code, for example SELF_SIGNED_CERT_IN_CHAIN; undefined when verified. */
      code?: string;
      /** Names from the certificate. */
      issuer: string;
      expiresAt: Date;
    };

export interface TlsTarget {
  role: ConnectionRole;
  hostname: string;
  port: number;
  provider: Provider;
  /** `databaseCa` in tricost.config.json: `system`, `aws-rds` or `pem` for a file. */
  caSetting: 'system' | 'aws-rds' | 'pem';
}

const DAY_MS = 86_400_000;
/** Let's Encrypt renews a month before the end; who is later than half of that has forgotten. */
const SOON_DAYS = 14;

export function judgeTls(target: TlsTarget, facts: TlsFacts, now: Date): Finding {
  const check: Check = `${target.role}-tls`;
  switch (facts.state) {
    case 'plain':
      return facts.loopback
        ? notHere(check, 'on this machine, without TLS')
        : warning(
            check,
            'sslmode=disable: calls and the password travel unencrypted',
            'store the connection string without sslmode=disable; TLS is then verified',
          );
    case 'unsupported':
      return mend(
        check,
        'the server offers no TLS',
        'set ssl = on in postgresql.conf, with a certificate; inside a private network, append sslmode=disable to the connection string',
      );
    case 'unreachable':
      return unknown(check, `no certificate was seen: ${facts.why}`);
    case 'refused':
      return mend(check, refusal(facts.code ?? 'unknown', facts.issuer), remedy(target, facts));
    case 'verified':
      return judgeExpiry(check, facts.issuer, facts.expiresAt, now);
  }
}

function judgeExpiry(check: Check, issuer: string, expiresAt: Date, now: Date): Finding {
  const days = Math.floor((expiresAt.getTime() - now.getTime()) / DAY_MS);
  const until = expiresAt.toISOString().slice(0, 10);
  return days < SOON_DAYS
    ? warning(
        check,
        `the certificate is verified and expires on ${until}, in ${days} days; then no function connects`,
        'renew the certificate of the database server',
      )
    : well(check, `verified, signed by ${issuer}, valid until ${until}`);
}

function refusal(code: string, issuer: string): string {
  switch (code) {
    case 'CERT_HAS_EXPIRED':
      return `the certificate, signed by ${issuer}, has expired`;
    case 'ERR_TLS_CERT_ALTNAME_INVALID':
      return 'the certificate is for another name than the one in the connection string';
    case 'DEPTH_ZERO_SELF_SIGNED_CERT':
      return 'the certificate is signed by itself, and databaseCa does not name it';
    case 'SELF_SIGNED_CERT_IN_CHAIN':
    case 'UNABLE_TO_GET_ISSUER_CERT_LOCALLY':
    case 'UNABLE_TO_VERIFY_LEAF_SIGNATURE':
      return `the certificate is signed by ${issuer}, an authority that databaseCa does not name (${code})`;
    default:
      return `the certificate, signed by ${issuer}, is refused (${code})`;
  }
}

function remedy(target: TlsTarget, facts: { code?: string }): string {
  const { provider, hostname, port, caSetting } = target;
  if (facts.code === 'CERT_HAS_EXPIRED') return 'renew the certificate of the database server';
  if (facts.code === 'ERR_TLS_CERT_ALTNAME_INVALID') {
    return `use a name that the certificate has: openssl s_client -starttls postgres -connect ${at(hostname, port)} </dev/null | openssl x509 -noout -ext subjectAltName`;
  }
  if (provider === 'RDS' || provider === 'Aurora') return setTo('aws-rds');
  if (provider === 'Neon' || provider === 'RDS Proxy') return setTo('system');
  if (provider === 'Supabase') {
    return `download the certificate at Database > Settings > SSL Configuration of the Supabase dashboard, and ${setTo('supabase-ca.crt')}`;
  }
  const inPlace = caSetting === 'pem' ? ' in place of the file that it names now' : '';
  return `save the authority's certificate, if you trust what it shows, and ${setTo('database-ca.pem')}${inPlace}: openssl s_client -starttls postgres -connect ${at(hostname, port)} -showcerts </dev/null | awk '/BEGIN CERT/{c=""} {c=c$0"\\n"} /END CERT/{last=c} END{printf "%s",last}' > database-ca.pem`;
}

function setTo(value: string): string {
  return `set "databaseCa": "${value}" in tricost.config.json`;
}

function at(hostname: string, port: number): string {
  return shellQuoted(`${hostname}:${port}`);
}
