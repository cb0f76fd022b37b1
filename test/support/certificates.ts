/** Certificates of a test, made with openssl, which every system has that runs Git. */
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { promisify } from 'node:util';

const run = promisify(execFile);

export interface Certificate {
  certificate: string;
  key: string;
}

export interface CertificateMaker {
  authority(name: string): Promise<Certificate>;
  /** For a host; signed by itself where no authority is given. */
  server(hostname: string, days: number, authority?: Certificate): Promise<Certificate>;
  remove(): Promise<void>;
}

export async function makeCertificates(): Promise<CertificateMaker> {
  const folder = await mkdtemp(`${tmpdir()}/tricost-certificates-`);
  let made = 0;
  const newFile = (extension: string) => {
    made += 1;
    return `${folder}/${made}.${extension}`;
  };
  const newKey = (key: string) => [
    ...['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-keyout', key],
  ];
  const signItself = async (args: readonly string[]): Promise<Certificate> => {
    const [key, certificate] = [newFile('key'), newFile('pem')];
    await run('openssl', ['req', '-x509', ...newKey(key), '-out', certificate, ...args]);
    return { certificate, key };
  };
  // In two steps, because the openssl of macOS signs no request in one.
  const sign = async (hostname: string, days: number, by: Certificate): Promise<Certificate> => {
    const [key, certificate, request] = [newFile('key'), newFile('pem'), newFile('csr')];
    const extensions = newFile('cnf');
    await writeFile(extensions, `subjectAltName=DNS:${hostname}\nbasicConstraints=CA:FALSE\n`);
    const subject = ['-subj', `/CN=${hostname}`];
    await run('openssl', ['req', '-new', ...newKey(key), ...subject, '-out', request]);
    const signer = ['-CA', by.certificate, '-CAkey', by.key, '-CAcreateserial'];
    const what = ['-in', request, '-days', String(days), '-extfile', extensions];
    await run('openssl', ['x509', '-req', ...what, ...signer, '-out', certificate]);
    return { certificate, key };
  };
  return {
    authority: (name) => signItself(['-subj', `/O=${name}/CN=${name} root`, '-days', '30']),
    server: (hostname, days, authority) =>
      authority === undefined
        ? signItself([
            ...['-subj', `/CN=${hostname}`, '-days', String(days)],
            ...['-addext', `subjectAltName=DNS:${hostname}`],
          ])
        : sign(hostname, days, authority),
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}

export function pemOf({ certificate }: Certificate): Promise<string> {
  return readFile(certificate, 'utf8');
}
