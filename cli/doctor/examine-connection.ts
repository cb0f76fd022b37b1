/** One of the two connections, step by step as the functions take it: name, certificate, login, pooler. */
import type { Client } from 'pg';
import pg from 'pg';
import { resolveAddresses } from '../../adapters/dns/resolve-addresses.ts';
import { connect, connectionSettings } from '../../adapters/postgres/connect.ts';
import {
  inspectLogin,
  inspectServer,
  type ServerFacts,
} from '../../adapters/postgres/inspect-login.ts';
import { inspectPooling } from '../../adapters/postgres/inspect-pooling.ts';
import { inspectTls } from '../../adapters/postgres/inspect-tls.ts';
import { recogniseHost } from '../../domain/doctor/database-host.ts';
import { type Finding, mend, unknown } from '../../domain/doctor/finding.ts';
import { judgeFailure, judgeLogin } from '../../domain/doctor/judge-login.ts';
import {
  type ConnectionRole,
  judgeHost,
  judgePooling,
  type RouteTarget,
} from '../../domain/doctor/judge-route.ts';
import { judgeTls, type TlsFacts } from '../../domain/doctor/judge-tls.ts';
import { describe } from './attempt.ts';
import type { Patient } from './patient.ts';

export interface ConnectionToExamine {
  role: ConnectionRole;
  connectionString: string;
  /** Both parameters hold the same login. */
  shared: boolean;
  /** PEM for `connect`; undefined: Node's own list. */
  ca: string | undefined;
}

interface Address {
  host: string;
  port: number;
  shown: string;
  plain: boolean;
}

/** Closes what it opened. */
export async function examineConnection(
  examined: ConnectionToExamine,
  patient: Patient,
): Promise<Finding[]> {
  const { role, connectionString, ca } = examined;
  const parameter = parameterOf(role, patient);
  let address: Address;
  try {
    address = addressOf(connectionString);
  } catch (error) {
    const remedy = patient.remedies.putParameter(parameter ?? '');
    return [mend(`${role}-host`, describe(error), remedy)];
  }
  const { host, port, shown } = address;
  const addresses = await resolveAddresses(host);
  const target = (server?: ServerFacts): RouteTarget => ({
    role,
    shown,
    host: recogniseHost(host, port, server?.traces),
    fromLambda: patient.stage !== 'local' && patient.config.vpc === undefined,
    parameter,
  });
  if (addresses.state === 'unresolved') return [judgeHost(target(), addresses, patient.remedies)];
  const tls = await tlsOf(address, ca);
  const login = await examineLogin(examined, patient, address, tls);
  const route = target(login.server);
  return [
    judgeHost(route, addresses, patient.remedies),
    judgeTls(
      {
        role,
        hostname: host,
        port,
        provider: route.host.provider,
        caSetting: patient.config.databaseCa.kind,
      },
      tls,
      new Date(),
    ),
    login.finding,
    login.server === undefined
      ? judgeUnseenPooling(route, patient)
      : judgePooling(
          route,
          await inspectPooling({ connectionString, ca, applicationName: 'tricost doctor' }),
          patient.remedies,
        ),
  ];
}

function parameterOf(role: ConnectionRole, { stage, parameters }: Patient): string | undefined {
  if (stage === 'local') return undefined;
  return role === 'migrate' ? parameters.migrateDatabaseUrl : parameters.runtimeDatabaseUrl;
}

/** As the driver understands the URL: a parameter in it may replace the host. Never its password. */
function addressOf(connectionString: string): Address {
  const settings = connectionSettings({ connectionString });
  const { host, port, database } = new pg.Client(settings);
  return { host, port, shown: `${host}:${port}/${database ?? ''}`, plain: settings.ssl === false };
}

async function tlsOf({ host, port, plain }: Address, ca: string | undefined): Promise<TlsFacts> {
  if (!plain) return inspectTls(host, port, ca);
  return { state: 'plain', loopback: recogniseHost(host, port).provider === 'this machine' };
}

async function examineLogin(
  { role, connectionString, ca, shared }: ConnectionToExamine,
  patient: Patient,
  { host, port, shown }: Address,
  tls: TlsFacts,
): Promise<{ finding: Finding; server?: ServerFacts }> {
  if (tls.state === 'refused' || tls.state === 'unsupported') {
    return {
      finding: unknown(
        `${role}-login`,
        `not tried without a verified certificate: see ${role}-tls`,
      ),
    };
  }
  const target = {
    role,
    shown,
    parameter: parameterOf(role, patient),
    inVpc: patient.stage !== 'local' && patient.config.vpc !== undefined,
    onThisMachine: recogniseHost(host, port).provider === 'this machine',
  };
  let client: Client;
  try {
    client = await connect({ connectionString, ca, applicationName: 'tricost doctor' });
  } catch (error) {
    const code = error instanceof pg.DatabaseError ? error.code : undefined;
    return {
      finding: judgeFailure(target, { code, message: describe(error) }, patient.remedies),
    };
  }
  try {
    const facts = await inspectLogin(client);
    return {
      finding: judgeLogin(target, facts, patient.remedies, shared),
      server: await inspectServer(client),
    };
  } finally {
    await client.end();
  }
}

/** Nobody got in, and the name may still tell. */
function judgeUnseenPooling(route: RouteTarget, { remedies }: Patient): Finding {
  return judgePooling(
    route,
    { state: 'unseen', why: `nobody got in: see ${route.role}-login` },
    remedies,
  );
}
