/**
 * Bundles every lambdas/<slug>/handler.ts into dist/lambdas/<slug>/: the same bytes for deploy, local runs and tests.
 * `cdk.json` names this file as its build step.
 */
import { cp, readdir, rm } from 'node:fs/promises';
import { build } from 'esbuild';

const root = new URL('../', import.meta.url).pathname;
const outdir = `${root}dist/lambdas`;

const slugs = (await readdir(`${root}lambdas`, { withFileTypes: true }))
  .filter((entry) => entry.isDirectory())
  .map((entry) => entry.name)
  .sort();

await rm(outdir, { recursive: true, force: true });
await build({
  absWorkingDir: root,
  entryPoints: slugs.map((slug) => ({ in: `lambdas/${slug}/handler.ts`, out: `${slug}/handler` })),
  outdir,
  outExtension: { '.js': '.mjs' },
  bundle: true,
  minify: true,
  sourcemap: false,
  platform: 'node',
  target: 'node24',
  format: 'esm',
  mainFields: ['module', 'main'],
  loader: { '.sql': 'text' },
  // CommonJS dependencies (pg) call require() for Node's own modules.
  banner: {
    js: "import{createRequire as __createRequire}from'node:module';const require=__createRequire(import.meta.url);",
  },
  logLevel: 'warning',
});

// Migrations are files that the runner reads and checksums, so they travel beside the handler, not inside it.
await cp(`${root}sql/migrations`, `${outdir}/migrate/migrations`, { recursive: true });
