/** One run: every test on PostgreSQL 18, and the SQL tests once more on 15 where its binaries are found. */
import { defineConfig, type Plugin } from 'vitest/config';
import { findPostgres15 } from './test/support/postgres-binaries.ts';

/** What esbuild's `text` loader does for the bundles: `import text from './x.sql'` is the file's text. */
const sqlText: Plugin = {
  name: 'sql-text',
  enforce: 'pre',
  transform(code, id) {
    return id.endsWith('.sql') ? { code: `export default ${JSON.stringify(code)};` } : null;
  },
};

const oldestPostgres = findPostgres15() === undefined ? [] : [15];

export default defineConfig({
  plugins: [sqlText],
  test: {
    globalSetup: ['test/support/global-setup.ts'],
    reporters: ['default', './test/support/summary-reporter.ts'],
    maxWorkers: 2,
    // Only for a test that hangs: no test asserts a duration, and machines differ.
    testTimeout: 60_000,
    hookTimeout: 60_000,
    restoreMocks: true,
    unstubEnvs: true,
    unstubGlobals: true,
    projects: [
      {
        extends: true,
        test: {
          name: 'PostgreSQL 18',
          include: ['test/**/*.test.ts'],
          provide: { postgresMajor: 18 },
        },
      },
      ...oldestPostgres.map((major) => ({
        extends: true as const,
        test: {
          name: `PostgreSQL ${major}`,
          include: ['test/sql/**/*.test.ts'],
          provide: { postgresMajor: major },
        },
      })),
    ],
  },
});
