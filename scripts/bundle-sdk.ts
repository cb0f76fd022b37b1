/**
 * Bundles the package `tricost`: one file for each path that an app may import, and beside them what they share. All that
 * `import 'tricost'` loads is one of these, as every further file costs some 0.3 ms to load; esbuild, which bundles all else here,
 * splits what is shared into a dozen and cannot join them. The types come from tsc afterwards.
 */
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build, type ChunkingContext } from 'rolldown';

const root = fileURLToPath(new URL('../', import.meta.url));
const dist = join(root, 'sdk/dist');
const core = join(root, 'sdk/src/index.ts');

const { exports: paths } = JSON.parse(await readFile(join(root, 'sdk/package.json'), 'utf8'));
const input = Object.fromEntries(
  Object.values<{ default: string }>(paths).map(({ default: file }) => {
    const name = file.replace(/^\.\/dist\/(.*)\.js$/, '$1');
    return [name, join(root, `${name}.ts`)];
  }),
);

/** What is loaded with `tricost`: what is imported other than by `import()`. */
function loadedWithCore(context: ChunkingContext): ReadonlySet<string> {
  const modules = new Set([core]);
  // What is added meanwhile is visited, too.
  for (const module of modules) {
    for (const imported of context.getModuleInfo(module)?.importedIds ?? []) modules.add(imported);
  }
  return modules;
}

let inCore: ReadonlySet<string> | undefined;

// What an earlier build has left would be packed too.
await rm(dist, { recursive: true, force: true });
await build({
  cwd: root,
  input,
  external: /^(node:|@aws-sdk\/)/,
  platform: 'node',
  output: {
    dir: dist,
    format: 'esm',
    entryFileNames: '[name].js',
    chunkFileNames: 'sdk/src/shared/[name].js',
    codeSplitting: {
      groups: [
        {
          name(module, context) {
            inCore ??= loadedWithCore(context);
            return inCore.has(module) ? 'core' : null;
          },
          debugName: 'core',
        },
      ],
    },
  },
  transform: { target: 'node20' },
  logLevel: 'warn',
});
