/** Judges whether a login gets in, and what it may do once it is there. */
import { type Check, type Finding, mend, notHere, unknown, warning, well } from './finding.ts';
import type { ConnectionRole } from './judge-route.ts';
import { quotedIdentifier, type Remedies } from './remedies.ts';

/** Why nobody got in: the driver's or the server's code, and its words without secrets. */
export interface LoginFailure {
  code: string | undefined;
  message: string;
}

export interface LoginFacts {
  user: string;
  superuser: boolean;
  /** Has the privileges of tricost_ingest; undefined while there is no such role. */
  inIngest: boolean | undefined;
  /** Schemas and tables of tricost that it owns, or may act as the owner of. */
  owns: string[];
  /** May create a schema in the database. */
  maySchema: boolean;
  /** May create roles. */
  mayRole: boolean;
  /** The server only reads: a replica. */
  readOnly: boolean;
}

export interface LoginTarget {
  role: ConnectionRole;
  /** `host:port/database`, printable. */
  shown: string;
  parameter: string | undefined;
  /** The functions run inside a VPC, which this machine may not be in. */
  inVpc: boolean;
  /** Its address is a loopback one. */
  onThisMachine: boolean;
}

export function judgeFailure(
  target: LoginTarget,
  { code, message }: LoginFailure,
  remedies: Remedies,
): Finding {
  const { role, shown, parameter, inVpc, onThisMachine } = target;
  const check: Check = `${role}-login`;
  const put = parameter === undefined ? 'correct DATABASE_URL' : remedies.putParameter(parameter);
  switch (code) {
    case '28P01':
    case '28000':
      return mend(
        check,
        `${shown} refuses the login (${code}): ${message}`,
        `store the right connection string: ${put}`,
      );
    case '3D000':
      return mend(check, `${shown} has no such database`, put);
    case '53300':
      return mend(
        check,
        `${shown} has no connection left (53300)`,
        'raise max_connections, or put a transaction pooler in front of the runtime connection',
      );
    case undefined:
      break;
    default:
      return mend(check, `${shown} refuses the connection (${code}): ${message}`, put);
  }
  const why = `${shown} cannot be reached: ${message}`;
  if (onThisMachine) {
    return mend(
      check,
      why,
      parameter === undefined
        ? 'start it: stop `npm start` with Ctrl-C and start it again; one of your own that DATABASE_URL names, before that'
        : `a function that looks there finds itself; store the address that Lambda reaches it at: ${put}`,
    );
  }
  if (inVpc) {
    return unknown(
      check,
      `${why}; the functions run inside a VPC, and this machine may not be in it`,
      'run the doctor from a machine in that VPC, or through a tunnel',
    );
  }
  return mend(
    check,
    why,
    'start the database (one that was paused takes some seconds: ask again), or let the internet in to its port: Lambda outside a VPC has no fixed address',
  );
}

/** @param shared both parameters hold the same login */
export function judgeLogin(
  target: LoginTarget,
  facts: LoginFacts,
  remedies: Remedies,
  shared: boolean,
): Finding {
  const { role, parameter } = target;
  const check: Check = `${role}-login`;
  const { user } = facts;
  if (facts.readOnly) {
    return mend(
      check,
      `${user} gets in, to a replica that only reads`,
      "use the primary's address",
    );
  }
  if (role === 'migrate') {
    return facts.maySchema || facts.owns.length > 0
      ? well(check, `${user} gets in`)
      : mend(
          check,
          `${user} gets in and may not create a schema in this database`,
          'as an administrator: grant create on database … to the login, or store another login',
        );
  }
  if (shared && parameter === undefined) {
    return notHere(
      check,
      'DATABASE_URL serves both purposes here, so the functions run as the owner',
    );
  }
  if (shared || facts.superuser || facts.owns.length > 0) {
    const much = facts.superuser
      ? 'is a superuser'
      : `owns ${facts.owns[0] ?? 'the schema'}${facts.owns.length > 1 ? ` and ${facts.owns.length - 1} more` : ''}`;
    return mend(
      check,
      `${user} gets in and ${much}: a function that is broken into could drop every call`,
      `${remedies.sql("create role tricost_runtime login password '…' in role tricost_ingest")}, then store its connection string: ${remedies.putParameter(parameter ?? '')}`,
    );
  }
  if (facts.inIngest === undefined) {
    return mend(
      check,
      `${user} gets in, and there is no role tricost_ingest for it to be in`,
      remedies.sql(
        `create role tricost_ingest nologin; grant tricost_ingest to ${quotedIdentifier(user)}`,
      ),
    );
  }
  if (!facts.inIngest) {
    return mend(
      check,
      `${user} gets in and has not the rights of tricost_ingest`,
      remedies.sql(`grant tricost_ingest to ${quotedIdentifier(user)}`),
    );
  }
  if (facts.mayRole) {
    return warning(
      check,
      `${user} has the rights of tricost_ingest, and may create roles too`,
      remedies.sql(`alter role ${quotedIdentifier(user)} nocreaterole`),
    );
  }
  return well(check, `${user} gets in, has the rights of tricost_ingest and owns nothing`);
}
