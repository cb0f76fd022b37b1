/** Real connections: certificates that are trusted or not, logins that may too much or too little, real poolers. */
import { execFile } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { chmod, chown, copyFile, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import type { TLSSocket } from 'node:tls';
import { promisify } from 'node:util';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, inject, test, vi } from 'vitest';
import { inspectTls } from '../../../adapters/postgres/inspect-tls.ts';
import { examineConnection } from '../../../cli/doctor/examine-connection.ts';
import type { Finding } from '../../../domain/doctor/finding.ts';
import {
  type Certificate,
  type CertificateMaker,
  makeCertificates,
  pemOf,
} from '../../support/certificates.ts';
import { HAS_PGBOUNCER, startPgbouncer } from '../../support/pgbouncer.ts';
import { createTestDatabase, type TestDatabase } from '../../support/postgres.ts';
import { runCommand } from '../run-command.ts';
import { ailing, patientOf, remedyOf } from './patient.ts';

let database: TestDatabase;
let superuser: pg.Client;

beforeAll(async () => {
  database = await createTestDatabase();
  superuser = new pg.Client({ connectionString: inject('postgresServer').superuserUrl });
  await superuser.connect();
});

afterAll(async () => {
  await superuser.end();
  await database.drop();
});

const patient = patientOf();

function examineRuntime(connectionString: string, ca?: string): Promise<Finding[]> {
  const examined = { role: 'runtime', connectionString, shared: false, ca } as const;
  return examineConnection(examined, patient);
}

function changed(url: string, parts: Partial<URL>): string {
  return Object.assign(new URL(url), parts).href;
}

describe('logins', () => {
  test('the migrate and the runtime login of a fresh database are well', async () => {
    const { url: connectionString } = database;
    const migrate = { role: 'migrate', connectionString, shared: false, ca: undefined } as const;
    expect(ailing(await examineConnection(migrate, patient))).toEqual([]);
    expect(ailing(await examineRuntime(database.runtimeUrl))).toEqual([]);
  });

  test.each([
    ['the owner', () => database.url, 'runtime-login mend', 'owns schema'],
    [
      'a superuser',
      () =>
        changed(inject('postgresServer').superuserUrl, {
          pathname: new URL(database.url).pathname,
        }),
      'runtime-login mend',
      'is a superuser',
    ],
    [
      'a wrong password',
      () => changed(database.runtimeUrl, { password: 'wrong' }),
      'runtime-login mend',
      '28P01',
    ],
    [
      'no such database',
      () => changed(database.runtimeUrl, { pathname: 'none' }),
      'runtime-login mend',
      'no such database',
    ],
  ])('%s for runtime', async (_what, url, expected, words) => {
    const findings = await examineRuntime(url());
    expect(ailing(findings)).toContain(expected);
    expect(findings.find(({ check }) => check === 'runtime-login')?.says).toContain(words);
  });

  test('a login outside tricost_ingest is given the command that lets it in, which does', async () => {
    const { username, password } = new URL(database.runtimeUrl);
    await superuser.query(`create role tricost_newcomer login password '${password}'`);
    try {
      const url = database.runtimeUrl.replace(username, 'tricost_newcomer');
      const findings = await examineRuntime(url);
      expect(ailing(findings)).toEqual(['runtime-login mend']);
      await superuser.query(remedyOf(findings, 'runtime-login'));
      expect(ailing(await examineRuntime(url))).toEqual([]);
      await superuser.query('alter role tricost_newcomer createrole');
      expect(ailing(await examineRuntime(url))).toEqual(['runtime-login warning']);
    } finally {
      await superuser.query('drop role tricost_newcomer');
    }
  });

  test('nobody there, a name that nobody knows, and what is no connection string', async () => {
    expect(ailing(await examineRuntime('postgres://u:sekrit@127.0.0.1:1/d'))).toEqual([
      'runtime-login mend',
      'runtime-pooling unknown',
    ]);
    const here = {
      role: 'runtime',
      connectionString: 'postgres://u:sekrit@127.0.0.1:1/d',
    } as const;
    const rest = { shared: false, ca: undefined };
    const local = await examineConnection({ ...here, ...rest }, patientOf('local'));
    expect(remedyOf(local, 'runtime-login')).toMatch(/^start it: .*`npm start`/);
    const deployed = await examineConnection({ ...here, ...rest }, patient);
    expect(remedyOf(deployed, 'runtime-login')).toMatch(/Lambda reaches it.*put-parameter/);
    const unknown = await examineRuntime('postgres://u:sekrit@nobody.invalid/d');
    expect(ailing(unknown)).toEqual(['runtime-host mend']);
    const none = await examineRuntime('sekrit');
    expect(ailing(none)).toEqual(['runtime-host mend']);
    expect(JSON.stringify([unknown, none])).not.toContain('sekrit');
  });
});

describe('certificates', () => {
  let maker: CertificateMaker;
  let data: string;
  let ownAuthority: Certificate;

  beforeAll(async () => {
    maker = await makeCertificates();
    const { rows } = await superuser.query<{ data_directory: string }>('show data_directory');
    data = rows[0]?.data_directory ?? '';
    ownAuthority = await maker.authority('Own');
  });

  afterAll(async () => {
    await superuser.query('alter system reset ssl');
    await superuser.query('select pg_reload_conf()');
    await maker.remove();
  });

  /** The server shows another certificate from its next connection on; connections without TLS notice nothing. */
  async function show({ certificate, key }: Certificate): Promise<void> {
    const { uid, gid } = await stat(data);
    for (const [from, to] of [
      [certificate, 'server.crt'],
      [key, 'server.key'],
    ] as const) {
      await copyFile(from, `${data}/${to}`);
      await chmod(`${data}/${to}`, 0o600);
      await chown(`${data}/${to}`, uid, gid);
    }
    await superuser.query('alter system set ssl = on');
    await superuser.query('select pg_reload_conf()');
    const serial = new X509Certificate(await readFile(certificate)).serialNumber;
    await vi.waitUntil(async () => (await shownSerial()) === serial, { timeout: 10_000 });
  }

  async function shownSerial(): Promise<string | undefined> {
    const client = new pg.Client({
      connectionString: overTls(),
      ssl: { rejectUnauthorized: false },
    });
    try {
      await client.connect();
      const { stream } = (client as unknown as { connection: { stream: TLSSocket } }).connection;
      return stream.getPeerX509Certificate()?.serialNumber;
    } catch {
      return undefined;
    } finally {
      await client.end();
    }
  }

  function overTls(query = ''): string {
    return `${changed(database.runtimeUrl, { hostname: 'localhost' })}${query}`;
  }

  test('the commands that mend a database trust the authority that the configuration names', async () => {
    await show(await maker.server('localhost', 30, ownAuthority));
    const config = `${ownAuthority.certificate}.json`;
    await writeFile(
      config,
      JSON.stringify({ alarmEmail: 'none', databaseCa: ownAuthority.certificate }),
    );
    const list = ['partitions', 'list', '--json', '--database-url', overTls('?sslmode=require')];
    const refused = await runCommand(list);
    expect([refused.code, refused.stderr]).toEqual([1, expect.stringContaining('certificate')]);
    expect(await runCommand([...list, '--config', config])).toMatchObject({ code: 0 });
  });

  const examineOverTls = (ca?: string) => examineRuntime(overTls('?sslmode=require'), ca);

  test('a server without TLS', async () => {
    const findings = await examineOverTls();
    expect(ailing(findings)).toEqual([
      'runtime-tls mend',
      'runtime-login unknown',
      'runtime-pooling unknown',
    ]);
  });

  test('of an authority: refused without it, verified with it, refused with another', async () => {
    await show(await maker.server('localhost', 30, ownAuthority));
    const findings = await examineOverTls();
    expect(ailing(findings)).toEqual([
      'runtime-tls mend',
      'runtime-login unknown',
      'runtime-pooling unknown',
    ]);
    expect(findings[1]?.says).toContain(
      'signed by Own Own root, an authority that databaseCa does not name',
    );
    expect(ailing(await examineOverTls(await pemOf(ownAuthority)))).toEqual([]);
    const other = await maker.authority('Other');
    expect(ailing(await examineOverTls(await pemOf(other)))).toContain('runtime-tls mend');
  });

  test('signed by itself: the command saves what makes it trusted', async () => {
    await show(await maker.server('localhost', 30));
    const findings = await examineOverTls();
    expect(findings[1]?.says).toContain('signed by itself');
    const command = /openssl .*$/.exec(remedyOf(findings, 'runtime-tls'))?.[0] ?? '';
    const folder = await mkdtemp(`${tmpdir()}/tricost-remedy-`);
    try {
      await promisify(execFile)('sh', ['-c', command], { cwd: folder });
      const saved = await readFile(`${folder}/database-ca.pem`, 'utf8');
      expect(ailing(await examineOverTls(saved))).toEqual([]);
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  test('for another name, and about to expire', async () => {
    const ca = await pemOf(ownAuthority);
    await show(await maker.server('db.example.com', 30, ownAuthority));
    const elsewhere = await examineOverTls(ca);
    expect(ailing(elsewhere)).toContain('runtime-tls mend');
    expect(elsewhere[1]?.says).toContain('another name');
    await show(await maker.server('localhost', 3, ownAuthority));
    expect(ailing(await examineOverTls(ca))).toEqual(['runtime-tls warning']);
  });

  test('a peer that says nothing is unreachable', async () => {
    expect(await inspectTls('127.0.0.1', 1, undefined)).toMatchObject({
      state: 'unreachable',
      why: expect.stringContaining('ECONNREFUSED'),
    });
  });
});

describe.runIf(HAS_PGBOUNCER)('poolers', () => {
  test.each([
    ['transaction', 1, ['migrate-pooling mend'], []],
    ['transaction', 5, ['migrate-pooling mend'], []],
    ['session', 5, [], []],
  ] as const)('%s mode with %i server connections', async (mode, size, migrate, runtime) => {
    const pooler = await startPgbouncer([database.url, database.runtimeUrl], mode, size);
    try {
      const connectionString = pooler.through(database.url);
      const examined = { role: 'migrate', connectionString, shared: false, ca: undefined } as const;
      expect(ailing(await examineConnection(examined, patient))).toEqual(migrate);
      expect(ailing(await examineRuntime(pooler.through(database.runtimeUrl)))).toEqual(runtime);
    } finally {
      await pooler.stop();
    }
  });
});
