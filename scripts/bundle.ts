/**
 * Bundles every lambdas/<slug>/handler.ts into dist/lambdas/<slug>/: the same bytes for deploy, local runs and tests.
 * `cdk.json` names this file as its build step.
 */
import { cp, mkdir, mkdtemp, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { replaceFolder } from './replace-folder.ts';

const root = fileURLToPath(new URL('../', import.meta.url));
const dist = join(root, 'dist');

const slugs = (await readdir(join(root, 'lambdas'), { withFileTypes: true }))
  .filter((entry) => entry.isDirectory())
  .map((entry) => entry.name)
  .sort();

// Beside, then into place: a stack that is starting reads the bundles while another command makes them again.
await mkdir(dist, { recursive: true });
const outdir = await mkdtemp(join(dist, 'lambdas-'));
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
  loader: { '.sql': 'text', '.tsv': 'text' },
  alias: { '@aws-sdk/credential-provider-node': './lambdas/lambda-credentials.ts' },
  // CommonJS dependencies (pg) call require() for Node's own modules.
  banner: {
    js: "import{createRequire as __createRequire}from'node:module';const require=__createRequire(import.meta.url);",
  },
  logLevel: 'warning',
});

// Migrations are files that the runner reads and checksums, so they travel beside the handler, not inside it.
await cp(join(root, 'sql/migrations'), join(outdir, 'migrate/migrations'), { recursive: true });
await replaceFolder(outdir, join(dist, 'lambdas'));
