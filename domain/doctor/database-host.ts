/** Whose database a connection string leads to, and by which way: every host has its own traps. */

export type Provider =
  | 'Supabase'
  | 'Neon'
  | 'RDS'
  | 'RDS Proxy'
  | 'Aurora'
  | 'this machine'
  | 'self-hosted';

/** How connections are shared: a transaction pooler gives each transaction any server connection that is free. */
export type Route = 'direct' | 'session pooler' | 'transaction pooler' | 'unknown';

export interface DatabaseHost {
  provider: Provider;
  route: Route;
  /** Only reads: Aurora's reader endpoint. */
  readOnly?: boolean;
}

/** Traces that a provider leaves in its servers, for names that say nothing. */
export interface ServerTraces {
  auroraFunction: boolean;
  rdsRole: boolean;
  supabaseRole: boolean;
  neonRole: boolean;
}

const TRANSACTION_POOLER_PORT = 6543;

/** @param traces absent before anybody is connected */
export function recogniseHost(host: string, port: number, traces?: ServerTraces): DatabaseHost {
  const byName = recogniseName(host.toLowerCase(), port);
  if (traces === undefined) return byName;
  if (traces.auroraFunction && byName.provider === 'RDS') return { ...byName, provider: 'Aurora' };
  if (byName.provider !== 'self-hosted') return byName;
  return { ...byName, provider: providerByTraces(traces) };
}

function recogniseName(host: string, port: number): DatabaseHost {
  // https://supabase.com/docs/guides/database/connecting-to-postgres
  if (/\.pooler\.supabase\.com$/.test(host) || /^db\.[a-z0-9]+\.supabase\.(co|com)$/.test(host)) {
    if (port === TRANSACTION_POOLER_PORT) {
      return { provider: 'Supabase', route: 'transaction pooler' };
    }
    const route = host.includes('.pooler.') ? 'session pooler' : 'direct';
    return { provider: 'Supabase', route };
  }
  // https://neon.com/docs/connect/connection-pooling
  if (/\.neon\.(tech|build)$/.test(host)) {
    const pooled = host.split('.')[0]?.endsWith('-pooler') === true;
    return { provider: 'Neon', route: pooled ? 'transaction pooler' : 'direct' };
  }
  // https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/Aurora.Endpoints.html
  if (/\.rds\.amazonaws\.com(\.cn)?$/.test(host)) {
    const name = host.split('.')[1] ?? '';
    if (name === 'endpoint' || name.startsWith('proxy-')) {
      return { provider: 'RDS Proxy', route: 'transaction pooler' };
    }
    if (name.startsWith('cluster-ro-')) {
      return { provider: 'Aurora', route: 'direct', readOnly: true };
    }
    if (name.startsWith('cluster-')) return { provider: 'Aurora', route: 'direct' };
    return { provider: 'RDS', route: 'direct' };
  }
  if (isLoopback(host)) return { provider: 'this machine', route: 'unknown' };
  return { provider: 'self-hosted', route: 'unknown' };
}

function providerByTraces(traces: ServerTraces): Provider {
  if (traces.auroraFunction) return 'Aurora';
  if (traces.rdsRole) return 'RDS';
  if (traces.neonRole) return 'Neon';
  return traces.supabaseRole ? 'Supabase' : 'self-hosted';
}

function isLoopback(host: string): boolean {
  return /^(localhost|127(\.\d{1,3}){3}|\[?::1\]?)$/.test(host);
}
