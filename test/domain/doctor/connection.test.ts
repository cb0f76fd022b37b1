/** Judging the way to the database: whose it is, its addresses, its certificate, its pooler, its login. */
import { describe, expect, test } from 'vitest';
import { recogniseHost, type ServerTraces } from '../../../domain/doctor/database-host.ts';
import { judgeFailure, judgeLogin, type LoginFacts } from '../../../domain/doctor/judge-login.ts';
import { judgeHost, judgePooling, type RouteTarget } from '../../../domain/doctor/judge-route.ts';
import { judgeTls, type TlsFacts, type TlsTarget } from '../../../domain/doctor/judge-tls.ts';
import { remedies } from './findings.ts';

const NO_TRACES: ServerTraces = {
  auroraFunction: false,
  rdsRole: false,
  supabaseRole: false,
  neonRole: false,
};

describe('recogniseHost', () => {
  test.each([
    ['db.abcdefghij.supabase.co', 5432, 'Supabase, direct'],
    ['db.abcdefghij.supabase.co', 6543, 'Supabase, transaction pooler'],
    ['aws-0-eu-central-1.pooler.supabase.com', 5432, 'Supabase, session pooler'],
    ['AWS-1-eu-central-1.pooler.supabase.com', 6543, 'Supabase, transaction pooler'],
    ['ep-cool-darkness-a1b2.us-east-2.aws.neon.tech', 5432, 'Neon, direct'],
    ['ep-cool-darkness-a1b2-pooler.us-east-2.aws.neon.tech', 5432, 'Neon, transaction pooler'],
    ['mydb.c9akciq32.eu-west-1.rds.amazonaws.com', 5432, 'RDS, direct'],
    ['mydb.c9akciq32.cn-north-1.rds.amazonaws.com.cn', 5432, 'RDS, direct'],
    ['my.cluster-c9akciq32.eu-west-1.rds.amazonaws.com', 5432, 'Aurora, direct'],
    ['my.cluster-ro-c9akciq32.eu-west-1.rds.amazonaws.com', 5432, 'Aurora, direct, read-only'],
    ['my.proxy-c9akciq32.eu-west-1.rds.amazonaws.com', 5432, 'RDS Proxy, transaction pooler'],
    [
      'mine.endpoint.proxy-c9akciq32.eu-west-1.rds.amazonaws.com',
      5432,
      'RDS Proxy, transaction pooler',
    ],
    ['localhost', 5432, 'this machine, unknown'],
    ['127.0.0.1', 5433, 'this machine, unknown'],
    ['db.internal.example.com', 5432, 'self-hosted, unknown'],
    ['rds.amazonaws.com.evil.example', 5432, 'self-hosted, unknown'],
  ])('%s:%i is %s', (host, port, expected) => {
    const { provider, route, readOnly } = recogniseHost(host, port);
    expect(`${provider}, ${route}${readOnly === true ? ', read-only' : ''}`).toBe(expected);
  });

  test.each([
    [{ auroraFunction: true, rdsRole: true }, 'Aurora'],
    [{ rdsRole: true }, 'RDS'],
    [{ neonRole: true }, 'Neon'],
    [{ supabaseRole: true }, 'Supabase'],
    [{}, 'self-hosted'],
  ])('a name of one’s own is told by what the server holds: %j is %s', (traces, provider) => {
    const found = recogniseHost('db.example.com', 5432, { ...NO_TRACES, ...traces });
    expect(found.provider).toBe(provider);
  });

  test('an instance of Aurora is told from one of RDS', () => {
    const host = 'mydb.c9akciq32.eu-west-1.rds.amazonaws.com';
    const traces = { ...NO_TRACES, auroraFunction: true, rdsRole: true };
    expect(recogniseHost(host, 5432, traces).provider).toBe('Aurora');
  });
});

function route(
  role: RouteTarget['role'],
  host: string,
  port = 5432,
  target: Partial<RouteTarget> = {},
): RouteTarget {
  return {
    role,
    shown: `${host}:${port}/d`,
    host: recogniseHost(host, port),
    fromLambda: true,
    parameter: '/url',
    ...target,
  };
}

const SUPABASE_DIRECT = 'db.abcdefghij.supabase.co';
const SUPABASE_POOLER = 'aws-0-eu-central-1.pooler.supabase.com';
const BOTH = { state: 'resolved', ipv4: true, ipv6: true } as const;
const ONLY_IPV6 = { state: 'resolved', ipv4: false, ipv6: true } as const;

describe('judgeHost', () => {
  test('an address that Lambda reaches is well', () => {
    expect(judgeHost(route('runtime', SUPABASE_POOLER, 6543), BOTH, remedies)).toMatchObject({
      state: 'well',
      says: expect.stringContaining('Supabase, transaction pooler'),
    });
  });

  test.each([
    ['migrate', /session pooler.*port 5432.*--name \/url/],
    ['runtime', /transaction pooler.*port 6543.*--name \/url/],
  ] as const)('Supabase’s direct host is out of reach of Lambda: %s', (role, mend) => {
    const finding = judgeHost(route(role, SUPABASE_DIRECT), ONLY_IPV6, remedies);
    expect(finding).toMatchObject({
      check: `${role}-host`,
      state: 'mend',
      says: expect.stringContaining('IPv6'),
      mend: expect.stringMatching(mend),
    });
  });

  test('in a VPC or on this machine, IPv6 alone may do', () => {
    const target = route('migrate', SUPABASE_DIRECT, 5432, { fromLambda: false });
    expect(judgeHost(target, ONLY_IPV6, remedies).state).toBe('well');
  });

  test('a name that nobody knows, and a reader endpoint, must be mended', () => {
    const unresolved = { state: 'unresolved', code: 'ENOTFOUND' } as const;
    expect(judgeHost(route('migrate', 'db.example.com'), unresolved, remedies)).toMatchObject({
      state: 'mend',
      says: expect.stringContaining('ENOTFOUND'),
    });
    const inVpc = route('migrate', 'db.internal', 5432, { fromLambda: false });
    expect(judgeHost(inVpc, unresolved, remedies).state).toBe('unknown');
    const reader = route('runtime', 'my.cluster-ro-c9.eu-west-1.rds.amazonaws.com');
    expect(judgeHost(reader, BOTH, remedies)).toMatchObject({
      state: 'mend',
      says: expect.stringContaining('reader endpoint'),
    });
  });
});

describe('judgePooling', () => {
  const OWN = { state: 'own' } as const;
  const SHARED = { state: 'shared' } as const;

  test.each([
    ['migrate', SUPABASE_POOLER, 6543, OWN, 'mend', 'port 5432 instead of 6543'],
    ['migrate', 'ep-a-pooler.us-east-2.aws.neon.tech', 5432, OWN, 'mend', 'without -pooler'],
    ['migrate', 'my.proxy-c9.eu-west-1.rds.amazonaws.com', 5432, OWN, 'mend', 'own endpoint'],
    ['migrate', 'db.example.com', 6432, SHARED, 'mend', 'pool_mode=session'],
    ['migrate', 'db.example.com', 5432, OWN, 'well', undefined],
    ['migrate', SUPABASE_POOLER, 5432, OWN, 'well', undefined],
    ['runtime', SUPABASE_POOLER, 6543, SHARED, 'well', undefined],
    ['runtime', 'db.example.com', 6432, SHARED, 'well', undefined],
    ['runtime', SUPABASE_POOLER, 5432, OWN, 'warning', 'port 6543'],
    ['runtime', 'ep-a.us-east-2.aws.neon.tech', 5432, OWN, 'warning', 'with -pooler'],
    ['runtime', 'my.c9.eu-west-1.rds.amazonaws.com', 5432, OWN, 'well', undefined],
  ] as const)('%s through %s:%i, processes %j: %s', (role, host, port, facts, state, words) => {
    const finding = judgePooling(route(role, host, port), facts, remedies);
    expect(finding).toMatchObject({ check: `${role}-pooling`, state });
    if (words !== undefined) expect(finding.mend).toContain(words);
  });

  test('what was not tried is unknown, unless the name tells', () => {
    const unseen = { state: 'unseen', why: 'nobody got in' } as const;
    expect(judgePooling(route('migrate', 'db.example.com'), unseen, remedies).state).toBe(
      'unknown',
    );
    expect(judgePooling(route('migrate', SUPABASE_POOLER, 6543), unseen, remedies).state).toBe(
      'mend',
    );
  });
});

describe('judgeTls', () => {
  const now = new Date('2026-11-25T00:00:00Z');
  const expiresAt = new Date('2027-11-25T00:00:00Z');
  const target = (provider: TlsTarget['provider']): TlsTarget => ({
    role: 'runtime',
    hostname: 'db.example.com',
    port: 5432,
    provider,
    caSetting: 'system',
  });
  const refused = (code: string): TlsFacts => ({
    state: 'refused',
    code,
    issuer: 'ACME',
    expiresAt,
  });

  test.each([
    ['Supabase', 'SELF_SIGNED_CERT_IN_CHAIN', '"databaseCa": "supabase-ca.crt"'],
    ['RDS', 'SELF_SIGNED_CERT_IN_CHAIN', '"databaseCa": "aws-rds"'],
    ['Aurora', 'UNABLE_TO_GET_ISSUER_CERT_LOCALLY', '"databaseCa": "aws-rds"'],
    ['Neon', 'UNABLE_TO_GET_ISSUER_CERT_LOCALLY', '"databaseCa": "system"'],
    ['RDS Proxy', 'UNABLE_TO_GET_ISSUER_CERT_LOCALLY', '"databaseCa": "system"'],
    ['self-hosted', 'DEPTH_ZERO_SELF_SIGNED_CERT', 'openssl s_client -starttls postgres'],
    ['self-hosted', 'ERR_TLS_CERT_ALTNAME_INVALID', 'subjectAltName'],
    ['self-hosted', 'CERT_HAS_EXPIRED', 'renew'],
  ] as const)('%s with %s: %s', (provider, code, words) => {
    expect(judgeTls(target(provider), refused(code), now)).toMatchObject({
      check: 'runtime-tls',
      state: 'mend',
      mend: expect.stringContaining(words),
    });
  });

  test.each([
    [{ state: 'verified', issuer: 'ACME', expiresAt }, 'well'],
    [{ state: 'verified', issuer: 'ACME', expiresAt: new Date('2026-12-01') }, 'warning'],
    [{ state: 'plain', loopback: true }, 'not-here'],
    [{ state: 'plain', loopback: false }, 'warning'],
    [{ state: 'unsupported' }, 'mend'],
    [{ state: 'unreachable', why: 'ETIMEDOUT' }, 'unknown'],
  ] as const)('%j is %s', (facts, state) => {
    expect(judgeTls(target('self-hosted'), facts, now).state).toBe(state);
  });
});

describe('judgeLogin', () => {
  const facts: LoginFacts = {
    user: 'tricost_runtime',
    superuser: false,
    inIngest: true,
    owns: [],
    maySchema: false,
    mayRole: false,
    readOnly: false,
  };
  const target = (role: 'migrate' | 'runtime') => ({
    role,
    shown: 'h:5432/d',
    parameter: '/url',
    inVpc: false,
    onThisMachine: false,
  });

  test.each([
    ['has what it needs', {}, false, 'well', ''],
    ['is a superuser', { superuser: true }, false, 'mend', 'is a superuser'],
    [
      'owns the schema',
      { owns: ['schema tricost', 'tricost.alerts'] },
      false,
      'mend',
      'and 1 more',
    ],
    ['is the owner’s', {}, true, 'mend', 'could drop every call'],
    ['is not in the role', { inIngest: false }, false, 'mend', 'not the rights of tricost_ingest'],
    ['has no role to be in', { inIngest: undefined }, false, 'mend', 'no role tricost_ingest'],
    ['may make roles', { mayRole: true }, false, 'warning', 'may create roles'],
    ['reaches a replica', { readOnly: true }, false, 'mend', 'replica'],
  ] as const)('a runtime login that %s', (_what, changed, shared, state, words) => {
    const finding = judgeLogin(
      target('runtime'),
      { ...facts, ...changed } as LoginFacts,
      remedies,
      shared,
    );
    expect(finding).toMatchObject({ state, says: expect.stringContaining(words) });
  });

  test('with DATABASE_URL the local functions are the owner, and that is no finding', () => {
    const local = { ...target('runtime'), parameter: undefined };
    expect(judgeLogin(local, { ...facts, superuser: true }, remedies, true).state).toBe('not-here');
  });

  test('the migrate login must be able to make the schema, or have it', () => {
    const migrate = target('migrate');
    expect(judgeLogin(migrate, facts, remedies, false).state).toBe('mend');
    expect(judgeLogin(migrate, { ...facts, maySchema: true }, remedies, false).state).toBe('well');
    const owner = { ...facts, owns: ['schema tricost'] };
    expect(judgeLogin(migrate, owner, remedies, false).state).toBe('well');
  });

  test('a strange login’s name is one identifier in the command', () => {
    const finding = judgeLogin(
      target('runtime'),
      { ...facts, user: 'my"app', inIngest: false },
      remedies,
      false,
    );
    expect(finding.mend).toContain('grant tricost_ingest to "my""app"');
  });

  test.each([
    ['28P01', false, 'mend'],
    ['3D000', false, 'mend'],
    ['53300', false, 'mend'],
    ['XX000', true, 'mend'],
    [undefined, false, 'mend'],
    [undefined, true, 'unknown'],
    ['28P01', true, 'mend'],
  ])('nobody gets in, %s, in a VPC %s: %s', (code, inVpc, state) => {
    const failure = { code, message: 'timeout expired' };
    const finding = judgeFailure({ ...target('runtime'), inVpc }, failure, remedies);
    expect(finding).toMatchObject({ check: 'runtime-login', state });
    expect(finding.mend).toBeDefined();
  });
});
