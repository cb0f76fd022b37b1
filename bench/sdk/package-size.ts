/**
 * What the core adds to what an app loads at its start, minified and compressed: all that `tricost` exports, which is
 * createTricost() with its meter, tags and prompts. What is loaded by its first use (the way to SQS, batches, Bedrock's streams
 * through `fetch`) is in files of its own, and subpaths come on top where they are imported.
 */
import { basename } from 'node:path';
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';

/** @returns kilobytes of 1,000 bytes */
export async function gzippedKb(folder: string): Promise<number> {
  const loaded = await loadedAtStart("export * from 'tricost';", folder, true);
  return gzipSync(loaded, { level: 9 }).length / 1_000;
}

/**
 * A module of an app, bundled: its own file, and those that it imports other than by `import()`.
 *
 * @param folder of the app, with its `node_modules`
 */
export async function loadedAtStart(
  source: string,
  folder: string,
  minify: boolean,
): Promise<Buffer> {
  const { outputFiles, metafile } = await build({
    stdin: { contents: source, resolveDir: folder },
    absWorkingDir: folder,
    bundle: true,
    splitting: true,
    minify,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    external: ['@aws-sdk/*'],
    outdir: '.',
    metafile: true,
    write: false,
  });
  const { outputs } = metafile;
  const names = new Set(['stdin.js']);
  // What is added meanwhile is visited, too.
  for (const name of names) {
    for (const { path, kind, external } of outputs[name]?.imports ?? []) {
      if (kind === 'import-statement' && external !== true) names.add(path);
    }
  }
  return Buffer.concat(
    outputFiles.filter(({ path }) => names.has(basename(path))).map(({ contents }) => contents),
  );
}
