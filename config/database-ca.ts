/** Resolves the `databaseCa` setting: pg must be given the authority that signed the database's certificate. */
import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { DatabaseCa } from './config.ts';

/**
 * A function's variables share 4 KB, and this one must leave room for the others.
 * https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html
 */
const MAX_PEM_BYTES = 3000;

type Resolution =
  | { readonly ca: DatabaseCa; readonly problem?: undefined }
  | { readonly problem: string };

/** @param directory the configuration file's: the base of a relative path. */
export function readDatabaseCa(setting: string, directory: string): Resolution {
  if (setting === 'system' || setting === 'aws-rds') return { ca: { kind: setting } };
  const path = resolve(directory, setting);
  let pem: string;
  try {
    pem = readFileSync(path, 'utf8').trim();
  } catch {
    return {
      problem: `databaseCa is "${setting}", but there is no readable file at ${path}: use "system", "aws-rds" or the path of a PEM file`,
    };
  }
  const bytes = Buffer.byteLength(pem);
  if (bytes > MAX_PEM_BYTES) {
    return {
      problem: `databaseCa is a file of ${bytes} bytes, but must be at most ${MAX_PEM_BYTES}: keep only the root certificate in it, or use "aws-rds" for RDS and Aurora`,
    };
  }
  if (!isCertificate(pem)) {
    return {
      problem: `databaseCa is "${setting}", but that file is not a certificate: give the PEM file that your database's provider publishes ("-----BEGIN CERTIFICATE-----")`,
    };
  }
  return { ca: { kind: 'pem', pem } };
}

function isCertificate(pem: string): boolean {
  try {
    return new X509Certificate(pem).raw.length > 0;
  } catch {
    return false;
  }
}
