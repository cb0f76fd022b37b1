/** The environment variables that carry the database's certificate authority. */
import type { DatabaseCa } from '../config/config.ts';

export interface DatabaseEnvironment {
  /** Value of TRICOST_DATABASE_CA. */
  readonly ca: string;
  /** Variables read by Node itself rather than by a function. */
  readonly extra: Record<string, string>;
}

/**
 * Lambda's Node.js 20 and later runtimes ship the RDS authorities but load them only on request.
 * https://docs.aws.amazon.com/lambda/latest/dg/lambda-nodejs.html
 */
const LAMBDA_CA_BUNDLE = '/var/runtime/ca-cert.pem';

export function databaseEnvironment(ca: DatabaseCa): DatabaseEnvironment {
  switch (ca.kind) {
    case 'system':
      return { ca: '', extra: {} };
    case 'aws-rds':
      return { ca: '', extra: { NODE_EXTRA_CA_CERTS: LAMBDA_CA_BUNDLE } };
    case 'pem':
      return { ca: ca.pem, extra: {} };
  }
}
