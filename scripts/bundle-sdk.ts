/**
 * Bundles the package `tricost`: one file for each path that an app may import, with what they share beside them. Dozens of
 * small files take three times as long to load. The types come from tsc afterwards.
 */
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const root = fileURLToPath(new URL('../', import.meta.url));
const dist = join(root, 'sdk/dist');

const { exports: paths } = JSON.parse(await readFile(join(root, 'sdk/package.json'), 'utf8'));
const entryPoints = Object.values<{ default: string }>(paths).map(({ default: file }) =>
  file.replace(/^\.\/dist\/(.*)\.js$/, '$1.ts'),
);

// What an earlier build has left would be packed too.
await rm(dist, { recursive: true, force: true });
await build({
  absWorkingDir: root,
  entryPoints,
  outbase: root,
  outdir: dist,
  bundle: true,
  splitting: true,
  chunkNames: 'sdk/src/shared/[hash]',
  packages: 'external',
  platform: 'node',
  target: 'node20',
  format: 'esm',
  logLevel: 'warning',
});
