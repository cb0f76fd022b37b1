/** Judges the way to the database: whether its name resolves to what Lambda reaches, and how it shares connections. */
import type { DatabaseHost } from './database-host.ts';
import { type Check, type Finding, mend, unknown, warning, well } from './finding.ts';
import type { Remedies } from './remedies.ts';

export type ConnectionRole = 'migrate' | 'runtime';

export type HostAddresses =
  | { state: 'resolved'; ipv4: boolean; ipv6: boolean }
  | { state: 'unresolved'; code: string };

export interface RouteTarget {
  role: ConnectionRole;
  /** As shown: `host:port/database`, printable. */
  shown: string;
  host: DatabaseHost;
  /** The functions run on AWS Lambda, outside any VPC. */
  fromLambda: boolean;
  /** Name of the SSM parameter; undefined for the local stack. */
  parameter: string | undefined;
}

export function judgeHost(
  target: RouteTarget,
  addresses: HostAddresses,
  remedies: Remedies,
): Finding {
  const { role, shown, host, fromLambda } = target;
  const check: Check = `${role}-host`;
  const put = putParameter(target, remedies);
  const name = host.route === 'unknown' ? host.provider : `${host.provider}, ${host.route}`;
  if (addresses.state === 'unresolved') {
    return mend(
      check,
      `${shown} is no known host (${addresses.code}); a paused or deleted project has none`,
      put,
    );
  }
  if (host.readOnly === true) {
    return mend(check, `${shown} is ${name}, the reader endpoint, which refuses every write`, put);
  }
  if (fromLambda && !addresses.ipv4) {
    const instead =
      host.provider === 'Supabase'
        ? role === 'migrate'
          ? "take the session pooler's connection string (aws-…pooler.supabase.com, port 5432): "
          : "take the transaction pooler's connection string (aws-…pooler.supabase.com, port 6543): "
        : 'give the host an IPv4 address, or another connection string: ';
    return mend(
      check,
      `${shown} is ${name} and has an IPv6 address only, which Lambda does not reach`,
      `${instead}${put}`,
    );
  }
  return well(check, `${shown} is ${name}`);
}

/** What two connections, open at once, showed of whether they share server connections. */
export type PoolingFacts =
  | { state: 'shared' }
  /** Each kept its own; a pooler with room to spare would look the same. */
  | { state: 'own' }
  | { state: 'unseen'; why: string };

export function judgePooling(
  target: RouteTarget,
  facts: PoolingFacts,
  remedies: Remedies,
): Finding {
  const { role, host } = target;
  const check: Check = `${role}-pooling`;
  const transactionMode = facts.state === 'shared' || host.route === 'transaction pooler';
  const seen =
    facts.state === 'shared'
      ? 'two connections were given the same server process'
      : 'its name and port say so';
  if (transactionMode && role === 'migrate') {
    return mend(
      check,
      `the connection goes through a transaction pooler (${seen}), and migrations need a direct connection or session mode`,
      `${directInstead(host)}${putParameter(target, remedies)}`,
    );
  }
  if (transactionMode) {
    return well(check, `through a transaction pooler (${seen}), which the functions allow for`);
  }
  if (facts.state === 'unseen') return unknown(check, `pooling was not tried: ${facts.why}`);
  if (role === 'runtime' && (host.provider === 'Supabase' || host.provider === 'Neon')) {
    return warning(
      check,
      `not through the transaction pooler of ${host.provider}: each of up to ten functions at once holds a connection of its own`,
      `${pooledInstead(host)}${putParameter(target, remedies)}`,
    );
  }
  return well(check, 'each connection keeps its own server process: direct or in session mode');
}

function directInstead({ provider }: DatabaseHost): string {
  switch (provider) {
    case 'Supabase':
      return 'take the session pooler, port 5432 instead of 6543: ';
    case 'Neon':
      return 'take the host without -pooler: ';
    case 'RDS Proxy':
      return "take the instance's or the cluster's own endpoint: ";
    default:
      return 'take the address of Postgres itself, or of a pooler with pool_mode=session: ';
  }
}

function pooledInstead({ provider }: DatabaseHost): string {
  return provider === 'Supabase'
    ? 'take the transaction pooler, port 6543: '
    : 'take the host with -pooler: ';
}

function putParameter({ parameter }: RouteTarget, remedies: Remedies): string {
  return parameter === undefined
    ? 'correct DATABASE_URL and start again'
    : remedies.putParameter(parameter);
}
