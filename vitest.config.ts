/** One run: pure tests, tests on PostgreSQL 18, and the SQL tests once more on 15 where its programs are found. */
import { resolve } from 'node:path';
import { defineConfig, type Plugin, type TestProjectConfiguration } from 'vitest/config';
import { findPostgres15 } from './test/support/postgres-binaries.ts';

/** Folders whose tests need no server, or take their own away: a run of these alone starts none. */
const WITHOUT_DATABASE = [
  'config',
  'domain',
  'examples',
  'golden',
  'house',
  'lib',
  'live',
  'sdk',
  'soak',
].map((folder) => `test/${folder}/**`);

/** Tests of code without state, which files of a worker may share: it loads once a worker, not once a file. */
const PURE = ['config', 'domain', 'golden'].map((folder) => `test/${folder}/**/*.test.ts`);

/** Runs the CDK's command line seven times, which takes a minute or more: `npm run test:deploy`, and not a part of `npm test`. */
const CDK_DEPLOY = 'test/deploy/cdk-deploy.test.ts';

/** Tests of the synthesized stack. */
const STACK = ['test/lib/*.test.ts'];

/** What esbuild's `text` loader does for the bundles: `import text from './x.sql'` is the file's text. */
const textFiles: Plugin = {
  name: 'text-files',
  enforce: 'pre',
  transform(code, id) {
    return /\.(?:sql|tsv)$/.test(id) ? { code: `export default ${JSON.stringify(code)};` } : null;
  },
};

function onPostgres(
  major: number,
  include: string[],
  { name = `PostgreSQL ${major}`, exclude = WITHOUT_DATABASE } = {},
): TestProjectConfiguration {
  return {
    extends: true,
    test: {
      name,
      include,
      exclude,
      globalSetup: ['test/support/global-setup.ts'],
      provide: { postgresMajor: major },
    },
  };
}

const projects: TestProjectConfiguration[] = [
  {
    extends: true,
    test: {
      name: 'no database',
      include: WITHOUT_DATABASE.map((folder) => `${folder}/*.test.ts`),
      exclude: [...PURE, ...STACK],
    },
  },
  { extends: true, test: { name: 'pure', include: PURE, isolate: false } },
  {
    extends: true,
    // aws-cdk-lib takes seconds to load: once a worker, not once a file.
    test: { name: 'stack', include: STACK, isolate: false },
  },
  onPostgres(18, ['test/**/*.test.ts'], { exclude: [...WITHOUT_DATABASE, CDK_DEPLOY] }),
  onPostgres(18, [CDK_DEPLOY], { name: 'cdk deploy', exclude: [] }),
];
if (findPostgres15() === undefined) {
  console.warn(
    'Skipped: the SQL tests on PostgreSQL 15, which is not installed. Set TRICOST_TEST_PG15_BIN to the folder of its initdb.',
  );
} else {
  projects.push(onPostgres(15, ['test/sql/**/*.test.ts']));
}

/** Examples import the package by its name, as apps do; here it is its sources. */
const packages = [
  { find: /^tricost$/, replacement: resolve(import.meta.dirname, 'sdk/src/index.ts') },
  {
    find: 'next/server',
    replacement: resolve(import.meta.dirname, 'test/examples/next-server.ts'),
  },
];

export default defineConfig({
  plugins: [textFiles],
  resolve: { alias: packages },
  test: {
    projects,
    globalSetup: ['test/support/scratch-directory.ts'],
    reporters: ['default', './test/support/summary-reporter.ts'],
    // Two for each core of a small machine: many tests wait for a queue or a clock.
    maxWorkers: 4,
    // Only for a test that hangs: no test asserts a duration, and machines differ.
    testTimeout: 120_000,
    hookTimeout: 120_000,
    restoreMocks: true,
    unstubEnvs: true,
    unstubGlobals: true,
  },
});
