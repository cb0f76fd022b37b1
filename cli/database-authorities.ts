/** Who may have signed the database's certificate, as `connect` takes it: what the functions are given. */
import { fetchRdsAuthorities } from '../adapters/postgres/rds-authorities.ts';
import type { DatabaseCa } from '../config/config.ts';

/**
 * PEM; undefined: Node's own list.
 *
 * @throws Error when those of RDS, which only Lambda's runtime has, cannot be fetched
 */
export async function readCa(setting: DatabaseCa): Promise<string | undefined> {
  switch (setting.kind) {
    case 'system':
      return undefined;
    case 'pem':
      return setting.pem;
    case 'aws-rds':
      return fetchRdsAuthorities();
  }
}
